/** What the relay does with an agent's messages, one after another. The order is judged in order.ts. */
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import { fail } from '../../../shared/errors.ts';
import type { InParts } from '../../../shared/in-parts.ts';
import type { LeftOut } from '../../../shared/left-out.ts';
import {
  type AgentMessage,
  type Batch,
  type CycleCommit,
  type Hello,
  protocolVersion,
  type RelayMessage,
} from '../../../shared/link.ts';
import type { Bucket } from '../../../shared/roster.ts';
import { AgentLink } from '../../app/commands/agent-link.ts';
import { manifestOf } from '../../app/queries/agent-link.ts';
import { rowsOf } from '../../store/roster/intake.ts';
import type { Store } from '../../store/store.ts';
import { initialState, judge, type LinkState } from './order.ts';
import type { AdmittedAgent } from './token.ts';
import { nothingWanted, Wanted } from './wanted.ts';

/**
 * Entries of a manifest in one message: a fifth of the limit of a message, because it is read and compressed in one go.
 */
const manifestEntries = 2000;
/** Pause between two progress lines in the log, milliseconds. */
const progressEveryMs = 500;
/** Between two log lines about what an agent reports, milliseconds; and between two with the same content. */
const noteEveryMs = 100;
const sameNoteEveryMs = 10_000;
/** How often the same health is written again, so that its age shows, milliseconds. */
const repeatHealthMs = 5 * 60_000;

