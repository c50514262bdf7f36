/**
 * Carries a plan out: stage by stage, twenty requests a batch, below Graph's limits, each operation exactly once as far
 * as Microsoft 365 can tell. What was answered is recorded before the next step depends on it; everything is announced in
 * the journal before it is sent, because the answer may be lost.
 */

import { backoffMs } from '../../../shared/backoff.ts';
import { timestamp } from '../../../shared/clock.ts';
import { HallpassError, passing } from '../../../shared/errors.ts';
import { batchLimit, sendBatch } from '../../graph/batch.ts';
import type { GraphAnswer } from '../../graph/client.ts';
import { isCreation, type Outcome, outcomeOf, requestFor } from '../../graph/operations.ts';
import { isAboutTeam, type Operation, type Plan } from '../../plan/operation.ts';
import { type Applied, record } from '../../store/applied.ts';
import { type JournalEntry, writeJournal } from '../../store/journal.ts';
import type { ApplyContext, Applying, ApplyResult } from './applying.ts';
import { applyArchiving, isArchiving } from './archiving.ts';
import { appliedBy, journalEntry, subjectOf, updateApplied } from './effects.ts';
import { Lanes, type Task } from './lanes.ts';
import { announceAccounts, type FirstPassword } from './new-accounts.ts';
import { objectIdOf, objectIds, settledAt, withItsObjects } from './references.ts';
import { applyTeams } from './teams.ts';
import { verify } from './verify.ts';
import { backoff, maxAttempts, workOff } from './work-off.ts';

/** Batches under way at once: enough to hide Graph's latency of some 300 ms a batch at 20 writes a second. */
const parallel = 4;

/**
 * @throws HallpassError of the class `fix` when nothing more can succeed (sign-in, consent); whatever was answered
 *   until then is recorded.
 */
export async function applyPlan(plan: Plan, run: ApplyContext): Promise<ApplyResult> {
  const context: Applying = { ...run, madeAt: new Map(), entries: new Map() };
  const result: ApplyResult = { done: 0, failed: 0, failures: [], skipped: [], waiting: 0 };
  const total = plan.reduce((sum, stage) => sum + stage.length, 0);
  for (const stage of plan) {
    const possible: Operation[] = [];
    for (const operation of stage) {
      const now = withItsObjects(operation, context);
      if (now === undefined) result.skipped.push(operation);
      else possible.push(now);
    }
    const toMake = possible.filter((operation) => operation.kind === 'createTeam');
    const toArchive = possible.filter(isArchiving);
    const others = possible.filter((operation) => !isAboutTeam(operation));
    if (others.length > 0) await applyStage(others, context, result, total);
    if (toMake.length > 0) await applyTeams(toMake, context, result, total);
    if (toArchive.length > 0) await applyArchiving(toArchive, context, result, total);
  }
  return result;
}

async function applyStage(
  operations: readonly Operation[],
  context: Applying,
  result: ApplyResult,
  total: number,
): Promise<void> {
  const lanes = new Lanes(operations, (operation) => settledAt(operation, context.madeAt));
  await workOff(lanes, {
    ...context,
    parallel,
    atOnce: batchLimit,
    carryOut: async (tasks) => {
      await applyBatch(tasks, lanes, context, result);
      context.onProgress(result.done + result.failed, total);
    },
  });
}

async function applyBatch(tasks: Task[], lanes: Lanes, context: Applying, result: ApplyResult): Promise<void> {
  const passwords = await announce(tasks, context);

  const ids = objectIds(context);
  const password = (key: string) => passwords.get(key) ?? missingPassword(key);
  const requests = tasks.map(({ operation }) => requestFor(operation, ids, { root: context.root, password }));
  const answers = await sendBatch(context.client, requests).catch((error: unknown) => asAnswers(error, tasks.length));

  const applied: Applied[] = [];
  const journal: JournalEntry[] = [];
  for (const [index, task] of tasks.entries()) {
    task.attempts += 1;
    const entry = context.entries.get(task);
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
      if (isCreation(task.operation)) context.madeAt.set(task.operation.key, context.clock.now());
      result.done += 1;
      lanes.settle(task);
    } else {
      const { code, message, action } = outcome.error;
      // After the last attempt it may still have been carried out: the next run settles that.
      const state = outcome.kind === 'again' ? 'intent' : 'failed';
      journal.push({ ...entry, state, error: { code, message } });
      const problem = { subject: subjectOf(task.operation), code, message, action };
      result.failures.push({ operation: task.operation, problem });
      result.failed += 1;
      lanes.settle(task);
    }
  }
  const now = timestamp(context.clock);
  await context.store.withTenant(context.tenantId, (scope) => record(scope, applied, journal, now));
  for (const one of applied) updateApplied(context, one);
}

/** Puts into the journal what is about to be sent, so that a kill before the answer is noticed. */
async function announce(tasks: readonly Task[], context: Applying): Promise<Map<string, FirstPassword>> {
  const fresh = tasks.filter((task) => !context.entries.has(task));
  for (const task of fresh) context.entries.set(task, journalEntry(task.operation, context.runId));
  const creations = tasks.map((task) => task.operation).filter(isCreation);
  if (fresh.length + creations.length === 0) return new Map();
  const now = timestamp(context.clock);
  return await context.store.withTenant(context.tenantId, async (scope) => {
    const journal = fresh.flatMap((task) => context.entries.get(task) ?? []);
    await writeJournal(scope, journal, now);
    return await announceAccounts(scope, creations, context, now);
  });
}

function missingPassword(key: string): never {
  throw new TypeError(`the account of ${key} was not announced`);
}

/** A batch without an answer: every request in it may or may not have been carried out. */
function asAnswers(error: unknown, count: number): HallpassError[] {
  const failure = passing(error);
  return Array.from({ length: count }, () => failure);
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
