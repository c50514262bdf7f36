/** Agents that work on one state folder, enrolled with a simulated relay. */
import type { Kind } from '../../shared/roster.ts';
import type { AgentEvent } from '../model/events.ts';
import { changeSettings, type SettingChanges, settingsSchema } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { enroll } from '../uplink/enroll.ts';
import { type AgentOptions, type OpenedAgent, openAgent } from './open-agent.ts';
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

  /** Opens an agent on the current state folder, with its events. */
  async agent(stop: AbortSignal, options?: AgentOptions): Promise<OpenedAgent> {
    return openAgent(this.folder, this.#relayAddress, stop, options);
  }

  /** Runs one `sync --once` of a new agent. */
  async sync(acceptEmpty: ReadonlySet<Kind> = new Set()): Promise<AgentEvent[]> {
    const { agent, events } = await this.agent(new AbortController().signal);
    await agent.syncOnce(acceptEmpty);
    return events;
  }

  async close(): Promise<void> {
    await this.relay.close();
  }
}
