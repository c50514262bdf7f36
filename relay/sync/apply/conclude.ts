/** Records the outcomes of several operations together, and returns the operations: settled, or for another attempt. */
import { backoffMs } from '../../../shared/backoff.ts';
import type { HallpassError } from '../../../shared/errors.ts';
import type { LinkedPerson } from '../../model/account-link.ts';
import type { Applied } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import type { Problem } from '../../model/problem.ts';
import { changedObject } from '../../operations/needs.ts';
import { isCreation, lostAnswerOf, mayHaveWritten, newAccountOf, specOf } from '../../operations/registry.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { Applying } from './applying.ts';
import { backoff, maxAttempts } from './attempts.ts';
import { asFound, journalEntry } from './effects.ts';
import { recordAnswers } from './recording.ts';
import type { Step } from './step.ts';
import type { Ended, Task } from './task.ts';

/** Answers are recorded in one transaction before anything that depends on them may continue. */
export async function conclude(steps: ReadonlyMap<Task, Step>, context: Applying): Promise<void> {
  const conclusion = new Conclusion(context);
  for (const [task, step] of steps) conclusion.add(task, step);
  await conclusion.record();
}

class Conclusion {
  readonly #context: Applying;
  readonly #applied: Applied[] = [];
  readonly #journal: JournalEntry[] = [];
  readonly #done: Operation[] = [];
  /** What may have written values. */
  readonly #changed: Operation[] = [];
  /** People whose first password was never set. */
  readonly #forgotten: LinkedPerson[] = [];
  readonly #ended: Ended[] = [];
  /** What to do after the recording. */
  readonly #then: (() => void)[] = [];

  constructor(context: Applying) {
    this.#context = context;
  }

  add(task: Task, step: Step): void {
    const { operation } = task;
    switch (step.kind) {
      case 'look':
        task.doubt = step.doubt;
        this.#then.push(() => this.#context.worklist.setAside(task, step.waitMs));
        break;
      case 'now':
        this.#goOn(task, { wasLookedFor: true });
        break;
      case 'one by one':
        this.#goOn(task, { isOneByOne: true });
        break;
      case 'less':
        if (task.wasLost === true) this.#mayBeDone(operation);
        this.#goOn(task, { operation: step.operation });
        break;
      case 'password':
        this.#forgotten.push(...accountOf(operation));
        if (task.attempts < step.attempts) this.#goOn(task);
        else this.#fail(task, step.error);
        break;
      case 'partly':
        this.#applied.push(specOf(step.done.kind).effect(step.done, '', this.#context.applied));
        this.#done.push(step.done);
        this.#goOn(task, { operation: step.rest, attempts: 0 });
        break;
      case 'without':
        for (const person of step.people) {
          const problem = problemOf(step.error, `${operation.key}/${person}`);
          const theirs = { ...operation, people: [person] } as Operation;
          if (task.wasLost === true) this.#mayBeDone(theirs);
          this.#then.push(() => task.run.refused(theirs, problem));
        }
        if (step.rest === undefined) this.#end(task, 'failed', step.error);
        else this.#goOn(task, { operation: step.rest, attempts: 0 });
        break;
      case 'again':
        if (task.isOfKilledRun === true && step.attempts === undefined) this.#giveUp(task);
        else if (task.attempts < (step.attempts ?? maxAttempts)) {
          const pauses = Math.max(0, task.attempts - 1);
          this.#goOn(task, { failure: step.error }, backoffMs(backoff, pauses, this.#context.random(), step.waitMs));
        } else this.#failOrDoubt(task, step.error);
        break;
      case 'failed':
        this.#fail(task, step.error);
        break;
      case 'done':
        this.#succeed(task, step);
    }
  }

