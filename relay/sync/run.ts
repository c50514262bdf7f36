/** One run of one profile that writes: what it has admitted, what becomes of that, and its end. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import type { HoldRecord } from '../model/hold.ts';
import { type Keys, noKeys } from '../model/keys.ts';
import { countOperations, type Operation, type OperationKind } from '../model/operation.ts';
import { personKey } from '../model/person-key.ts';
import type { Problem } from '../model/problem.ts';
import { heldWaits, withinChains } from '../plan/held-waits.ts';
import type { Profile } from '../profile/profile.ts';
import type { Quarantine } from '../profile/standing.ts';
import type { Vault } from '../secrets/vault.ts';
import { forgetApplied, readLinks } from '../store/accounts/links.ts';
import { noteOwnersOneByOne, readDirectoryState } from '../store/directory/mirror.ts';
import { noteAppliedProfile } from '../store/profiles/profiles.ts';
import { judgeProfile } from '../store/profiles/quarantine.ts';
import { finishRun } from '../store/runs/journal.ts';
import { replaceProblems } from '../store/runs/problems.ts';
import { mostNamed, type NumberedWaiting, replaceWaiting } from '../store/runs/waiting.ts';
import type { Store, TenantScope } from '../store/store.ts';
import type { RunAccount } from './apply/task.ts';
import { schoolOf } from './guard-context.ts';
import { type Checked, settleGuard } from './guard-step.ts';
import { addPlanned, knownProblems, leavesDoubt, noteMade, noteRefusal } from './state/memory.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';

export interface RunContext {
  store: Store;
  tenantId: string;
  client: GraphClient;
  /** Base of `@odata.id` references, for instance `https://graph.microsoft.com/v1.0`. */
  root: string;
  /** Seals first passwords of new accounts. */
  vault: Vault;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  log: Logger;
}

export interface RunReport {
  /** `replaced`: ended between two batches, because the next one decides everything again. */
  state: 'success' | 'errors' | 'preview' | 'replaced';
  done: number;
  failed: number;
  /** Operations that wait for a person's decision. */
  held: number;
  /** Operations that wait for Microsoft, which is no failure: teams of classes that it does not know yet or still makes. */
  waiting: number;
  problems: number;
}

export interface RunPlan {
  checked: Checked;
  /** What is wrong with people's accounts, and with who looks after whom. */
  problems: readonly Problem[];
}

export class ProfileRun implements RunAccount {
  readonly runId: string;
  readonly profile: Profile;
  readonly #context: RunContext;
  readonly #state: ProfileState;
  readonly #touch: (operation: Operation) => void;
  readonly #startedAt: number;
  readonly #wasOneByOne: boolean;
  /** What the guard said when something was last planned. */
  #guarded: Pick<Checked, 'held' | 'holds' | 'used'> = { held: [], holds: [], used: [] };
  #problems: readonly Problem[] = [];
  /** What proceeds, by kind. */
  readonly #proceeding: Partial<Record<OperationKind, number>> = {};
  #total = 0;
  /** What may have ended a membership that stays where it belongs, unless another operation tells. */
  readonly #doubtful: Operation[] = [];
  #done = 0;
  #failed = 0;
  #waiting = 0;
  /** What needs something that is not there. */
  #left = 0;
  #loggedAt = 0;
  /** What the next turn plans again. */
  readonly leftovers: Keys = noKeys();
  /** Whether nothing can be added to it anymore. */
  isOver = false;
  /** Why it ended before its time. */
  error: unknown;
  /** What it came to, when it has ended. */
  report: RunReport | undefined;

  /** @param touch is called with an operation whose objects have to be planned again */
  constructor(context: RunContext, state: ProfileState, runId: string, touch: (operation: Operation) => void) {
    this.runId = runId;
    this.profile = state.profile;
    this.#context = context;
    this.#state = state;
    this.#touch = touch;
    this.#startedAt = context.clock.now();
    this.#wasOneByOne = state.tenant.habits.ownersOneByOne;
  }

