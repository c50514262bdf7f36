/** What the guard says: why something is held, and what happens if it is approved. */
import type { Operation, OperationKind } from './plan.ts';

/** What an operation of the kind changes, in the plural. */
const objects: Partial<Record<OperationKind, string>> = {
  updateSchool: 'schools',
  updateUser: 'accounts',
  updateClass: 'classes',
  removeOwner: 'owners of classes',
};

export function shareReason(kind: OperationKind, changes: number, there: number, limit: number): string {
  const share = `(${Math.round((changes * 100) / there)} %); the limit is ${limit} %.`;
  if (kind === 'createUser') return `${changes} new accounts at once in a school of ${there} people ${share}`;
  if (kind === 'removeMember')
    return `${changes} of ${there} class memberships of the school would end at once ${share}`;
  return `${changes} of ${there} ${objects[kind] ?? kind} of the school would change at once ${share}`;
}

export function totalReason(count: number, schools: number, limit: number): string {
  return `${count} class memberships in ${schools} schools would end at once; the limit is ${limit}.`;
}

/** @param operations of one kind, at least one */
export function effectOf(operations: readonly Operation[]): string {
  const [first] = operations;
  const distinct = (values: (string | undefined)[]) => new Set(values).size;
  switch (first?.kind) {
    case 'removeMember': {
      const people = distinct(operations.map((one) => ('personKey' in one ? one.personKey : undefined)));
      const classes = distinct(operations.map((one) => one.key));
      return `${people} students leave ${classes} classes, ${operations.length} memberships in all. Accounts and classes stay.`;
    }
    case 'removeOwner':
      return `${operations.length} times a teacher stops being an owner of a class. Accounts and classes stay.`;
    case 'createUser':
      return `${operations.length} accounts are created, with what the profile gives to new ones.`;
    default: {
      const properties = new Set(operations.flatMap((one) => ('before' in one ? Object.keys(one.body) : [])));
      return `${operations.length} ${(first && objects[first.kind]) ?? 'objects'} receive new values of ${[...properties].sort().join(', ')}.`;
    }
  }
}