  async record(): Promise<void> {
    const [applied, journal, done, forgotten] = [this.#applied, this.#journal, this.#done, this.#forgotten];
    const [changed, ended] = [this.#changed, this.#ended];
    await recordAnswers({ applied, journal, done, changed, forgotten, ended }, this.#context);
    for (const next of this.#then) next();
  }

  #goOn(task: Task, changes: Partial<Task> = {}, waitMs = 0): void {
    this.#then.push(() => {
      Object.assign(task, changes);
      this.#context.worklist.goOn(task, waitMs);
    });
  }

  #succeed(task: Task, { objectId, isFound: wasThere }: Extract<Step, { kind: 'done' }>): void {
    const { operation } = task;
    // A killed run created the account, with the password that it stored.
    const isFound = wasThere === true && task.hasEarlierPassword !== true;
    this.#applied.push(this.#effectOf(task, objectId ?? changedObject(operation, this.#context), isFound));
    if (isFound) this.#forgotten.push(...accountOf(operation));
    this.#done.push(operation);
    this.#note(task, 'done');
    this.#ended.push({ task, isDone: true });
    this.#then.push(() => {
      task.run.done(operation, { isFound });
      this.#context.worklist.settle(task, true);
    });
  }

  #effectOf({ operation, isOfKilledRun }: Task, objectId: string, isFound: boolean): Applied {
    const { makes, values, effect } = specOf(operation.kind);
    if (isOfKilledRun === true) return makes?.found(operation.key, values(operation) ?? {}, objectId) ?? {};
    const made = effect(operation, objectId, this.#context.applied);
    return isFound ? asFound(made) : made;
  }

  #giveUp(task: Task): void {
    this.#note(task, 'unknown');
    this.#ended.push({ task, isDone: false });
    this.#then.push(() => this.#context.worklist.giveUp(task));
  }

  /** It may still have been carried out after the last attempt: the next turn looks up creations. */
  #failOrDoubt(task: Task, error: HallpassError): void {
    this.#fail(task, error, isCreation(task.operation) ? 'intent' : task.wasLost === true ? 'unknown' : 'failed');
  }

  #fail(task: Task, error: HallpassError, state: 'intent' | 'unknown' | 'failed' = 'failed'): void {
    const { operation, run } = task;
    const problem = problemOf(error, specOf(operation.kind).subject(operation));
    this.#then.push(() => run.refused(operation, problem));
    this.#end(task, state, error, operation);
  }

  /**
   * It failed for good. The run knows why. @param left what an earlier attempt may have done, whatever was answered to
   * the last one
   */
  #end(task: Task, state: 'intent' | 'unknown' | 'failed', error: HallpassError, left?: Operation): void {
    const { worklist } = this.#context;
    this.#note(task, state, error);
    this.#ended.push({ task, isDone: false });
    const isLeft = left !== undefined && task.wasLost === true && this.#mayBeDone(left);
    const isInDoubt = state === 'intent' || isLeft;
    this.#then.push(() => (isInDoubt ? worklist.leaveInDoubt(task) : worklist.settle(task, false)));
  }

  /** Nobody knows: what is wanted is planned against both, be it the opposite. @returns whether the guard has to go on counting it */
  #mayBeDone(operation: Operation): boolean {
    const lost = lostAnswerOf(operation);
    this.#applied.push({ lost });
    const isCounted = mayHaveWritten(lost);
    if (isCounted) this.#changed.push(operation);
    return !isCounted;
  }

  #note({ entry, operation, run }: Task, state: JournalEntry['state'], error?: HallpassError): void {
    const known = entry ?? journalEntry(operation, run.runId);
    const { code, message, requestId } = error ?? {};
    const isKnown = code !== undefined && message !== undefined;
    this.#journal.push({ ...known, state, ...(isKnown && { error: { code, message, requestId } }) });
  }
}

function problemOf({ code, message, action }: HallpassError, subject: string): Problem {
  return { subject, code, message, action };
}

function accountOf(operation: Operation): LinkedPerson[] {
  return [newAccountOf(operation) ?? []].flat();
}
