/** An operation under way, or set aside between two attempts: who sends it, where it goes back to, and who learns the outcome. */
import type { HallpassError } from '../../../shared/errors.ts';
import type { Conflict } from '../../graph/outcome.ts';
import type { Operation } from '../../model/operation.ts';
import type { Problem } from '../../model/problem.ts';
import type { DoubtKind } from '../../model/waiting.ts';
import type { Profile } from '../../profile/profile.ts';
import type { Service } from '../../schedule/traits.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { NumberedWaiting } from '../../store/runs/waiting.ts';
import type { TenantScope } from '../../store/store.ts';

export interface Task {
  /** In the schedule. */
  readonly id: number;
  readonly run: RunAccount;
  operation: Operation;
  /** Attempts made so far. */
  attempts: number;
  /** What the journal has of it, from its announcement on. */
  entry?: JournalEntry;
  /** What has to be found out before it can be sent again, or is settled. */
  doubt?: Doubt | undefined;
  /** Why it goes again later. */
  failure?: HallpassError | undefined;
  /** It was looked for, and is not there. */
  wasLookedFor?: boolean;
  /** An answer was lost, so it may have been carried out: what is found may be its own. */
  wasLost?: boolean;
  /** A run that was killed sent it: nothing is known of it but what the journal has. */
  isOfKilledRun?: boolean;
  /** Its first password is of an earlier run, which may have made the account. */
  hasEarlierPassword?: boolean;
  /** Several people at once were refused: they are sent one at a time. */
  isOneByOne?: boolean;
  /** People who were refused alone, one after the other. */
  refusedAlone?: number;
  /** Somebody of the operation was refused alone. */
  hadRefusals?: boolean;
}

/** An answer that does not tell what is true in Microsoft 365. */
export interface Doubt {
  /** `first`: not sent yet, and it may be there from a life that the relay does not remember. */
  why: DoubtKind;
  /** Looks so far that found nothing, and those that were not answered. */
  looks: number;
  unanswered: number;
  error: HallpassError;
  /** Of a conflict: what is taken. */
  conflict?: Conflict | undefined;
  /** Graph's words, of what is denied. */
  words?: string;
}

export type Doubtful = Task & { doubt: Doubt };

export function isDoubtful(task: Task): task is Doubtful {
  return task.doubt !== undefined;
}

/** Who carries tasks out at one service. */
export interface Desk {
  service: Service;
  /** Calls under way at once. */
  parallel: number;
  /** Tasks of a call. */
  atOnce: number;
  /**
   * Waits until something may be sent.
   *
   * @param ready tasks that wait for that
   * @param isUrgent whether one of them should not wait until the call is full
   * @returns how many may be taken now; the others are to be waited for by those who wait already
   */
  enter?(ready: number, isUrgent: () => boolean): Promise<number>;
  /** So many of those were not taken. */
  leave?(count: number): void;
  /** Will be asked to carry it out. */
  expect?(operation: Operation): void;
  /** Gives every task back to the worklist. @throws HallpassError when nothing more can succeed (sign-in, consent, the store) */
  carryOut(tasks: Task[]): Promise<void>;
}

/** A task that comes to its end. @property isDone whether what others need of it is there now */
export interface Ended {
  task: Task;
  isDone: boolean;
}

/** Where tasks go back to. */
export interface Worklist {
  /** Called in the transaction that records what became of tasks, before they are settled: nobody is told anymore that they wait. */
  ends(scope: TenantScope, ended: readonly Ended[]): Promise<void>;
  /** @param isDone whether what others need of it is there now */
  settle(task: Task, isDone: boolean): void;
  /** It comes to nothing in this turn, and may have been carried out all the same: nothing is created again before that is known. */
  leaveInDoubt(task: Task): void;
  /** It was not carried out: what it is planned for is planned again. */
  giveUp(task: Task): void;
  /** It goes again in so many milliseconds; nobody waits for it for long. */
  goOn(task: Task, waitMs: number): void;
  /** It goes again in so many milliseconds, and nothing waits for it meanwhile that can do without. */
  setAside(task: Task, waitMs: number): void;
}

/** The run that operations belong to. It learns what has become of them when that is recorded. */
export interface RunAccount {
  readonly runId: string;
  /** Undefined for one that sends nothing. */
  readonly profile?: Profile;
  /** @property isFound it was there before: its values are those of another time */
  done(operation: Operation, how: { isFound: boolean }): void;
  /** It failed. Of an operation for several people, this may be about some of them, and come more than once. */
  refused(operation: Operation, problem: Problem): void;
  /** It was not carried out, which is no failure. @property isWaiting Microsoft is not ready for it */
  left(operation: Operation, how: { isWaiting: boolean }): void;
  /** Nothing more can succeed. What was answered until then is recorded. */
  broke(error: unknown): void;
  /**
   * Everything that it has admitted is settled or left.
   *
   * @property isReplaced whether it was ended because the next one decides everything again
   * @property waiting what it leaves waiting, as far as it is named
   * @throws HallpassError when the store cannot be worked with
   */
  over(how: { isReplaced: boolean; waiting: readonly NumberedWaiting[] }): Promise<void>;
}
