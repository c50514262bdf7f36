/** `hallpass-agent run` and `sync --once`: the composition root of the working agent. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Kind } from '../../shared/roster.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { Baselines } from '../baseline/baselines.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import { Agent } from '../cycle/agent.ts';
import { logFileReport } from '../log/log-file.ts';
import { createReporter } from '../log/reporter.ts';
import { relayAddress } from '../model/addresses.ts';
import type { AgentEvent, Report } from '../model/events.ts';
import { Meter } from '../model/meter.ts';
import { openProxy } from '../network/proxy.ts';
import { checksOf } from '../page/checks-run.ts';
import { placesOf } from '../page/places.ts';
import { LocalPage } from '../page/web/local-page.ts';
import { openSource } from '../powerschool/choice/open-source.ts';
import { SignIn } from '../powerschool/sign-in.ts';
import { powerschoolSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { tidyLeftovers } from '../state/leftovers.ts';
import { takeLock } from '../state/lock.ts';
import { closeSecretFiles } from '../state/secret-files.ts';
import type { Context } from '../terminal/context.ts';

export interface WorkOptions {
  logFormat: 'json' | 'text';
  /** In place of the one in the settings. */
  logFile?: string;
}

/** @throws HallpassError as {@link Agent.run}, NOT_CONFIGURED, NOT_ENROLLED, STATE_IN_USE and other state errors */
export async function run(context: Context, options: WorkOptions): Promise<void> {
  await withAgent(context, options, true, (agent) => agent.run());
}

/** @throws HallpassError as {@link Agent.syncOnce} and {@link run} */
export async function syncOnce(
  context: Context,
  options: WorkOptions & { acceptEmpty: ReadonlySet<Kind> },
): Promise<void> {
  await withAgent(context, options, false, (agent) => agent.syncOnce(options.acceptEmpty));
}

/** What ends the work is in the log files as well, where the administrator of a service looks first. */
async function withAgent(
  context: Context,
  { logFormat, logFile }: WorkOptions,
  lasting: boolean,
  work: (agent: Agent) => Promise<void>,
): Promise<void> {
  const { folder, env, stdout } = context;
  const state = await AgentState.open(folder);
  const shown = createReporter({ format: logFormat, out: stdout, env, clock: systemClock });
  const log = { ...state.settings.log, ...(logFile === undefined ? {} : { file: resolve(logFile) }) };
  const onTrouble = (error: HallpassError) => shown(problemEvent(error));
  const logged = logFileReport({ log, folder, clock: systemClock, onTrouble });
  let told: string | undefined;
  const report: Report = (event) => {
    if (event.event === 'problem') told = event.message;
    logged(event);
    shown(event);
  };
  try {
    await withParts(context, state, report, lasting, work);
  } catch (thrown) {
    const error = toHallpassError(thrown);
    // Before there is a state folder, nothing is left behind by a mere attempt.
    if (error.message !== told && existsSync(folder)) logged(problemEvent(error));
    throw error;
  }
}

function problemEvent({ code, message, action }: HallpassError): AgentEvent {
  return { event: 'problem', code, message, action };
}

async function withParts(
  { folder, env, platform, hostname, stop }: Context,
  state: AgentState,
  log: Report,
  lasting: boolean,
  work: (agent: Agent) => Promise<void>,
): Promise<void> {
  const settings = powerschoolSettings(state.settings, state.secret);
  const powerschool = { ...settings, proxy: await openProxy('powerschool', settings.origin, state, env) };
  const { identity } = state;
  if (identity === null) throw fail('NOT_ENROLLED', {});
  const relay = relayAddress(state.settings.relay.url ?? identity.relay);
  const relayCa = await trustedAuthorities(state.settings.relay.caFile);
  const relayProxy = await openProxy('relay', relay, state, env);

  const lock = await takeLock(state.paths.lock);
  const clock = systemClock;
  const places = await placesOf(state, env);
  const shown = lasting && state.settings.page.enabled;
  const page = shown ? await LocalPage.prepare({ state, hostname, places, clock, report: log }) : undefined;
  const report = page?.report ?? log;
  try {
    await tidyLeftovers(folder);
    for (const healed of await state.heal()) report(problemEvent(healed));
    for (const unknown of state.unknownKeys) report(problemEvent(unknown));
    for (const exposed of await closeSecretFiles(state.paths)) report(problemEvent(exposed));
    const meter = new Meter();
    const baselines = new Baselines(state.paths.baseline);
    await baselines.scan();
    const memory = new ProbeMemory(state.paths.probe);
    await memory.load();
    const url = powerschool.origin.origin;
    const signIn = new SignIn({ url, stored: () => state.credentials(), file: state.paths.refusal, clock });
    const source = await openSource(powerschool, { clock, meter, signIn, last: state.health.source });
    const random = Math.random;
    const agent = new Agent(
      {
        state,
        lock,
        identity,
        relay,
        relayCa,
        relayProxy,
        source,
        signIn,
        baselines,
        memory,
        meter,
        report,
        clock,
        random,
        ...(page === undefined ? {} : { watch: page.watch }),
      },
      stop,
    );
    const runChecks = checksOf({ folder, env, platform, clock });
    const bundle = async () => {
      const { supportBundle } = await import('../support/bundle.ts');
      return supportBundle({ folder, env, platform, clock, checks: runChecks(stop) });
    };
    await page?.open({ control: agent, baselines, meter, source, runChecks, supportBundle: bundle });
    await work(agent).catch(async (error: unknown) => {
      if (lasting) await rememberEnd(state, toHallpassError(error));
      throw error;
    });
  } finally {
    await page?.close();
    await lock.release();
  }
}

/** For `status` and `page`, which are asked when nothing runs any more. */
async function rememberEnd(state: AgentState, { code, message, action }: HallpassError): Promise<void> {
  await state.saveHealth({ ...state.health, problem: { code, message, action } }).catch(() => undefined);
}
