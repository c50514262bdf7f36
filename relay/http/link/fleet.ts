/**
 * The agents connected to this node, one connection each. An agent that another process (the CLI) revokes is disconnected
 * within seconds.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import type { HallpassError } from '../../../shared/errors.ts';
import { closeCodes } from '../../../shared/link.ts';
import { type Loop, startLoop } from '../../../shared/service.ts';
import { noteAlive, noteGone, noteNobodyConnected } from '../../app/commands/agent-link.ts';
import { revokedOf } from '../../app/queries/agent-link.ts';
import type { Store } from '../../store/store.ts';
import type { Connection } from './connection.ts';
import type { AdmittedAgent } from './token.ts';

/** RFC 6455 close code for "going away". */
const closeGoingAway = 1001;
/** How often `last_seen_at` is written, milliseconds. */
const touchEveryMs = 60_000;
/**
 * How long an agent may take to say hello again after its settings have changed; until then it may send what is no longer
 * wanted, milliseconds.
 */
const renewWithinMs = 60_000;
/** A jump of the clock that is worth a log line, milliseconds; a code is valid for ten minutes, a token for one. */
const jumpLoggedMs = 60_000;
/** Reconnects after a drain are spread to at most this many per second. */
const reconnectsPerSecond = 200;

interface Member {
  agent: AdmittedAgent;
  connection: Connection;
  /** When it was told that its settings have changed. */
  staleSince?: number;
}

export interface FleetOptions {
  store: Store;
  clock: Clock;
  log: Logger;
  /** Between two looks at the database, milliseconds. */
  watchMs: number;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Map<string, Member>();
  /** Disconnected agents that are not recorded yet: a thousand that disconnect at once are one write. */
  readonly #left = new Set<string>();
  readonly #watching: Loop;
  #trouble: HallpassError | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#watching = this.#watch();
  }

  get size(): number {
    return this.#members.size;
  }

  /** Why the database currently cannot be watched. */
  get trouble(): HallpassError | undefined {
    return this.#trouble;
  }

  /** Adds a connection; it replaces an earlier one of the same agent. */
  add(agent: AdmittedAgent, connection: Connection): void {
    const member: Member = { agent, connection };
    this.#members.get(agent.agentId)?.connection.close(closeCodes.replaced, 'AGENT_REPLACED');
    this.#members.set(agent.agentId, member);
    this.#left.delete(agent.agentId);
    void connection.closed.then(() => {
      this.#options.log.info({ event: 'agent.disconnected', tenant: agent.tenantSlug, agent: agent.agentId });
      if (this.#members.get(agent.agentId) !== member) return;
      this.#members.delete(agent.agentId);
      this.#left.add(agent.agentId);
    });
  }

  /** Sends a command to the tenant's agents. Returns how many got it. */
  command(tenantId: string, name: 'sync' | 'settings'): number {
    const members = [...this.#members.values()].filter((member) => member.agent.tenantId === tenantId);
    if (name === 'settings') for (const member of members) member.staleSince ??= this.#options.clock.now();
    for (const { connection } of members) void connection.send({ type: 'command', id: randomUUID(), name });
    return members.length;
  }

  /**
   * Disconnects every agent with its own time to come back. An agent in the middle of a cycle gets `graceMs` to finish
   * and leave; the message in progress is always finished.
   */
  async drain(graceMs: number): Promise<void> {
    const { clock, random } = this.#options;
    const members = [...this.#members.values()];
    const spreadMs = Math.min(600_000 - 1000, (members.length / reconnectsPerSecond) * 1000);
    await Promise.all(
      members.map(async ({ connection }) => {
        void connection.send({ type: 'drain', reconnectAfterMs: Math.round(1000 + random() * spreadMs) });
        const left = new AbortController();
        const gone = connection.closed.then(() => left.abort());
        await Promise.race([gone, clock.sleep(graceMs, left.signal).catch(() => undefined)]);
        connection.close(closeGoingAway, 'RELAY_BUSY');
        await gone;
      }),
    );
    await this.#watching.ended;
    // Only informational, so a failure is ignored: an unavailable database is reported elsewhere.
    await noteNobodyConnected(this.#options).catch(() => undefined);
  }

  async #noteLeft(): Promise<void> {
    if (this.#left.size === 0) return;
    for (const id of await noteGone(this.#options, () => [...this.#left])) this.#left.delete(id);
  }

  #watch(): Loop {
    const { clock, log, watchMs, random, signal } = this.#options;
    let touchedAt = clock.now();
    let seen = { clock: clock.now(), steady: performance.now() };
    return startLoop({
      turn: async () => {
        const now = { clock: clock.now(), steady: performance.now() };
        const jumpMs = now.clock - seen.clock - (now.steady - seen.steady);
        seen = now;
        if (Math.abs(jumpMs) > jumpLoggedMs) {
          const what = 'the clock was changed: codes, tokens and sessions depend on it';
          log.warn({ event: 'clock.jumped', seconds: Math.round(jumpMs / 1000) }, what);
        }
        await this.#closeRevoked();
        this.#closeStale();
        await this.#noteLeft();
        if (clock.now() - touchedAt < touchEveryMs) return;
        await this.#touch();
        touchedAt = clock.now();
      },
      pauseMs: watchMs,
      backoff: { baseMs: watchMs, capMs: 30_000 },
      failed: (error) => {
        this.#trouble = error;
        const { code, message, cause } = error;
        const what = `revoked agents are not noticed: ${message}`;
        log.error({ event: 'fleet.watch-failed', code, message, ...(code === 'UNEXPECTED' && { err: cause }) }, what);
      },
      recovered: () => {
        this.#trouble = undefined;
        log.info({ event: 'fleet.watch-recovered' }, 'revoked agents are noticed again');
      },
      clock,
      random,
      signal,
    });
  }

  async #closeRevoked(): Promise<void> {
    if (this.#members.size === 0) return;
    const ids = [...this.#members.keys()];
    for (const id of await revokedOf(this.#options.store, ids)) {
      this.#members.get(id)?.connection.close(closeCodes.revoked, 'AGENT_UNKNOWN');
    }
  }

  /** Current agents say hello again at once. */
  #closeStale(): void {
    const { clock, log } = this.#options;
    for (const { agent, connection, staleSince } of this.#members.values()) {
      if (staleSince === undefined || clock.now() - staleSince < renewWithinMs) continue;
      log.warn({ event: 'agent.stale', tenant: agent.tenantSlug, agent: agent.agentId });
      connection.close(closeGoingAway, 'LINK_OUT_OF_ORDER');
    }
  }

  async #touch(): Promise<void> {
    if (this.#members.size === 0) return;
    await noteAlive(this.#options, [...this.#members.keys()]);
  }
}
