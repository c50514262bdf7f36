/** `hallpass-agent run` and `sync --once`: the composition root of the working agent. */
import { systemClock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import type { Kind } from '../../shared/roster.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { relayAddress } from '../addresses.ts';
import { Agent } from '../agent.ts';
import { Baselines } from '../baseline/baselines.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import { Meter } from '../meter.ts';
import { openPowerQuerySource } from '../powerschool/powerquery.ts';
import { SignIn } from '../powerschool/sign-in.ts';
import { createReporter } from '../reporter.ts';
import { powerschoolSettings } from '../settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { takeLock } from '../state/lock.ts';
import type { Context } from './context.ts';

export interface WorkOptions {
  logFormat: 'json' | 'text';
}

/** @throws HallpassError as {@link Agent.run}, NOT_CONFIGURED, NOT_ENROLLED, STATE_IN_USE and other state errors */
export async function run(context: Context, options: WorkOptions): Promise<void> {
  await withAgent(context, options, (agent) => agent.run());
}

/** @throws HallpassError as {@link Agent.syncOnce} and {@link run} */
export async function syncOnce(
  context: Context,
  options: WorkOptions & { acceptEmpty: ReadonlySet<Kind> },
): Promise<void> {
  await withAgent(context, options, (agent) => agent.syncOnce(options.acceptEmpty));
}

async function withAgent(
  { folder, env, stdout, stop }: Context,
  { logFormat }: WorkOptions,
  work: (agent: Agent) => Promise<void>,
): Promise<void> {
  const state = await AgentState.open(folder);
  const powerschool = powerschoolSettings(state.settings, state.secret);
  const { identity } = state;
  if (identity === null) throw fail('NOT_ENROLLED', {});
  const relay = relayAddress(state.settings.relay.url ?? identity.relay);
  const relayCa = await trustedAuthorities(state.settings.relay.caFile);

  const lock = await takeLock(state.paths.lock);
  try {
    const clock = systemClock;
    const meter = new Meter();
    const report = createReporter({ format: logFormat, out: stdout, env, clock });
    const baselines = new Baselines(state.paths.baseline);
    await baselines.scan();
    const memory = new ProbeMemory(state.paths.probe);
    await memory.load();
    const url = powerschool.origin.origin;
    const signIn = new SignIn({ url, stored: () => state.credentials(), file: state.paths.refusal, clock });
    const source = await openPowerQuerySource(powerschool, clock, meter, signIn);
    const random = Math.random;
    const agent = new Agent(
      { state, lock, identity, relay, relayCa, source, signIn, baselines, memory, meter, report, clock, random },
      stop,
    );
    await work(agent);
  } finally {
    await lock.release();
  }
}
