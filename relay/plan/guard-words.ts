/** What the guard says: why something is held, and what happens if it is approved. */
import type { Operation, OperationKind } from '../model/operation.ts';

/** What an operation of the kind ends. */
const ended: Partial<Record<OperationKind, string>> = {
  removeMember: 'class memberships',
  removeOwner: 'class ownerships',
  disableUser: 'accounts in use',
  expireClass: 'current classes',
  archiveTeam: 'teams in use',
};

/** What an operation of the kind makes again. */
const restored: Partial<Record<OperationKind, string>> = {
  addMembers: 'class memberships',
  addOwners: 'class ownerships',
  addSchoolUser: 'memberships of people',
  addSchoolClass: 'memberships of classes',
  createClass: 'classes',
  createSchool: 'schools',
};

/** What an operation of the kind changes. */
const changed: Partial<Record<OperationKind, string>> = {
  updateSchool: 'schools',
  updateUser: 'accounts',
  updateClass: 'classes',
};

/** @param repair whether they make again what somebody undid */
export function shareReason(
  kind: OperationKind,
  repair: boolean,
  changes: number,
  there: number,
  limit: number,
): string {
  const share = `(${Math.round((changes * 100) / there)} %); the limit is ${limit} %.`;
  if (kind === 'createUser') return `${changes} new accounts at once in a school of ${there} people ${share}`;
  if (repair) return `Somebody ended ${changes} of ${there} ${restored[kind]} of the school in Microsoft 365 ${share}`;
  const verb = kind in ended ? 'end' : 'change';
  return `${changes} of ${there} ${ended[kind] ?? changed[kind] ?? kind} of the school would ${verb} at once ${share}`;
}

export function totalReason(
  kind: OperationKind,
  repair: boolean,
  count: number,
  schools: number,
  limit: number,
): string {
  if (repair)
    return `Somebody ended ${count} ${restored[kind]} in ${schools} schools in Microsoft 365; the limit is ${limit}.`;
  return `${count} ${ended[kind] ?? kind} in ${schools} schools would end at once; the limit is ${limit}.`;
}

/** What the profile has to do with it, as a sentence to follow; empty where it has nothing. */
export function profileReason(operations: readonly Operation[]): string {
  const own = operations.filter(({ byProfile }) => byProfile === true);
  if (own.length === 0) return '';
  const reasons = [...new Set(own.map(({ reason }) => reason))].slice(0, 3).join('; ');
  return ` ${own.length === operations.length ? 'The cause is the profile' : `The cause of ${own.length} is the profile`}: ${reasons}.`;
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
    case 'addMembers':
    case 'addOwners': {
      const people = operations.reduce((sum, one) => sum + ('people' in one ? one.people.length : 0), 0);
      return `${people} ${restored[first.kind]} are made again, as PowerSchool has them.`;
    }
    case 'addSchoolUser':
    case 'addSchoolClass':
      return `${operations.length} ${restored[first.kind]} in schools are made again, as PowerSchool has them.`;
    case 'createClass':
    case 'createSchool':
      return `${operations.length} ${restored[first.kind]} are made again, without what was in them.`;
    case 'disableUser':
      return `${operations.length} accounts are disabled: nobody can sign in with them until the person is back. Nothing is deleted.`;
    case 'expireClass':
      return `${operations.length} classes are named as expired. Their members, files and posts stay.`;
    case 'archiveTeam':
      return `The teams of ${operations.length} classes become read-only. Their members, files and posts stay.`;
    case 'createUser':
      return `${operations.length} accounts are created, with what the profile gives to new ones.`;
    default: {
      const properties = new Set(operations.flatMap((one) => ('before' in one ? Object.keys(one.body) : [])));
      return `${operations.length} ${(first && changed[first.kind]) ?? 'objects'} receive new values of ${[...properties].sort().join(', ')}.`;
    }
  }
}
