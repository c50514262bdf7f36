/** The agent in this process, on an enrolled state folder, composed as `hallpass-agent run` would. */
import { rootCertificates } from 'node:tls';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { Baselines } from '../baseline/baselines.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import { Agent, type AgentParts } from '../cycle/agent.ts';
import type { AgentEvent, Report } from '../model/events.ts';
import { Meter } from '../model/meter.ts';
import type { Watch } from '../model/watch.ts';
import type { Way } from '../network/proxy.ts';
import { openSource } from '../powerschool/choice/open-source.ts';
import { SignIn } from '../powerschool/sign-in.ts';
import { powerschoolSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { takeLock } from '../state/lock.ts';
import type { LivenessLimits } from '../uplink/liveness.ts';

const wellKnown: Way = { ca: [...rootCertificates] };

export interface OpenedAgent {
  agent: Agent;
  /** The events it has reported so far. */
  events: AgentEvent[];
  parts: AgentParts;
}

export interface AgentOptions {
  clock?: Clock;
  liveness?: LivenessLimits;
  watch?: Watch;
  /** Receives its reports as well. */
  report?: Report;
  /** How long PowerSchool may take to answer, in milliseconds. */
  powerschoolTimeoutMs?: number;
  /** How the relay is reached; by default directly, with the well-known authorities. */
  relayWay?: Way;
  /** Replaces the default of no jitter, with which reconnects are immediate. */
  random?: () => number;
}

export async function openAgent(
  folder: string,
  relay: URL,
  stop: AbortSignal,
  options: AgentOptions = {},
): Promise<OpenedAgent> {
  const { clock = systemClock, liveness, watch, report, powerschoolTimeoutMs: timeoutMs } = options;
  const { relayWay = wellKnown, random = () => 0 } = options;
  const state = await AgentState.open(folder);
  const { identity } = state;
  if (identity === null) throw new TypeError(`${folder} is not enrolled`);
  const meter = new Meter();
  const events: AgentEvent[] = [];
  const baselines = new Baselines(state.paths.baseline);
  await baselines.scan();
  const memory = new ProbeMemory(state.paths.probe);
  await memory.load();
  const settings = powerschoolSettings(state.settings, state.secret);
  const signIn = new SignIn({
    url: settings.origin.origin,
    stored: () => state.credentials(),
    file: state.paths.refusal,
    clock,
  });
  const parts: AgentParts = {
    state,
    signIn,
    lock: await takeLock(state.paths.lock),
    identity,
    relay,
    relayCa: relayWay.ca,
    relayProxy: relayWay.proxy,
    source: await openSource(settings, { clock, meter, signIn, last: state.health.source, timeoutMs }),
    baselines,
    memory,
    meter,
    report: (event) => {
      events.push(event);
      report?.(event);
    },
    clock,
    random,
    ...(liveness === undefined ? {} : { liveness }),
    ...(watch === undefined ? {} : { watch }),
  };
  return { agent: new Agent(parts, stop), events, parts };
}
