/** The next step of an operation after Graph's answer, or without one. */
import { fail, HallpassError } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/answer.ts';
import { outcomeOf, rulesOut } from '../../graph/outcome.ts';
import type { Operation } from '../../model/operation.ts';
import { describe, hasOneByOne, isCreation, specOf } from '../../operations/registry.ts';
import type { Applying } from './applying.ts';
import { newDoubt, type Step } from './step.ts';
import type { Task } from './task.ts';

/** Attempts at something that Graph does not know, before Hallpass looks up what is missing: about seven seconds. */
const attemptsAtMissing = 4;

/** @param isOneByOne whether the request was for one of the operation's people only */
export function stepAfter(
  task: Task,
  answer: GraphAnswer | HallpassError | undefined,
  isOneByOne: boolean,
  context: Applying,
): Step {
  const { operation } = task;
  if (answer === undefined || answer instanceof HallpassError) {
    const error = answer ?? lostAnswer(operation);
    const isThrottled = error.retry === 'retry-after';
    if (!isThrottled) task.wasLost = true;
    if (!isCreation(operation) || isThrottled) return { kind: 'again', waitMs: error.retryAfterMs, error };
    return newDoubt('lost', error);
  }
  const outcome = outcomeOf(operation, answer, context.clock.now(), isOneByOne);
  if (outcome.kind !== 'done' && !isCreation(operation) && !rulesOut(answer)) task.wasLost = true;
  switch (outcome.kind) {
    case 'done':
      return isOneByOne ? afterOnePerson(task, context) : { kind: 'done', objectId: outcome.objectId };
    case 'again':
      return outcome;
    case 'verify':
      if (!isCreation(operation)) return newDoubt('there', outcome.error);
      task.wasLost = true;
      return newDoubt('lost', outcome.error);
    case 'conflict':
      return newDoubt('conflict', outcome.error, { conflict: outcome.conflict });
    case 'missing': {
      if (context.isYoung(operation) || task.attempts < attemptsAtMissing)
        return { kind: 'again', waitMs: undefined, error: outcome.error };
      return newDoubt('missing', outcome.error);
    }
    case 'denied':
      return newDoubt('denied', outcome.error, { words: outcome.words });
    case 'other password':
      return { kind: 'password', attempts: outcome.attempts, error: outcome.error };
    case 'one by one':
      return { kind: 'one by one' };
    case 'failed': {
      const { request } = specOf(operation.kind);
      const less = request.service === 'graph' ? request.lesser?.(operation) : undefined;
      return less === undefined ? afterRefusal(task, outcome.error, isOneByOne) : { kind: 'less', operation: less };
    }
  }
}

/** Refusals that may concern one of the people, and not the group. */
const ofOnePerson: readonly string[] = ['MemberRefused', 'ObjectFull', 'GRAPH_REJECTED'];

/** People refused one by one before the group counts as the reason, if Graph does not say which. */
const mostRefusedAlone = 5;

/** Graph adds all or none, so one refused account would keep up to nineteen others out. */
function afterRefusal(task: Task, error: HallpassError, isOneByOne: boolean): Step {
  const { operation, refusedAlone = 0 } = task;
  if (!('people' in operation) || !ofOnePerson.includes(error.code)) return { kind: 'failed', error };
  const [first, ...people] = operation.people;
  const isAlone = isOneByOne || (people.length === 0 && error.code === 'MemberRefused');
  if (first === undefined || (!isAlone && people.length === 0)) return { kind: 'failed', error };
  if (!isAlone) return { kind: 'one by one' };
  task.refusedAlone = refusedAlone + 1;
  const isAboutThem = error.code === 'MemberRefused';
  if (!isAboutThem && task.refusedAlone >= mostRefusedAlone) return { kind: 'failed', error };
  return { kind: 'without', people: [first], rest: people.length === 0 ? undefined : { ...operation, people }, error };
}

function afterOnePerson(task: Task, { habits }: Applying): Step {
  const { operation, refusedAlone = 0 } = task;
  if (!('people' in operation)) return { kind: 'done' };
  const [first, ...people] = operation.people;
  // If one of them was refused alone, the tenant may accept the others in one request.
  task.hadRefusals ||= refusedAlone > 0;
  task.refusedAlone = 0;
  if (hasOneByOne(operation) && people.length === 0 && !task.hadRefusals) habits.ownersOneByOne = true;
  if (first === undefined || people.length === 0) return { kind: 'done' };
  return { kind: 'partly', done: { ...operation, people: [first] }, rest: { ...operation, people } };
}

/** Hallpass looks up whether it was carried out; nothing else waits for that. */
export function lostAnswer(operation: Operation): HallpassError {
  const reason = 'the answer was lost, so Hallpass looks up whether the operation was carried out';
  const details = { what: describe(operation), status: 'none', reason, requestId: 'none' };
  return fail('GRAPH_FAILED', details);
}
