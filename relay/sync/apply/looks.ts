/**
 * Looks up what Microsoft 365 has after a lost or ambiguous answer, before anything is repeated. Everything in doubt is
 * looked up together, twenty per request, and set aside between two look-ups.
 */
import { fail, HallpassError, passing } from '../../../shared/errors.ts';
import { readGroup } from '../../graph/directory.ts';
import { type Creation, lookUpCreations, type Seen } from '../../graph/lookups.ts';
import { type Operation, peopleOf } from '../../model/operation.ts';
import { accountOf, type MemberKey } from '../../model/person-key.ts';
import { objectIdAt } from '../../operations/needs.ts';
import { isCreation, specOf } from '../../operations/registry.ts';
import type { GroupChange } from '../../operations/spec.ts';
import type { Applying } from './applying.ts';
import { denial, missingObjects, type Taken, takenBy } from './look-reasons.ts';
import type { Step } from './step.ts';
import type { Doubt, Doubtful, Task } from './task.ts';

/** Pauses between look-ups that find nothing: a new object may stay invisible to filters for seconds. */
const patienceMs = [1000, 3000, 8000];
/** Unanswered look-ups before the operation is left to the next run. */
const mostUnanswered = 8;

/** @returns the next step of each task @throws HallpassError of the class `fix` */
export async function look(tasks: readonly Doubtful[], context: Applying): Promise<Map<Task, Step>> {
  const steps = new Map<Task, Step>();
  const created = tasks.filter(
    ({ operation, doubt }) => isCreation(operation) && doubt.why !== 'missing' && doubt.why !== 'denied',
  );
  const creations = new Map(created.map((task) => [task, creationOf(task.operation)]));
  const seen = await lookUpCreations(context.client, [...creations.values()]);
  const taken: Taken[] = [];
  for (const [task, creation] of creations) {
    const found = seen.get(creation);
    const step = found === undefined ? unanswered(task) : creationStep(task, found);
    if (step === 'taken') taken.push({ task, other: found?.other });
    else steps.set(task, step);
  }
  for (const task of tasks)
    if (!creations.has(task) && task.doubt.why === 'conflict') taken.push({ task, other: undefined });
  for (const [task, step] of await takenBy(taken, context)) {
    steps.set(task, step === 'unanswered' ? unanswered(task) : takenStep(task, step));
  }
  const others = tasks.filter((task) => !creations.has(task) && task.doubt.why !== 'conflict');
  await Promise.all(
    others.map(async (task) => {
      steps.set(task, await otherStep(task, context).catch((error: unknown) => asStep(task, error)));
    }),
  );
  return steps;
}

function creationOf(operation: Operation): Creation {
  const { kind, key } = operation;
  return { kind, key, body: specOf(kind).values(operation) ?? {} };
}

/** @returns `taken` if something else has the name and Hallpass has to find out who */
function creationStep(task: Doubtful, { ours, other }: Seen): Step | 'taken' {
  const { doubt, operation } = task;
  const [objectId, ...more] = ours;
  if (more.length > 0) {
    return { kind: 'failed', error: fail('DuplicateStamps', { count: ours.length, objects: ours.join(', ') }) };
  }
  // Found although no answer was lost: created before the relay lost its database.
  if (objectId !== undefined) return { kind: 'done', objectId, isFound: task.wasLost !== true };
  if (doubt.why === 'first') return { kind: 'now' };
  const again: Step = { kind: 'again', waitMs: undefined, error: doubt.error };
  if (task.isOfKilledRun === true) return later(doubt, again);
  if (doubt.why !== 'lost' || other !== undefined) return 'taken';
  return specOf(operation.kind).makes?.hasUniqueName === true ? again : later(doubt, again);
}

/** The conflicting object may be our own, created by the lost request and not visible yet. */
function takenStep({ wasLost, doubt }: Doubtful, step: Step & { holderIsUnseen: boolean }): Step {
  return wasLost === true && doubt.why !== 'lost' && step.holderIsUnseen ? later(doubt, step) : step;
}

async function otherStep(task: Doubtful, context: Applying): Promise<Step> {
  const { operation, doubt } = task;
  switch (doubt.why) {
    case 'denied':
      return await denial(task, context);
    case 'missing':
      return await missingObjects(task, context);
    default:
      return await relationStep(operation, doubt, context);
  }
}

async function relationStep(operation: Operation, { error }: Doubt, context: Applying): Promise<Step> {
  const again: Step = { kind: 'again', waitMs: undefined, error };
  const change = specOf(operation.kind).group(operation);
  const there = change && (await peopleIn(change, context));
  if (change === undefined || there === undefined) return again;
  const isThere = (person: MemberKey) => there.has(accountOf(person, context.accounts) ?? '');
  if (!change.adds) return peopleOf(operation).some(isThere) ? again : { kind: 'done' };
  if (!('people' in operation)) return again;
  const rest = operation.people.filter((person) => !isThere(person));
  if (rest.length === 0) return { kind: 'done' };
  if (rest.length === operation.people.length) return again;
  const done = { ...operation, people: operation.people.filter(isThere) };
  return { kind: 'partly', done, rest: { ...operation, people: rest } };
}

/** A refused look-up is a problem of its operation; one that fails in transit is repeated. */
function asStep(task: Doubtful, error: unknown): Step {
  const isRefused = error instanceof HallpassError && ['GRAPH_DENIED', 'GRAPH_REJECTED'].includes(error.code);
  if (isRefused) return { kind: 'failed', error };
  passing(error);
  return unanswered(task);
}

/** Looks again until the pauses are used up. */
function later(doubt: Doubt, otherwise: Step): Step {
  const waitMs = patienceMs[doubt.looks];
  return waitMs === undefined ? otherwise : { kind: 'look', doubt: { ...doubt, looks: doubt.looks + 1 }, waitMs };
}

function unanswered({ doubt }: Doubtful): Step {
  const unanswered = doubt.unanswered + 1;
  if (unanswered >= mostUnanswered) return { kind: 'again', waitMs: undefined, attempts: 0, error: doubt.error };
  const waitMs = Math.min(30_000, 1000 * 2 ** doubt.unanswered);
  return { kind: 'look', doubt: { ...doubt, unanswered }, waitMs };
}

async function peopleIn({ where, relation }: GroupChange, context: Applying): Promise<Set<string> | undefined> {
  const groupId = where.what === 'otherGroup' ? where.id : objectIdAt(where, context);
  return groupId === undefined ? undefined : readGroup(context.client, groupId, relation);
}
