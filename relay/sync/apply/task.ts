/**
 * An operation in progress, or set aside between two attempts: the desk that sends it, the worklist to which it returns,
 * and the run that gets the outcome.
 */
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
  /** Its number in the schedule. */
  readonly id: number;
  readonly run: RunAccount;
  operation: Operation;
  /** Attempts made so far. */
  attempts: number;
  /** Its journal entry, once announced. */
  entry?: JournalEntry;
  /** What has to be looked up before it can be sent again or settled. */
  doubt?: Doubt | undefined;
  /** Why it is retried. */
  failure?: HallpassError | undefined;
  /** It was looked up and does not exist. */
  wasLookedFor?: boolean;
  /** An answer was lost, so it may have been carried out: what is found may be its own. */
  wasLost?: boolean;
  /** A killed run sent it; only the journal entry is known. */
  isOfKilledRun?: boolean;
  /** Its first password is from an earlier run, which may have created the account. */
  hasEarlierPassword?: boolean;
  /** Several people at once were refused: they are sent one at a time. */
  isOneByOne?: boolean;
  /** People who were refused one by one. */
  refusedAlone?: number;
  /** Somebody in the operation was refused alone. */
  hadRefusals?: boolean;
}

/** An answer that leaves the state of Microsoft 365 unknown. */
export interface Doubt {
  /** `first`: not sent yet, but it may exist from before the relay lost its database. */
  why: DoubtKind;
  /** Look-ups that found nothing so far, and look-ups that were not answered. */
  looks: number;
  unanswered: number;
  error: HallpassError;
  /** In a conflict: what is taken. */
  conflict?: Conflict | undefined;
  /** Graph's words, if it was denied. */
  words?: string;
}

export type Doubtful = Task & { doubt: Doubt };

export function isDoubtful(task: Task): task is Doubtful {
  return task.doubt !== undefined;
}

/** Carries out tasks at one service. */
export interface Desk {
  service: Service;
  /** Parallel calls. */
  parallel: number;
  /** Tasks of a call. */
  atOnce: number;
  /**
   * Waits until something may be sent.
   *
   * @param ready the number of waiting tasks
   * @param isUrgent whether one of them should not wait for a full call
   * @returns how many may be taken now; other callers already wait for the rest
   */
  enter?(ready: number, isUrgent: () => boolean): Promise<number>;
  /** Returns places that were not used. */
  leave?(count: number): void;
  /** Announces that the operation will follow. */
  expect?(operation: Operation): void;
  /**
   * Returns every task to the worklist. @throws HallpassError if nothing more can succeed (sign-in, consent, the store)
   */
  carryOut(tasks: Task[]): Promise<void>;
}

/** The end of a task. @property isDone whether what others need of it is there now */
export interface Ended {
  task: Task;
  isDone: boolean;
}

/** Where tasks return to. */
export interface Worklist {
  /**
   * Called in the transaction that records the outcomes, before the tasks are settled: they are no longer reported as
   * waiting.
   */
  ends(scope: TenantScope, ended: readonly Ended[]): Promise<void>;
  /** @param isDone whether what others need of it is there now */
  settle(task: Task, isDone: boolean): void;
  /** Gives it up for this turn, although it may have been carried out: nothing is created again before that is known. */
  leaveInDoubt(task: Task): void;
  /** It was not carried out: its objects are planned again. */
  giveUp(task: Task): void;
  /** Retried after `waitMs`; dependents keep waiting. */
  goOn(task: Task, waitMs: number): void;
  /** Retried after `waitMs`; meanwhile, only what strictly needs it waits. */
  setAside(task: Task, waitMs: number): void;
}

/** The run of an operation. It gets the outcome once it is recorded. */
export interface RunAccount {
  readonly runId: string;
  /** Undefined for a run that sends nothing. */
  readonly profile?: Profile;
  /** @property isFound it existed before: its values are older */
  done(operation: Operation, how: { isFound: boolean }): void;
  /** It failed. For an operation with several people, this may concern some of them, and be called more than once. */
  refused(operation: Operation, problem: Problem): void;
  /** It was not carried out, without a failure. @property isWaiting Microsoft is not ready for it */
  left(operation: Operation, how: { isWaiting: boolean }): void;
  /** Nothing more can succeed. The answers so far are recorded. */
  broke(error: unknown): void;
  /**
   * Everything that it admitted is settled or left.
   *
   * @property isReplaced whether it ended because the next run decides everything again
   * @property waiting named operations that it leaves waiting
   * @throws HallpassError if the store fails
   */
  over(how: { isReplaced: boolean; waiting: readonly NumberedWaiting[] }): Promise<void>;
}
