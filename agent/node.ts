/** The composition root: opens everything that a working agent consists of in order and closes it in reverse. */
import { systemClock } from '../shared/clock.ts';
import { fail, type HallpassError } from '../shared/errors.ts';
import type { Kind } from '../shared/roster.ts';
import { toHallpassError } from '../shared/terminal.ts';
import { trustedAuthorities } from '../shared/trust.ts';
import { Baselines } from './baseline/baselines.ts';
import { ProbeMemory } from './baseline/probe-memory.ts';
import { Agent } from './cycle/agent.ts';
import { relayAddress } from './model/addresses.ts';
import { type Report, toProblem } from './model/events.ts';
import { Meter } from './model/meter.ts';
import { openProxy } from './network/proxy.ts';
import { checksOf } from './page/checks-run.ts';
import { placesOf } from './page/places.ts';
import { LocalPage } from './page/web/local-page.ts';
import { openSource } from './powerschool/choice/open-source.ts';
import { SignIn } from './powerschool/sign-in.ts';
import { powerschoolSettings } from './settings/settings.ts';
import type { AgentState } from './state/agent-state.ts';
import { tidyLeftovers } from './state/leftovers.ts';
import { takeLock } from './state/lock.ts';
import { closeSecretFiles } from './state/secret-files.ts';
import type { Context } from './terminal/context.ts';

export interface AgentOptions {
  context: Pick<Context, 'folder' | 'env' | 'platform' | 'hostname' | 'stop'>;
  state: AgentState;
  report: Report;
  /** True when it runs until stopped: then it has a local page and stores the error that ended it. */
  lasting: boolean;
}

export interface WorkingAgent {
  /** @throws HallpassError as {@link Agent.run} */
  run(): Promise<void>;
  /** @throws HallpassError as {@link Agent.syncOnce} */
  syncOnce(acceptEmpty: ReadonlySet<Kind>): Promise<void>;
  /** Closes the page and releases the state folder. */
  close(): Promise<void>;
}

/** @throws HallpassError NOT_CONFIGURED, NOT_ENROLLED, STATE_IN_USE and other state errors */
export async function openAgent({ context, state, report: log, lasting }: AgentOptions): Promise<WorkingAgent> {
  const { folder, env, platform, hostname, stop } = context;
  const clock = systemClock;
  await using opened = new AsyncDisposableStack();

  const settings = powerschoolSettings(state.settings, state.secret);
  const powerschool = { ...settings, proxy: await openProxy('powerschool', settings.origin, state, env) };
  const { identity } = state;
  if (identity === null) throw fail('NOT_ENROLLED', {});
  const relay = relayAddress(state.settings.relay.url ?? identity.relay);
  const relayCa = await trustedAuthorities(state.settings.relay.caFile);
  const relayProxy = await openProxy('relay', relay, state, env);

  const lock = await takeLock(state.paths.lock);
  opened.defer(() => lock.release());
  const places = await placesOf(state, env);
  const shown = lasting && state.settings.page.enabled;
  const page = shown ? await LocalPage.prepare({ state, hostname, places, clock, report: log }) : undefined;
  if (page !== undefined) opened.defer(() => page.close());
  const report = page?.report ?? log;

  await tidyLeftovers(folder);
  for (const healed of await state.heal()) report(toProblem(healed));
  for (const unknown of state.unknownKeys) report(toProblem(unknown));
  for (const exposed of await closeSecretFiles(state.paths)) report(toProblem(exposed));

  const meter = new Meter();
  const baselines = new Baselines(state.paths.baseline);
  await baselines.scan();
  const memory = new ProbeMemory(state.paths.probe);
  await memory.load();
  const url = powerschool.origin.origin;
  const signIn = new SignIn({ url, stored: () => state.credentials(), file: state.paths.refusal, clock });
  const source = await openSource(powerschool, { clock, meter, signIn, last: state.health.source });
  const read = { source, signIn, baselines, memory, meter };
  const link = { identity, relay, relayCa, relayProxy };
  const watched = page === undefined ? {} : { watch: page.watch };
  const agent = new Agent({ state, lock, ...link, ...read, report, clock, random: Math.random, ...watched }, stop);

  const runChecks = checksOf({ folder, env, platform, clock });
  const bundle = async () => {
    const { supportBundle } = await import('./support/bundle.ts');
    return supportBundle({ folder, env, platform, clock, checks: runChecks(stop) });
  };
  await page?.open({ control: agent, baselines, meter, source, runChecks, supportBundle: bundle });

  const remembered = async (work: Promise<void>): Promise<void> => {
    await work.catch(async (error: unknown) => {
      if (lasting) await rememberEnd(state, toHallpassError(error));
      throw error;
    });
  };
  const working = opened.move();
  return {
    run: () => remembered(agent.run()),
    syncOnce: (acceptEmpty) => remembered(agent.syncOnce(acceptEmpty)),
    close: () => working.disposeAsync(),
  };
}

/** For `status` and `page`, which people use when nothing runs anymore. */
async function rememberEnd(state: AgentState, { code, message, action }: HallpassError): Promise<void> {
  await state.saveHealth({ ...state.health, problem: { code, message, action } }).catch(() => undefined);
}