  /** Something was planned, when it began or again: what is held now is in the newest plan. */
  extend({ checked: { proceed, held, holds, used }, problems }: RunPlan): void {
    this.#guarded = { held, holds, used };
    this.#problems = problems;
    this.#total += proceed.length;
    addCounts(this.#proceeding, countOperations(proceed));
  }

  /** Operations that wait for a person's decision. */
  get held(): readonly Operation[] {
    return this.#guarded.held;
  }

  /** Approvals under which something proceeds. */
  get approvalsInUse(): readonly HoldRecord[] {
    return this.#guarded.used;
  }

  /** By kind: everything that proceeds, and what is held now. */
  get planned(): Partial<Record<OperationKind, number>> {
    const planned = { ...this.#proceeding };
    addCounts(planned, countOperations(this.held));
    return planned;
  }

  done(operation: Operation, { isFound }: { isFound: boolean }): void {
    this.#done += 1;
    noteMade(operation, this.#state.tenant);
    // Its values are those of another time.
    if (isFound) this.#touch(operation);
    if (leavesDoubt(operation, this.#state.tenant.applied)) this.#doubtful.push(operation);
    this.#logProgress();
  }

  refused(operation: Operation, problem: Problem): void {
    this.#failed += 1;
    addPlanned(this.leftovers, operation);
    noteRefusal(operation, problem, this.#state);
    this.#logProgress();
  }

  left(operation: Operation, { isWaiting }: { isWaiting: boolean }): void {
    if (isWaiting) this.#waiting += 1;
    else this.#left += 1;
    addPlanned(this.leftovers, operation);
  }

  broke(error: unknown): void {
    this.isOver = true;
    this.error ??= error;
  }

  async over({ isReplaced, waiting }: Parameters<RunAccount['over']>[0]): Promise<void> {
    this.isOver = true;
    const { store, tenantId, clock, client, log } = this.#context;
    const { profile, tenant } = this.#state;
    const doubtful = this.#doubtful.filter((operation) => leavesDoubt(operation, tenant.applied));
    for (const operation of [...this.held, ...doubtful]) addPlanned(this.leftovers, operation);
    const open = [...this.#problems, ...knownProblems(this.#state)];
    const report = this.#reportOf(open, isReplaced);
    const isCarriedOut =
      !isReplaced &&
      this.#state.carriedOut !== profile &&
      this.#failed + this.#waiting === 0 &&
      !this.held.some(({ byProfile }) => byProfile === true);
    // Of operations that were sent without some of their people, those are named besides.
    const left = Math.max(this.#left + this.#waiting, waiting.length);
    let quarantine: Quarantine | undefined;
    await store.withTenant(tenantId, async (scope) => {
      await applyLinkEdits(scope, tenant);
      if (tenant.habits.ownersOneByOne && !this.#wasOneByOne) await noteOwnersOneByOne(scope);
      if (!isReplaced) await settleGuard(scope, this.#state, this.#guarded, this.#failed, timestamp(clock));
      if (isCarriedOut) await noteAppliedProfile(scope, profile);
      await replaceProblems(scope, profile.name, open, timestamp(clock));
      await finishRun(scope, this.runId, { ...report, waiting: left }, timestamp(clock));
      await replaceWaiting(scope, { runId: this.runId, profile: profile.name }, [
        ...waiting,
        ...this.#heldRows(waiting),
      ]);
      quarantine = await judgeProfile(scope, profile, timestamp(clock));
    });
    if (isCarriedOut) this.#state.carriedOut = profile;
    logQuarantine(this.#context, quarantine);
    this.report = report;
    const seconds = (clock.now() - this.#startedAt) / 1000;
    log.info({ event: 'run.finished', ...report, seconds, graph: client.stats }, `run finished: ${report.state}`);
  }

  /** Numbers from -1 down, which no operation of the schedule has. */
  #heldRows(waiting: readonly NumberedWaiting[]): NumberedWaiting[] {
    const { held, holds } = this.#guarded;
    const waits = heldWaits(held, holds, (operation) => schoolOf(operation, this.#state));
    return withinChains(waits, waiting)
      .slice(0, mostNamed)
      .map((one, index) => ({ ...one, number: -1 - index }));
  }

  #reportOf(open: readonly Problem[], isReplaced: boolean): RunReport {
    return {
      state: isReplaced ? 'replaced' : open.length === 0 ? 'success' : 'errors',
      done: this.#done,
      failed: this.#failed,
      held: this.held.length,
      waiting: this.#waiting,
      problems: open.length,
    };
  }

  /** A line at most twice a second, and one at the end. */
  #logProgress(): void {
    const { log, clock } = this.#context;
    const total = this.#total;
    const done = this.#done + this.#failed;
    const now = clock.now();
    if (now - this.#loggedAt < 500 && done < total) return;
    this.#loggedAt = now;
    log.info({ event: 'run.progress', done, total }, `${done} of ${total} operations done`);
  }
}

function addCounts(to: Partial<Record<OperationKind, number>>, counts: Partial<Record<OperationKind, number>>): void {
  for (const [kind, count] of Object.entries(counts))
    to[kind as OperationKind] = (to[kind as OperationKind] ?? 0) + count;
}

/** Links that somebody changed during the run: what it did to the accounts of before says nothing about those of now. */
export async function applyLinkEdits(scope: TenantScope, tenant: TenantState): Promise<void> {
  if ((await readDirectoryState(scope)).linksEditedAt === tenant.linksEditedAt) return;
  const links = await readLinks(scope);
  await forgetApplied(
    scope,
    links.filter(({ role, personId, objectId }) => tenant.accounts.get(personKey(role, personId)) !== objectId),
  );
}

/** @param quarantine undefined when the profile may go on */
export function logQuarantine({ log }: Pick<RunContext, 'log'>, quarantine: Quarantine | undefined): void {
  if (quarantine === undefined) return;
  const { code, message, action } = quarantine;
  log.error({ event: 'profile.quarantined', code, action }, message);
}
