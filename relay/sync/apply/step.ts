/** The next step of an operation after an answer or a look-up. */

import type { HallpassError } from '../../../shared/errors.ts';
import type { Operation } from '../../model/operation.ts';
import type { MemberKey } from '../../model/person-key.ts';
import type { Doubt } from './task.ts';

export type Step =
  /** @property isFound it existed before: its values and first password are older */
  | { kind: 'done'; objectId?: string | undefined; isFound?: boolean }
  /** Some of the people are in the group; the rest is sent again. */
  | { kind: 'partly'; done: Operation; rest: Operation }
  /** Some of the people no longer have an account, or are refused; the rest is sent again. */
  | { kind: 'without'; people: MemberKey[]; rest: Operation | undefined; error: HallpassError }
  /** Sent again after a pause, if attempts are left. */
  | { kind: 'again'; waitMs: number | undefined; attempts?: number | undefined; error: HallpassError }
  /** Sent again at once. */
  | { kind: 'now' }
  /** Sent again at once, with another first password. */
  | { kind: 'password'; attempts: number; error: HallpassError }
  /** Sent again at once, without the refused property. */
  | { kind: 'less'; operation: Operation }
  /** Sent again at once, one of the people at a time. */
  | { kind: 'one by one' }
  /** Looked up after `waitMs`. Nothing else waits for it. */
  | { kind: 'look'; doubt: Doubt; waitMs: number }
  | { kind: 'failed'; error: HallpassError };

/** A doubt before the first look-up. */
export function newDoubt(why: Doubt['why'], error: HallpassError, more: Pick<Doubt, 'conflict' | 'words'> = {}): Step {
  return { kind: 'look', doubt: { why, looks: 0, unanswered: 0, error, ...more }, waitMs: 0 };
}
