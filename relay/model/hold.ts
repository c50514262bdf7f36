/** What the guard holds, and the decisions about it. */
import { asSchoolId, type OperationKey, type SchoolId } from './keys.ts';
import type { OperationKind } from './operation.ts';
import type { MemberKey } from './person-key.ts';

/** In place of a school: all schools of the district without a hold of their own for the operation type. */
export const otherSchools = asSchoolId('district');

export const guardRules = ['rollover', 'emptySource', 'sourceDrop', 'share', 'total'] as const;

export type GuardRule = (typeof guardRules)[number];

export interface HoldSample {
  /** The operation's key: `class:77`, `students:123`. */
  key: OperationKey;
  /** Person key, if the operation concerns one person. */
  person?: MemberKey;
  reason: string;
}

/** What a rule considers too much. */
export interface Hold {
  /** `removeMember:12:share`: the same in every run for the same operation type, school and rule. */
  key: string;
  kind: OperationKind;
  /** School id, or {@link otherSchools}. */
  schoolId: SchoolId;
  rule: GuardRule;
  /** How many operations are concerned; for repaired memberships, how many people. */
  count: number;
  /** The total that they are a part of: memberships, objects, people. 0 if the rule compares with a number alone. */
  there: number;
  /**
   * How many of the kind were carried out within the last 24 hours without approval: together with the held ones they
   * are too many.
   */
  earlier: number;
  /** Why, as a sentence. */
  reason: string;
  /** What happens if it is approved, as a sentence. */
  effect: string;
  sample: HoldSample[];
}

/** What an approval covers: up to a tenth more than was approved, because rosters keep changing while people decide. */
export function covered(approved: number): number {
  return Math.floor((approved * 11) / 10);
}

export type HoldState = 'waiting' | 'approved' | 'rejected' | 'expired';

export interface HoldRecord extends Hold {
  state: HoldState;
  /** ISO 8601 in UTC, like every time here. */
  firstSeen: string;
  lastSeen: string;
  /** When a waiting hold or an approval expires, or an expired hold is reported again; null for a rejected one. */
  expiresAt: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  /** How many operations were approved or rejected; null before a decision. */
  decidedCount: number | null;
  /** How many were carried out under the approval. */
  carriedOut: number;
}

/** Without a decision. */
export function isOpen({ state }: Pick<HoldRecord, 'state'>): boolean {
  return state === 'waiting' || state === 'expired';
}
