/** A plan for people: what would be done to whom, old and new values, and what is held. */
import { isDeepStrictEqual } from 'node:util';
import type { Body } from '../model/body.ts';
import type { OperationKey } from '../model/keys.ts';
import { type Operation, type OperationKind, type Plan, peopleOf } from '../model/operation.ts';
import { accountNamedBy, isPersonKey, type MemberKey, personIn } from '../model/person-key.ts';
import { specOf } from '../operations/registry.ts';
import type { Guarded } from './guard.ts';

export interface Listed {
  kind: OperationKind;
  /** The object concerned: `class:77`, `students:123`. */
  key: OperationKey;
  schoolId: string;
  /** People concerned, as person keys. */
  people: MemberKey[];
  reason: string;
  /** Values that it replaces; absent if there are none. */
  before?: Body;
  /** Values that it writes; absent for relations. */
  after?: Body;
  held: boolean;
}

export interface Filter {
  /** Kinds of operations; empty for all. */
  kinds: readonly OperationKind[];
  /** A person key, or an id of either role; undefined for everyone. */
  person: string | undefined;
}

/** The operations that pass the filter, in the order in which they would be done. */
export function listPlan(
  plan: Plan,
  { held }: Pick<Guarded, 'held'>,
  schoolOf: (operation: Operation) => string,
  filter: Filter,
): Listed[] {
  const waiting = new Set(held);
  return plan.flatMap((operation): Listed[] => {
    if (filter.kinds.length > 0 && !filter.kinds.includes(operation.kind)) return [];
    const people = peopleOf(operation);
    if (filter.person !== undefined && !people.some((key) => isPerson(key, filter.person ?? ''))) return [];
    const { kind, key, reason } = operation;
    const listed = {
      kind,
      key,
      schoolId: schoolOf(operation),
      people,
      reason,
      held: waiting.has(operation),
    };
    return [{ ...listed, ...valuesOf(operation) }];
  });
}

export interface Total {
  kind: OperationKind;
  planned: number;
  held: number;
}

/** Operations per kind, in the order in which they would be done. */
export function totalsOf(plan: Plan, { held }: Pick<Guarded, 'held'>): Total[] {
  const waiting = Map.groupBy(held, ({ kind }) => kind);
  return [...Map.groupBy(plan, ({ kind }) => kind)].map(([kind, operations]) => {
    return { kind, planned: operations.length, held: waiting.get(kind)?.length ?? 0 };
  });
}

type Properties = Readonly<Record<string, unknown>>;

/** `grade: 8 → 9`; nested objects as JSON. */
export function describeChanges({
  before = {},
  after = {},
}: {
  before?: Properties | undefined;
  after?: Properties | undefined;
}): string[] {
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  return Object.entries(after)
    .filter(([name, value]) => !isDeepStrictEqual(before[name], value))
    .map(([name, value]) => `${name}: ${before[name] === undefined ? '' : `${text(before[name])} → `}${text(value)}`);
}

function valuesOf(operation: Operation): Pick<Listed, 'before' | 'after'> {
  const after = specOf(operation.kind).values(operation);
  return { ...('before' in operation ? { before: operation.before } : {}), ...(after === undefined ? {} : { after }) };
}

function isPerson(key: MemberKey, wanted: string): boolean {
  return key === wanted || (isPersonKey(key) ? personIn(key).id : accountNamedBy(key)) === wanted;
}
