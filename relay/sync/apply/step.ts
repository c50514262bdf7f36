/** What comes next for an operation, once an answer or a look has shown something. */

import type { HallpassError } from '../../../shared/errors.ts';
import type { Operation } from '../../model/operation.ts';
import type { MemberKey } from '../../model/person-key.ts';
import type { Doubt } from './task.ts';

export type Step =
  /** @property isFound it was there before: its values, and first password, are those of another time */
  | { kind: 'done'; objectId?: string | undefined; isFound?: boolean }
  /** Some of the people are in the group; the rest goes again. */
  | { kind: 'partly'; done: Operation; rest: Operation }
  /** Some of the people have no account anymore, or are refused; the rest goes again. */
  | { kind: 'without'; people: MemberKey[]; rest: Operation | undefined; error: HallpassError }
  /** Sent again after a while, if there are attempts left. */
  | { kind: 'again'; waitMs: number | undefined; attempts?: number | undefined; error: HallpassError }
  /** Sent again at once. */
  | { kind: 'now' }
  /** Sent again at once, with another first password. */
  | { kind: 'password'; attempts: number; error: HallpassError }
  /** Sent again at once, without what was refused. */
  | { kind: 'less'; operation: Operation }
  /** Sent again at once, one of the people at a time. */
  | { kind: 'one by one' }
  /** Looked up, in so many milliseconds. Nothing else waits for it. */
  | { kind: 'look'; doubt: Doubt; waitMs: number }
  | { kind: 'failed'; error: HallpassError };

/** A doubt that nobody has looked into yet. */
export function newDoubt(why: Doubt['why'], error: HallpassError, more: Pick<Doubt, 'conflict' | 'words'> = {}): Step {
  return { kind: 'look', doubt: { why, looks: 0, unanswered: 0, error, ...more }, waitMs: 0 };
}
