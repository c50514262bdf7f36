/** What the guard says: why something is held, and what happens if it is approved. */
import type { Operation, OperationKind } from './plan.ts';

/** What an operation of the kind ends. */
const ended: Partial<Record<OperationKind, string>> = {
  removeMember: 'class memberships',
  removeOwner: 'class ownerships',
};

/** What an operation of the kind changes. */
const changed: Partial<Record<OperationKind, string>> = {
  updateSchool: 'schools',
  updateUser: 'accounts',
  updateClass: 'classes',
};

export function shareReason(kind: OperationKind, changes: number, there: number, limit: number): string {
  const share = `(${Math.round((changes * 100) / there)} %); the limit is ${limit} %.`;
  if (kind === 'createUser') return `${changes} new accounts at once in a school of ${there} people ${share}`;
  const verb = kind in ended ? 'end' : 'change';
  return `${changes} of ${there} ${ended[kind] ?? changed[kind] ?? kind} of the school would ${verb} at once ${share}`;
}

export function totalReason(kind: OperationKind, count: number, schools: number, limit: number): string {
  return `${count} ${ended[kind] ?? kind} in ${schools} schools would end at once; the limit is ${limit}.`;
}

/** @param operations of one kind, at least one */
export function effectOf(operations: readonly Operation[]): string {
  const [first] = operations;
  const distinct = (values: (string | undefined)[]) => new Set(values).size;
  switch (first?.kind) {
    case 'removeMember':
    case 'removeOwner': {
      const people = distinct(operations.map((one) => ('personKey' in one ? one.personKey : undefined)));
      const classes = distinct(operations.map((one) => one.key));
      const all = `${operations.length} ${ended[first.kind]}`;
      return `${all} end, of ${people} people in ${classes} classes. Accounts and classes stay.`;
    }
    case 'createUser':
      return `${operations.length} accounts are created, with what the profile gives to new ones.`;
    default: {
      const properties = new Set(operations.flatMap((one) => ('before' in one ? Object.keys(one.body) : [])));
      return `${operations.length} ${(first && changed[first.kind]) ?? 'objects'} receive new values of ${[...properties].sort().join(', ')}.`;
    }
  }
}
