/** Operations that are not done for longer than a moment, and why. Keys stand for people and objects, never names. */
import type { OperationKey } from './keys.ts';
import type { OperationKind } from './operation.ts';
import type { MemberKey } from './person-key.ts';

/** What is looked up: whether it is there from an earlier time, what a lost answer was, who has what it asks for … */
export const doubts = ['first', 'lost', 'conflict', 'there', 'missing', 'denied'] as const;
export type DoubtKind = (typeof doubts)[number];

/** Things are named as in operations/needs.ts: `class:77`, `students:123`, `owners:77`. Times are ISO 8601. */
export type WaitReason =
  /** Another operation, which waits itself, is about to bring it about. */
  | { for: 'need'; thing: string }
  /** It is not there, and nothing in the run brings it about anymore. */
  | { for: 'missing'; thing: string }
  | { for: 'look'; doubt: DoubtKind; until: string }
  /** Microsoft Teams is asked again. */
  | { for: 'team'; until: string }
  /** It was refused for a while, or did not get through. @property code of the error */
  | { for: 'retry'; code: string; until: string }
  /** Somebody has to decide. @property hold its key */
  | { for: 'hold'; hold: string };

export const waitReasons = ['need', 'missing', 'look', 'team', 'retry', 'hold'] as const satisfies WaitReason['for'][];

export interface WaitingOperation {
  kind: OperationKind;
  key: OperationKey;
  people: MemberKey[];
  /** What others need of it. */
  brings: string | undefined;
  reason: WaitReason;
}

/** What the operations of a turn that are not done wait for, apart from long waits; and those that do wait for long. */
export const waitStates = ['needs', 'lane', 'moment', 'turn', 'answer', 'plan', 'time'] as const;

/** How far a turn is. */
export interface TurnProgress {
  /** ISO 8601. */
  at: string;
  waiting: Record<(typeof waitStates)[number], number>;
  /** Operations that were settled in a minute, of late; undefined in the first moments. */
  perMinute: number | undefined;
}
