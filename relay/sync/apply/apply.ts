/**
 * Carries a plan out: stage by stage, twenty requests a batch, below Graph's limits, each operation exactly once as far
 * as Microsoft 365 can tell. What was answered is recorded before the next step depends on it; everything is announced in
 * the journal before it is sent, because the answer may be lost.
 */

import { backoffMs } from '../../../shared/backoff.ts';
import { timestamp } from '../../../shared/clock.ts';
import { type HallpassError, passing } from '../../../shared/errors.ts';
import { batchLimit, sendBatch } from '../../graph/batch.ts';
import { DeletedObjects } from '../../graph/holders.ts';
import type { LinkedPerson } from '../../model/account-link.ts';
import type { Applied } from '../../model/applied-state.ts';
import type { Operation, Plan } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import { changedObject, objectIds, settledAt, withItsObjects } from '../../operations/needs.ts';
import { hasOneByOne, isCreation, specOf, teamWorkOf } from '../../operations/registry.ts';
import type { ObjectIds, RequestOptions, WriteRequest } from '../../operations/spec.ts';
import { forgetPasswords } from '../../store/accounts/initial-passwords.ts';
import { record } from '../../store/applied/applied.ts';
import { type JournalEntry, writeJournal } from '../../store/runs/journal.ts';
import { lostAnswer, stepAfter } from './after-answer.ts';
import type { ApplyContext, Applying, ApplyResult } from './applying.ts';
import { applyArchiving, isArchiving } from './archiving.ts';
import { asFound, journalEntry, updateApplied } from './effects.ts';
import { type Doubt, Lanes, type Task } from './lanes.ts';
import { look } from './looks.ts';
import { announceAccounts, type FirstPassword } from './new-accounts.ts';
import { Owners } from './owners.ts';
import type { Step } from './step.ts';
import { applyTeams, isMaking } from './teams.ts';
import { backoff, maxAttempts, workOff } from './work-off.ts';

/** Batches under way at once: enough to hide Graph's latency of some 300 ms a batch at 20 writes a second. */
const parallel = 4;

/**
 * @throws HallpassError of the class `fix` when nothing more can succeed (sign-in, consent); whatever was answered
 *   until then is recorded.
 */