export interface SessionOptions {
  agent: AdmittedAgent;
  store: Store;
  clock: Clock;
  log: Logger;
  cycleSeconds: number;
  /** Resolves when there is room for more, or the connection is gone. */
  send(message: RelayMessage): Promise<void>;
  /** In the middle of long work: lets the other agents have their turns. */
  pass(): Promise<void>;
  /** Does long work, and lets the other agents have their turns every few milliseconds. */
  inParts<T>(work: InParts<T>): Promise<T>;
  /** Called when the agent has its welcome. */
  onGreeted(): void;
  /** Called after a commit is durable. */
  onCommit(tenantId: string): void;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #link: AgentLink;
  #state: LinkState = initialState;
  #wanted = nothingWanted;
  /** The tenant's salt, which never changes. */
  #salt = '';
  readonly #noted = new Map<string, { at: number; code: string }>();
  /** The health that was last written. */
  #reported = { key: '', at: 0 };
  #cycle = { startedAt: 0, changed: 0, received: 0, reportedAt: 0 };

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#link = new AgentLink(options, options.agent, () => options.pass());
  }

  get greeted(): boolean {
    return this.#state.phase !== 'greeting';
  }

  /**
   * Handles one message; the next may come when this resolves.
   *
   * @throws HallpassError FRAME_MALFORMED or RECORDS_NOT_WANTED (nothing applied, the number not used up),
   *   PROTOCOL_UNSUPPORTED, SOURCE_OTHER; LINK_OUT_OF_ORDER and STORE_UNAVAILABLE, after which part of a batch may be
   *   applied
   */
  async handle(message: AgentMessage): Promise<void> {
    const judgment = judge(this.#state, message);
    if (judgment.verdict === 'out-of-order') {
      throw fail('LINK_OUT_OF_ORDER', { type: message.type, reason: judgment.reason });
    }
    if (judgment.verdict === 'take') {
      await this.#take(message);
      this.#state = judgment.next;
    }
    if ('seq' in message) await this.#options.send({ type: 'ack', seq: this.#state.seq });
  }

  async #take(message: AgentMessage): Promise<void> {
    switch (message.type) {
      case 'hello':
        return await this.#hello(message);
      case 'manifest.get':
        return await this.#manifest(message.bucket);
      case 'cycle.begin':
        await this.#link.beginCycle(message.cycle);
        this.#cycle = { startedAt: this.#options.clock.now(), changed: 0, received: 0, reportedAt: 0 };
        return;
      case 'batch':
        return await this.#batch(message);
      case 'cycle.commit':
        return await this.#commit(message);
      case 'status':
        await this.#status(message);
        if (message.leftOut !== undefined) await this.#leaveOut(message.leftOut);
        return;
      case 'result':
        return this.#noteSparingly('agent.command-failed', message.error?.code);
      case 'error':
        return this.#noteSparingly('agent.error', message.code);
    }
  }

  async #hello(hello: Hello): Promise<void> {
    if (hello.protocol !== protocolVersion) {
      throw fail('PROTOCOL_UNSUPPORTED', { agent: hello.protocol, relay: protocolVersion });
    }
    const { cycleSeconds } = this.#options;
    const answer = await this.#link.greet(hello, cycleSeconds);
    this.#wanted = new Wanted(answer.welcome.wanted);
    this.#salt = answer.welcome.salt;
    await this.#options.send(answer.welcome);
    this.#options.onGreeted();
    // A cycle was interrupted: its batches are in the mirror, but no digest has confirmed the whole. Comparing those
    // buckets makes the agent commit again even if PowerSchool has not changed since.
    if (answer.broken.length > 0) await this.#options.send({ type: 'repair', buckets: answer.broken });
    this.#note('agent.connected', { version: hello.agentVersion });
  }

  async #leaveOut(reported: LeftOut): Promise<void> {
    const leftOut = this.#wanted.ofLeftOut(reported);
    await this.#link.noteLeftOut(leftOut);
    this.#note('roster.left-out', { rows: leftOut.count });
  }

  /** Idle agents report the same every minute; it is written once in five minutes. */
  async #status(reported: Extract<AgentMessage, { type: 'status' }>): Promise<void> {
    const { state, lastCycleAt, lastCycleSeconds, problem } = reported;
    this.#noteSparingly('agent.problem', problem?.code);
    const now = this.#options.clock.now();
    const key = `${state} ${problem?.code ?? ''} ${problem?.message ?? ''}`;
    if (key === this.#reported.key && now - this.#reported.at < repeatHealthMs) return;
    const health = { state, lastCycleAt, lastCycleSeconds, at: new Date(now).toISOString(), problem };
    await this.#link.noteHealth(health);
    this.#reported = { key, at: now };
  }

  async #manifest(bucket: Bucket): Promise<void> {
    const { store, agent } = this.#options;
    let after = '';
    for (;;) {
      const entries = await manifestOf(store, agent.tenantId, bucket, after, manifestEntries);
      const last = entries.length < manifestEntries;
      await this.#options.send({ type: 'manifest', bucket, entries, last });
      if (last) return;
      await this.#options.pass();
      after = entries.at(-1)?.[0] ?? '';
    }
  }

  async #batch(batch: Batch): Promise<void> {
    this.#wanted.check(batch);
    const cycle = this.#state.cycle ?? '';
    // Checks and hashes before the first transaction: a transaction blocks other writers, and no part of a bad batch may
    // be applied.
    const rows = await this.#options.inParts(rowsOf(this.#salt, batch));
    this.#cycle.changed += await this.#link.takeBatch(cycle, batch, rows);
    this.#cycle.received += batch.upserts.length + batch.deletes.length;
    const now = this.#options.clock.now();
    if (now - this.#cycle.reportedAt < progressEveryMs) return;
    this.#cycle.reportedAt = now;
    this.#note('roster.progress', { records: this.#cycle.received });
  }

  async #commit(commit: CycleCommit): Promise<void> {
    const { agent, clock, onCommit } = this.#options;
    const now = clock.now();
    const outcome = await this.#link.commit(commit);
    if (!outcome.settled) {
      await this.#options.send({ type: 'repair', buckets: outcome.repair });
      this.#note('roster.repair', { buckets: outcome.repair.length });
      return;
    }
    this.#note('roster.committed', {
      records: outcome.records,
      changed: this.#cycle.changed,
      seconds: (now - this.#cycle.startedAt) / 1000,
    });
    onCommit(agent.tenantId);
  }

  /** A repeated report is not logged again for a while: an agent decides how often it sends it. */
  #noteSparingly(event: string, code: string | undefined): void {
    if (code === undefined) return;
    const now = this.#options.clock.now();
    const { at = 0, code: before } = this.#noted.get(event) ?? {};
    const pause = before === code ? sameNoteEveryMs : noteEveryMs;
    if (now - at < pause) return;
    this.#noted.set(event, { at: now, code });
    this.#note(event, { code });
  }

  #note(event: string, facts: Record<string, string | number>): void {
    const { agent, log } = this.#options;
    log.info({ event, tenant: agent.tenantSlug, agent: agent.agentId, ...facts });
  }
}
