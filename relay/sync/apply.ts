/**
 * Carries a plan out: stage by stage, twenty requests a batch, below Graph's limits, each operation exactly once as far
 * as Microsoft 365 can tell. What was answered is recorded before the next step depends on it; creations are announced
 * in the journal before they are sent, because their answer may be lost.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { HallpassError } from '../../shared/errors.ts';
import { batchLimit, sendBatch } from '../graph/batch.ts';
import type { GraphAnswer, GraphClient } from '../graph/client.ts';
import { isCreation, type ObjectIds, type Outcome, outcomeOf, requestFor } from '../graph/operations.ts';
import type { Problem } from '../identity/problem.ts';
import type { AppliedState, Operation, Plan } from '../plan/plan.ts';
import { type Applied, type JournalEntry, record, writeJournal } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import { appliedBy, subjectOf, updateApplied } from './effects.ts';
import { Lanes, type Task } from './lanes.ts';
import { verify } from './verify.ts';

/** Batches under way at once: enough to hide Graph's latency of some 300 ms a batch at 20 writes a second. */
const parallel = 4;

/** Attempts before an operation is left to the next run: with the waits below, some three minutes. */
const maxAttempts = 12;
const backoff = { baseMs: 1000, capMs: 30_000 };

export interface ApplyContext {
  store: Store;
  tenantId: string;
  runId: string;
  client: GraphClient;
  /** Base of `@odata.id` references. */
  root: string;
  /** Is kept up to date while operations are answered. */
  applied: AppliedState;
  /** Object id by person key, likewise. */
  accounts: Map<string, string>;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

export interface ApplyResult {
  done: number;
  failed: number;
  problems: Problem[];
}

/**
 * @throws HallpassError of the class `fix` when nothing more can succeed (sign-in, consent); whatever was answered
 *   until then is recorded.
 */
export async function applyPlan(plan: Plan, context: ApplyContext): Promise<ApplyResult> {
  const result: ApplyResult = { done: 0, failed: 0, problems: [] };
  const total = plan.reduce((sum, stage) => sum + stage.length, 0);
  for (const stage of plan) {
    const possible = stage.flatMap((operation) => withItsObjects(operation, context) ?? []);
    await applyStage(possible, context, result, total);
  }
  return result;
}

/**
 * The operation, if the objects that it refers to exist by now. Where one could not be made, that object's own problem
 * says why, and the plan of the next run has the operation again.
 */
function withItsObjects(operation: Operation, { applied, accounts }: ApplyContext): Operation | undefined {
  switch (operation.kind) {
    case 'assignLicence':
      return accounts.has(operation.personKey) ? operation : undefined;
    case 'addSchoolClass':
      return applied.schools.has(operation.schoolId) && applied.classes.has(operation.sectionId)
        ? operation
        : undefined;
    case 'addSchoolUser':
      return applied.schools.has(operation.schoolId) && accounts.has(operation.personKey) ? operation : undefined;
    case 'removeMember':
      return applied.classes.has(operation.sectionId) && accounts.has(operation.personKey) ? operation : undefined;
    case 'addOwners':
    case 'addMembers': {
      const people = operation.people.filter((person) => accounts.has(person));
      return applied.classes.has(operation.sectionId) && people.length > 0 ? { ...operation, people } : undefined;
    }
    default:
      return operation;
  }
}

async function applyStage(
  operations: readonly Operation[],
  context: ApplyContext,
  result: ApplyResult,
  total: number,
): Promise<void> {
  const lanes = new Lanes(operations);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  let changed = Promise.withResolvers<void>();

  const work = async (): Promise<void> => {
    while (lanes.open > 0) {
      signal.throwIfAborted();
      const tasks = lanes.take(batchLimit, context.clock.now());
      if (tasks.length > 0) {
        await applyBatch(tasks, lanes, context, result);
        context.onProgress(result.done + result.failed, total);
        changed.resolve();
        changed = Promise.withResolvers<void>();
        continue;
      }
      const due = lanes.nextDue();
      const settled = changed.promise;
      const waiting = new AbortController();
      const timer =
        due === undefined
          ? settled
          : context.clock.sleep(Math.max(1, due - context.clock.now()), AbortSignal.any([signal, waiting.signal]));
      await Promise.race([settled, timer]).finally(() => waiting.abort());
      timer.catch(() => undefined);
    }
  };
  const workers = Array.from({ length: parallel }, async () => {
    try {
      await work();
    } catch (error) {
      stop.abort(error);
      changed.resolve();
      throw error;
    }
  });
  await Promise.allSettled(workers);
  signal.throwIfAborted();
}

async function applyBatch(tasks: Task[], lanes: Lanes, context: ApplyContext, result: ApplyResult): Promise<void> {
  const entries = new Map(tasks.map((task) => [task, journalEntry(task.operation, context)]));
  await announceCreations(tasks, entries, context);

  const ids = objectIds(context);
  const requests = tasks.map(({ operation }) => requestFor(operation, ids, { root: context.root, password }));
  const answers = await sendBatch(context.client, requests).catch((error: unknown) => asAnswers(error, tasks.length));

  const applied: Applied[] = [];
  const journal: JournalEntry[] = [];
  for (const [index, task] of tasks.entries()) {
    task.attempts += 1;
    const entry = entries.get(task);
    if (entry === undefined) continue;
    const first = readAnswer(task.operation, answers[index], context);
    const outcome = first.kind === 'verify' ? await verify(task.operation, first.error, context) : first;
    if (outcome.kind === 'partly') {
      applied.push(appliedBy(outcome.done, '', context.applied));
      task.operation = outcome.rest;
      lanes.park(task, context.clock.now());
    } else if (outcome.kind === 'again' && task.attempts < maxAttempts) {
      const wait = backoffMs(backoff, task.attempts - 1, context.random(), outcome.waitMs);
      lanes.park(task, context.clock.now() + wait);
    } else if (outcome.kind === 'done') {
      applied.push(appliedBy(task.operation, outcome.objectId ?? objectIdOf(task.operation, context), context.applied));
      journal.push({ ...entry, state: 'done' });
      result.done += 1;
      lanes.settle(task);
    } else {
      const { code, message, action } = outcome.error;
      journal.push({ ...entry, state: 'failed', error: { code, message } });
      result.problems.push({ subject: subjectOf(task.operation), code, message, action });
      result.failed += 1;
      lanes.settle(task);
    }
  }
  const now = new Date(context.clock.now()).toISOString();
  await context.store.withTenant(context.tenantId, (scope) => record(scope, applied, journal, now));
  for (const one of applied) updateApplied(context, one);
}

async function announceCreations(
  tasks: readonly Task[],
  entries: ReadonlyMap<Task, JournalEntry>,
  context: ApplyContext,
): Promise<void> {
  const creations = tasks.filter((task) => isCreation(task.operation)).flatMap((task) => entries.get(task) ?? []);
  if (creations.length === 0) return;
  const now = new Date(context.clock.now()).toISOString();
  await context.store.withTenant(context.tenantId, (scope) => writeJournal(scope, creations, now));
}

/** A batch without an answer: every request in it may or may not have been carried out. */
function asAnswers(error: unknown, count: number): HallpassError[] {
  if (!(error instanceof HallpassError) || error.retry === 'fix' || error.retry === 'bug') throw error;
  return Array.from({ length: count }, () => error);
}

function readAnswer(
  operation: Operation,
  answer: GraphAnswer | HallpassError | undefined,
  context: ApplyContext,
): Outcome {
  if (answer !== undefined && !(answer instanceof HallpassError)) {
    return outcomeOf(operation, answer, context.clock.now());
  }
  const error = answer ?? new HallpassError('GRAPH_FAILED', 'Graph left a request of a batch unanswered.', '');
  if (isCreation(operation) && error.retry !== 'retry-after') return { kind: 'verify', error };
  return { kind: 'again', waitMs: error.retryAfterMs, error };
}

function journalEntry(operation: Operation, context: ApplyContext): JournalEntry {
  const before = 'before' in operation ? operation.before : undefined;
  return {
    id: randomUUID(),
    runId: context.runId,
    kind: operation.kind,
    key: operation.key,
    reason: operation.reason,
    before,
    after: journalled(operation),
    state: 'intent',
  };
}

/** The values that an operation writes, as the journal keeps them: no password is among them. */
function journalled(operation: Operation): unknown {
  switch (operation.kind) {
    case 'createUser':
      return { ...operation.user.body, ...operation.user.creation };
    case 'addOwners':
    case 'addMembers':
      return operation.people;
    case 'removeMember':
    case 'addSchoolUser':
      return [operation.personKey];
    case 'addSchoolClass':
      return [operation.sectionId];
    case 'assignLicence':
      return operation.skuId;
    default:
      return operation.body;
  }
}

/** The object that an update concerns; empty for relations, which have none of their own. */
function objectIdOf(operation: Operation, { applied, accounts }: ApplyContext): string {
  switch (operation.kind) {
    case 'updateSchool':
      return applied.schools.get(operation.schoolId)?.objectId ?? '';
    case 'updateClass':
      return applied.classes.get(operation.sectionId)?.objectId ?? '';
    case 'updateUser':
      return accounts.get(operation.personKey) ?? '';
    default:
      return '';
  }
}

function objectIds({ applied, accounts }: ApplyContext): ObjectIds {
  const known = (id: string | undefined, what: string): string => {
    if (id === undefined) throw new TypeError(`${what} has no object`);
    return id;
  };
  return {
    school: (schoolId) => known(applied.schools.get(schoolId)?.objectId, `school ${schoolId}`),
    class: (sectionId) => known(applied.classes.get(sectionId)?.objectId, `class ${sectionId}`),
    person: (personKey) => known(accounts.get(personKey), personKey),
  };
}

/** 18 random characters of all four classes; the person must choose another at the first sign-in. */
function password(): string {
  return `${randomBytes(12).toString('base64url')}aA1!`;
}