export async function applyPlan(plan: Plan, run: ApplyContext): Promise<ApplyResult> {
  const context: Applying = {
    ...run,
    madeAt: new Map(),
    entries: new Map(),
    withEarlierPassword: new Set(),
    owners: new Owners(run),
    deleted: new DeletedObjects(run.client),
  };
  const result: ApplyResult = { done: 0, failed: 0, failures: [], skipped: [], waiting: 0 };
  const total = plan.reduce((sum, stage) => sum + stage.length, 0);
  for (const stage of plan) {
    const possible: Operation[] = [];
    for (const operation of stage) {
      const now = withItsObjects(operation, context);
      if (now === undefined) result.skipped.push(operation);
      else possible.push(now);
    }
    const toMake = possible.filter(isMaking);
    const toArchive = possible.filter(isArchiving);
    const others = possible.filter((operation) => teamWorkOf(operation) === undefined);
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
  const steps = new Map<Task, Step>();
  await take(tasks.filter(isDoubtful), steps, context);
  const fresh = tasks.filter((task) => !steps.has(task));
  const unsure = fresh.filter((task) => mayBeThere(task, context));
  for (const task of unsure) task.doubt = { why: 'first', looks: 0, unanswered: 0, error: lostAnswer(task.operation) };
  await take(unsure.filter(isDoubtful), steps, context);
  const toSend = tasks.filter((task) => !steps.has(task) || steps.get(task)?.kind === 'now');
  for (const [task, step] of await send(toSend, context)) steps.set(task, step);
  // What may be settled by a look at once is; the rest is set aside.
  for (const task of toSend) {
    const step = steps.get(task);
    if (step?.kind === 'look' && step.waitMs === 0) task.doubt = step.doubt;
  }
  await take(toSend.filter(isDoubtful), steps, context);
  await conclude(steps, lanes, context, result);
}

type Doubtful = Task & { doubt: Doubt };

function isDoubtful(task: Task): task is Doubtful {
  return task.doubt !== undefined;
}

/** Looks up what is in doubt, all of it together. */
async function take(doubtful: readonly Doubtful[], steps: Map<Task, Step>, context: Applying): Promise<void> {
  if (doubtful.length === 0) return;
  for (const [task, step] of await look(doubtful, context)) {
    task.doubt = undefined;
    steps.set(task, step);
  }
}

/** Schools and classes have no name that Graph keeps unique for sure: what an older database has forgotten would be made again. */
function mayBeThere(task: Task, { isEverythingRead, entries }: Applying): boolean {
  const { makes } = specOf(task.operation.kind);
  return !isEverythingRead && !entries.has(task) && makes?.hasUniqueName === false;
}

async function send(tasks: readonly Task[], context: Applying): Promise<Map<Task, Step>> {
  const steps = new Map<Task, Step>();
  if (tasks.length === 0) return steps;
  const passwords = await announce(tasks, context);
  const ids = objectIds(context);
  const password = (key: PersonKey) => passwords.get(key) ?? missingPassword(key);
  const ways = tasks.map((task) => isOneByOne(task, context));
  const requests = tasks.map(({ operation }, index) =>
    requestFor(operation, ids, { root: context.root, password }, ways[index] === true),
  );
  const answers = await sendBatch(context.client, requests).catch((error: unknown) => asAnswers(error, tasks.length));
  for (const [index, task] of tasks.entries()) {
    task.attempts += 1;
    steps.set(task, stepAfter(task, answers[index], ways[index] === true, context));
  }
  return steps;
}

function isOneByOne({ operation, isOneByOne }: Task, { habits }: Applying): boolean {
  return isOneByOne === true || (habits.ownersOneByOne && hasOneByOne(operation));
}

/** @throws TypeError for what another service than Graph is asked for */
function requestFor(operation: Operation, ids: ObjectIds, options: RequestOptions, alone: boolean): WriteRequest {
  const { request } = specOf(operation.kind);
  if (request.service !== 'graph') throw new TypeError(`${operation.key}: a team is not asked for in a batch`);
  if (!alone) return request.send(operation, ids, options);
  const first = firstOf(operation);
  return request.sendAlone?.(first, ids, options) ?? request.send(first, ids, options);
}

/** Records what has come of the operations, and puts back into the queue what is not settled. */
async function conclude(
  steps: ReadonlyMap<Task, Step>,
  lanes: Lanes,
  context: Applying,
  result: ApplyResult,
): Promise<void> {
  const applied: Applied[] = [];
  const journal: JournalEntry[] = [];
  const forgotten: LinkedPerson[] = [];
  const now = context.clock.now();
  const failed = (operation: Operation, { code, message, action }: HallpassError, subject: string) => {
    result.failures.push({ operation, problem: { subject, code, message, action } });
    result.failed += 1;
  };
  for (const [task, step] of steps) {
    const entry = context.entries.get(task) ?? journalEntry(task.operation, context.runId);
    switch (step.kind) {
      case 'look':
        task.doubt = step.doubt;
        lanes.park(task, now + step.waitMs);
        continue;
      case 'one by one':
        task.isOneByOne = true;
        lanes.park(task, now);
        continue;
      case 'now':
        lanes.park(task, now);
        continue;
      case 'less':
        task.operation = step.operation;
        lanes.park(task, now);
        continue;
      case 'password': {
        if (task.operation.kind === 'createUser') forgotten.push(linkedPerson(task.operation));
        if (task.attempts < step.attempts) {
          lanes.park(task, now);
          continue;
        }
        const { code, message } = step.error;
        journal.push({ ...entry, state: 'failed', error: { code, message } });
        failed(task.operation, step.error, specOf(task.operation.kind).subject(task.operation));
        break;
      }
      case 'partly':
        applied.push(specOf(step.done.kind).effect(step.done, '', context.applied));
        task.operation = step.rest;
        task.attempts = 0;
        lanes.park(task, now);
        continue;
      case 'without': {
        for (const person of step.people) {
          const subject = `${task.operation.key}/${person}`;
          failed({ ...task.operation, people: [person] } as Operation, step.error, subject);
        }
        if (step.rest !== undefined) {
          task.operation = step.rest;
          task.attempts = 0;
          lanes.park(task, now);
          continue;
        }
        const { code, message } = step.error;
        journal.push({ ...entry, state: 'failed', error: { code, message } });
        break;
      }
      case 'again': {
        if (task.attempts < (step.attempts ?? maxAttempts)) {
          const wait = backoffMs(backoff, Math.max(0, task.attempts - 1), context.random(), step.waitMs);
          lanes.park(task, now + wait);
          continue;
        }
        const { code, message } = step.error;
        // After the last attempt it may still have been carried out: the next run settles that.
        journal.push({ ...entry, state: 'intent', error: { code, message } });
        failed(task.operation, step.error, specOf(task.operation.kind).subject(task.operation));
        break;
      }
      case 'failed': {
        const { code, message } = step.error;
        journal.push({ ...entry, state: 'failed', error: { code, message } });
        failed(task.operation, step.error, specOf(task.operation.kind).subject(task.operation));
        break;
      }
      case 'done': {
        const objectId = step.objectId ?? changedObject(task.operation, context);
        const isFound = step.isFound === true && !isOfEarlierAttempt(task.operation, context);
        const made = specOf(task.operation.kind).effect(task.operation, objectId, context.applied);
        applied.push(isFound ? asFound(made) : made);
        journal.push({ ...entry, state: 'done' });
        if (isFound) {
          // Its values are those of another time: the next run writes them.
          result.skipped.push(task.operation);
          if (task.operation.kind === 'createUser') forgotten.push(linkedPerson(task.operation));
        } else if (isCreation(task.operation)) context.madeAt.set(task.operation.key, now);
        result.done += 1;
      }
    }
    lanes.settle(task);
  }
  const at = timestamp(context.clock);
  await context.store.withTenant(context.tenantId, async (scope) => {
    await record(scope, applied, journal, at);
    // They were never set: the accounts have others.
    await forgetPasswords(scope, forgotten);
  });
  for (const one of applied) updateApplied(context, one);
}

/** The operation for the first of its people alone. */
function firstOf(operation: Operation): Operation {
  return 'people' in operation ? { ...operation, people: operation.people.slice(0, 1) } : operation;
}

/** A killed run made the account, with the password that was kept then. */
function isOfEarlierAttempt(operation: Operation, { withEarlierPassword }: Applying): boolean {
  return operation.kind === 'createUser' && withEarlierPassword.has(operation.personKey);
}

function linkedPerson({ user }: Extract<Operation, { kind: 'createUser' }>): LinkedPerson {
  return { role: user.person.role, personId: user.person.id };
}

/** Puts into the journal what is about to be sent, so that a kill before the answer is noticed. */
async function announce(tasks: readonly Task[], context: Applying): Promise<Map<string, FirstPassword>> {
  const fresh = tasks.filter((task) => !context.entries.has(task));
  for (const task of fresh) context.entries.set(task, journalEntry(task.operation, context.runId));
  const creations = tasks.map((task) => task.operation).filter(isCreation);
  if (fresh.length + creations.length === 0) return new Map();
  const now = timestamp(context.clock);
  const passwords = await context.store.withTenant(context.tenantId, async (scope) => {
    const journal = fresh.flatMap((task) => context.entries.get(task) ?? []);
    await writeJournal(scope, journal, now);
    return await announceAccounts(scope, creations, context, now);
  });
  for (const { operation } of fresh) {
    if (passwords.get(operation.key)?.isKept === true) context.withEarlierPassword.add(operation.key);
  }
  return passwords;
}

function missingPassword(key: PersonKey): never {
  throw new TypeError(`the account of ${key} was not announced`);
}

/** A batch without an answer: every request in it may or may not have been carried out. */
function asAnswers(error: unknown, count: number): HallpassError[] {
  const failure = passing(error);
  return Array.from({ length: count }, () => failure);
}
