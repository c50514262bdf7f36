/** Agents that work on one state folder, enrolled with a relay double. */
import { rootCertificates } from 'node:tls';
import { systemClock } from '../../shared/clock.ts';
import type { Kind } from '../../shared/roster.ts';
import { Agent, type AgentParts } from '../agent.ts';
import { Baselines } from '../baseline/baselines.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import type { AgentEvent } from '../events.ts';
import { Meter } from '../meter.ts';
import { openSource } from '../powerschool/open-source.ts';
import { SignIn } from '../powerschool/sign-in.ts';
import { changeSettings, powerschoolSettings, type SettingChanges, settingsSchema } from '../settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { takeLock } from '../state/lock.ts';
import { enroll } from '../uplink/enroll.ts';
import type { VitalLimits } from '../uplink/vitals.ts';
import { RelayDouble } from './relay-double.ts';

export class AgentBench {
  readonly relay: RelayDouble;
  readonly folder: string;
  readonly #relayAddress: URL;

  private constructor(folder: string, relay: RelayDouble, relayAddress: URL) {
    this.folder = folder;
    this.relay = relay;
    this.#relayAddress = relayAddress;
  }

  /** A relay, and an agent that is configured and enrolled. */
  static async open(folder: string, settings: SettingChanges, secret: string): Promise<AgentBench> {
    const relay = new RelayDouble();
    const address = await relay.open();
    const state = await AgentState.open(folder);
    await state.saveSettings(changeSettings(settingsSchema.parse({}), { 'page.port': 0, ...settings }));
    await state.saveSecret(secret);
    await state.saveIdentity(await enroll({ relay: address, ca: [], code: relay.code, name: 'test agent' }));
    return new AgentBench(folder, relay, address);
  }

  /** An agent on the state folder as it is now, and its events. */
  async agent(
    stop: AbortSignal,
    vitals?: VitalLimits,
  ): Promise<{ agent: Agent; events: AgentEvent[]; parts: AgentParts }> {
    const state = await AgentState.open(this.folder);
    const { identity } = state;
    if (identity === null) throw new TypeError('it was enrolled by open');
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
      clock: systemClock,
    });
    const parts: AgentParts = {
      state,
      signIn,
      lock: await takeLock(state.paths.lock),
      identity,
      relay: this.#relayAddress,
      relayCa: [...rootCertificates],
      source: await openSource(settings, { clock: systemClock, meter, signIn, last: state.health.source }),
      baselines,
      memory,
      meter,
      report: (event) => events.push(event),
      clock: systemClock,
      // No jitter: the first reconnect is immediate.
      random: () => 0,
      ...(vitals === undefined ? {} : { vitals }),
    };
    return { agent: new Agent(parts, stop), events, parts };
  }

  /** One `sync --once` of a new agent. */
  async sync(acceptEmpty: ReadonlySet<Kind> = new Set()): Promise<AgentEvent[]> {
    const { agent, events } = await this.agent(new AbortController().signal);
    await agent.syncOnce(acceptEmpty);
    return events;
  }

  async close(): Promise<void> {
    await this.relay.close();
  }
}
