/**
 * What a connected agent says and sends, stored for its own district: the connection has already proven who it is. None
 * of this is in the audit log, which records decisions of people and programs.
 */
import type { Clock } from '../../../shared/clock.ts';
import { fail } from '../../../shared/errors.ts';
import type { LeftOut } from '../../../shared/left-out.ts';
import { type Batch, type CycleCommit, type Hello, listsLeftOut, type Welcome } from '../../../shared/link.ts';
import type { Bucket } from '../../../shared/roster.ts';
import { forgetConnections, noteDisconnected, noteHealth } from '../../store/agents/agent-health.ts';
import { noteHello } from '../../store/agents/agents.ts';
import { admitServer } from '../../store/agents/source-servers.ts';
import { useToken } from '../../store/agents/used-tokens.ts';
import type { Durable } from '../../store/engine/engine.ts';
import { slices } from '../../store/engine/slices.ts';
import { applyBatch, beginCycle, commitCycle, partsOf, type WantedRows } from '../../store/roster/intake.ts';
import { replaceLeftOut } from '../../store/roster/left-out.ts';
import { bucketsOfOpenCycle, hasOpenCycle } from '../../store/roster/mirror.ts';
import type { Store, TenantScope } from '../../store/store.ts';
import { touchAgents } from '../../store/tenants/system.ts';
import type { StoreContext } from '../perform.ts';
import { welcome } from '../queries/welcome.ts';

export interface LinkedAgent {
  agentId: string;
  tenantId: string;
  tenantSlug: string;
}

const nothingLeftOut: LeftOut = { count: 0, rows: [] };

/** @returns false for a token that was used before */
export async function useAgentToken({ store, clock }: StoreContext, used: Parameters<typeof useToken>[1]) {
  return await store.system((scope) => useToken(scope, used, clock.now()));
}

export class AgentLink {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #agent: LinkedAgent;
  readonly #pass: () => Promise<void>;

  /** @param pass lets other agents take their turns during long work */
  constructor({ store, clock }: StoreContext, agent: LinkedAgent, pass: () => Promise<void>) {
    this.#pass = pass;
    this.#store = store;
    this.#clock = clock;
    this.#agent = agent;
  }

  /**
   * Two servers would give one server's people the accounts of the other's.
   *
   * @returns the answer to its hello, and the buckets that a cycle left half done
   * @throws HallpassError SOURCE_OTHER
   */
  async greet(hello: Hello, cycleSeconds: number): Promise<{ welcome: Welcome; broken: Bucket[] }> {
    const { agentId } = this.#agent;
    const now = new Date(this.#clock.now());
    const { server } = hello.source;
    // One transaction: after a restart, all agents greet at once.
    const { other, answer, isOpen } = await this.#write(async (scope) => {
      const other = await admitServer(scope, server, now.toISOString());
      const isOpen = await hasOpenCycle(scope);
      if (server !== undefined && other !== undefined) return { other, answer: undefined, isOpen };
      await noteHello(scope, agentId, hello, now);
      // An older agent does not list left-out rows: a newer agent's earlier list would stay forever.
      if (!hello.capabilities.includes(listsLeftOut)) await replaceLeftOut(scope, nothingLeftOut, now.toISOString());
      return { other, answer: await welcome(scope, cycleSeconds, now), isOpen };
    });
    if (answer === undefined) return await this.#refuseServer(server?.host ?? '', other ?? '', now);
    return { welcome: answer, broken: isOpen ? await this.#brokenOff() : [] };
  }

  async #brokenOff(): Promise<Bucket[]> {
    const buckets: Bucket[] = [];
    for (let after: Bucket | undefined; ; await this.#pass()) {
      const from: Bucket | undefined = after;
      const part = await this.#store.readTenant(this.#agent.tenantId, (scope) => bucketsOfOpenCycle(scope, from));
      buckets.push(...part.buckets);
      if (part.next === undefined) return buckets;
      after = part.next;
    }
  }

  async #refuseServer(server: string, known: string, now: Date): Promise<never> {
    const refusal = fail('SOURCE_OTHER', { server, known, tenant: this.#agent.tenantSlug });
    const { code, message } = refusal;
    await this.noteHealth({ state: 'problem', at: now.toISOString(), problem: { code, message } });
    throw refusal;
  }

  async noteHealth(health: Parameters<typeof noteHealth>[2]): Promise<void> {
    await this.#write((scope) => noteHealth(scope, this.#agent.agentId, health));
  }

  async noteLeftOut(leftOut: LeftOut): Promise<void> {
    const now = new Date(this.#clock.now()).toISOString();
    await this.#write((scope) => replaceLeftOut(scope, leftOut, now));
  }

  async beginCycle(cycle: string): Promise<void> {
    await this.#write((scope) => beginCycle(scope, cycle));
  }

  /**
   * Other agents take turns between its parts.
   *
   * @param rows already checked and hashed, because nobody else can write during a transaction
   * @returns how many records changed, once all of it is durable
   * @throws HallpassError LINK_OUT_OF_ORDER, STORE_UNAVAILABLE: then part of it may be applied, with its digest
   */
  async takeBatch(cycle: string, { bucket }: Pick<Batch, 'bucket'>, rows: WantedRows): Promise<number> {
    const parts = partsOf(rows);
    let changed = 0;
    for (const [at, part] of parts.entries()) {
      if (at > 0) await this.#pass();
      const durable = at === parts.length - 1 ? 'at once' : 'with the next';
      changed += await this.#write((scope) => applyBatch(scope, cycle, bucket, part), durable);
    }
    return changed;
  }

  async commit({ cycle, buckets }: CycleCommit) {
    const now = new Date(this.#clock.now());
    return await this.#write((scope) => commitCycle(scope, cycle, buckets, now));
  }

  #write<T>(fn: (scope: TenantScope) => Promise<T>, durable?: Durable): Promise<T> {
    return this.#store.withTenant(this.#agent.tenantId, fn, durable);
  }
}

/** Records that these agents are still connected. */
export async function noteAlive({ store, clock }: StoreContext, agentIds: readonly string[]): Promise<void> {
  const now = new Date(clock.now());
  for (const some of slices(agentIds)) await store.system((scope) => touchAgents(scope, some, now));
}

/**
 * Records which connections are gone.
 *
 * @param gone called once the transaction has begun: an agent that returns says hello in a later transaction
 * @returns the result of `gone`
 */
export async function noteGone(
  { store, clock }: StoreContext,
  gone: () => readonly string[],
): Promise<readonly string[]> {
  const now = new Date(clock.now());
  return await store.system(async (scope) => {
    const ids = gone();
    await noteDisconnected(scope, ids, now);
    return ids;
  });
}

/** No agent is connected: used when a relay starts, after a predecessor that was killed, and when it ends. */
export async function noteNobodyConnected({ store }: Pick<StoreContext, 'store'>): Promise<void> {
  await store.system(forgetConnections);
}
