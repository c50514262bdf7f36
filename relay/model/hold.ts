/** What the guard holds back, and what became of it. */
import { asSchoolId, type OperationKey, type SchoolId } from './keys.ts';
import type { OperationKind } from './operation.ts';
import type { MemberKey } from './person-key.ts';

/** Instead of a school: every school of the district that has no hold of its own for the operation type. */
export const otherSchools = asSchoolId('district');

export const guardRules = ['rollover', 'emptySource', 'sourceDrop', 'share', 'total'] as const;

export type GuardRule = (typeof guardRules)[number];

export interface HoldSample {
  /** The operation's key: `class:77`, `students:123`. */
  key: OperationKey;
  /** Person key, where the operation concerns one person. */
  person?: MemberKey;
  reason: string;
}

/** What a rule found too much. */
export interface Hold {
  /** `removeMember:12:share`: the same in every run for the same operation type, school and rule. */
  key: string;
  kind: OperationKind;
  /** School id, or {@link otherSchools}. */
  schoolId: SchoolId;
  rule: GuardRule;
  /** Operations concerned; of repaired memberships, the people. */
  count: number;
  /** What there is of what they change: memberships, objects, people. 0 where the rule compares with a number alone. */
  there: number;
  /** How many of the kind were carried out within 24 hours before, and not approved: what is done and what is held are too much together. */
  earlier: number;
  /** Why, as a sentence. */
  reason: string;
  /** What happens if it is approved, as a sentence. */
  effect: string;
  sample: HoldSample[];
}

/** An approval covers up to a tenth more than was approved: rosters go on changing while people decide. */
export function covers(approved: number, count: number): boolean {
  return count * 10 <= approved * 11;
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
  /** How many operations were approved or rejected; null while nobody has decided. */
  decidedCount: number | null;
}

/** Nobody has decided. */
export function isOpen({ state }: HoldRecord): boolean {
  return state === 'waiting' || state === 'expired';
}
