/** What an operation refers to: whether those objects exist, where they are, and whether they are old enough. */
import type { ObjectIds } from '../../graph/operations.ts';
import type { AppliedState } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import { accountOf } from '../../model/person.ts';

/** The objects that this tenant has by now. */
export interface KnownObjects {
  applied: AppliedState;
  /** Object id by person key. */
  accounts: ReadonlyMap<string, string>;
}

/**
 * How long a new object is left alone before something refers to it. Graph answers 404 for seconds at times, and each
 * such answer costs a write of the 20 a second; waiting costs nothing, because the other operations go on.
 */
const settleMs = 1000;
/** The Teams service hears of a class later still; asking too early costs one of its ten requests a second. */
const settleForTeamsMs = 10_000;

/**
 * The operation, if the objects that it refers to exist by now. Where one could not be made, that object's own problem
 * says why, and the plan of the next run has the operation again.
 */
export function withItsObjects(operation: Operation, { applied, accounts }: KnownObjects): Operation | undefined {
  switch (operation.kind) {
    case 'assignLicence':
      return accounts.has(operation.personKey) ? operation : undefined;
    case 'addSchoolClass':
      return applied.schools.has(operation.schoolId) && applied.classes.has(operation.sectionId)
        ? operation
        : undefined;
    case 'addSchoolUser':
      return applied.schools.has(operation.schoolId) && accounts.has(operation.personKey) ? operation : undefined;
    case 'addToLicenceGroup': {
      const people = operation.people.filter((person) => accounts.has(person));
      return people.length > 0 ? { ...operation, people } : undefined;
    }
    case 'removeOwner':
      // The one who takes over could not be added: the class keeps the teacher that it has.
      return accountOf(operation.personKey, accounts) !== undefined &&
        (applied.owners.get(operation.sectionId)?.size ?? 0) > 1
        ? operation
        : undefined;
    case 'disableUser':
    case 'enableUser':
      return accounts.has(operation.personKey) ? operation : undefined;
    case 'expireClass':
    case 'archiveTeam':
    case 'unarchiveTeam':
      return applied.classes.has(operation.sectionId) ? operation : undefined;
    case 'removeMember':
      return applied.classes.has(operation.sectionId) && accountOf(operation.personKey, accounts) !== undefined
        ? operation
        : undefined;
    case 'addOwners':
    case 'addMembers': {
      const people = operation.people.filter((person) => accounts.has(person));
      return applied.classes.has(operation.sectionId) && people.length > 0 ? { ...operation, people } : undefined;
    }
    case 'createTeam':
      // A class whose owners could not be added gets its team when they are.
      return applied.classes.has(operation.sectionId) && (applied.owners.get(operation.sectionId)?.size ?? 0) > 0
        ? operation
        : undefined;
    default:
      return operation;
  }
}

/** When every object that the operation refers to is old enough. */
export function settledAt(operation: Operation, madeAt: ReadonlyMap<string, number>): number {
  const settle = operation.kind === 'createTeam' ? settleForTeamsMs : settleMs;
  const youngest = Math.max(...referencesOf(operation).map((key) => madeAt.get(key) ?? -settle));
  return youngest + settle;
}

function referencesOf(operation: Operation): string[] {
  switch (operation.kind) {
    case 'addOwners':
    case 'addMembers':
      return [operation.key, ...operation.people];
    case 'addToLicenceGroup':
      return operation.people;
    case 'addSchoolClass':
    case 'addSchoolUser':
      return [operation.key, `school:${operation.schoolId}`];
    default:
      return [operation.key];
  }
}

/** Everything that the operation refers to, with where it is read. @property person whose account it is */
export function referencedObjects(operation: Operation, ids: ObjectIds): { path: string; person?: string }[] {
  const person = (key: string) => ({ path: `/users/${ids.person(key)}`, person: key });
  switch (operation.kind) {
    case 'updateSchool':
      return [{ path: `/education/schools/${ids.school(operation.schoolId)}` }];
    case 'updateUser':
    case 'enableUser':
    case 'disableUser':
    case 'assignLicence':
      return [person(operation.personKey)];
    case 'updateClass':
    case 'expireClass':
      return [{ path: `/groups/${ids.class(operation.sectionId)}` }];
    case 'addSchoolClass':
      return [
        { path: `/education/schools/${ids.school(operation.schoolId)}` },
        { path: `/groups/${ids.class(operation.sectionId)}` },
      ];
    case 'addSchoolUser':
      return [{ path: `/education/schools/${ids.school(operation.schoolId)}` }, person(operation.personKey)];
    case 'addOwners':
    case 'addMembers':
      return [{ path: `/groups/${ids.class(operation.sectionId)}` }, ...operation.people.map(person)];
    case 'addToLicenceGroup':
      return [{ path: `/groups/${operation.groupId}` }, ...operation.people.map(person)];
    default:
      return [];
  }
}

/** Whether something that it refers to was made in this run: then some servers may not know it yet. */
export function isYoung(operation: Operation, madeAt: ReadonlyMap<string, number>): boolean {
  return referencesOf(operation).some((key) => madeAt.has(key));
}

/** The object that an update concerns; empty for relations, which have none of their own. */
export function objectIdOf(operation: Operation, { applied, accounts }: KnownObjects): string {
  switch (operation.kind) {
    case 'updateSchool':
      return applied.schools.get(operation.schoolId)?.objectId ?? '';
    case 'updateClass':
    case 'expireClass':
      return applied.classes.get(operation.sectionId)?.objectId ?? '';
    case 'updateUser':
      return accounts.get(operation.personKey) ?? '';
    default:
      return '';
  }
}

/** @throws TypeError for an object that does not exist, which {@link withItsObjects} rules out */
export function objectIds({ applied, accounts }: KnownObjects): ObjectIds {
  const known = (id: string | undefined, what: string): string => {
    if (id === undefined) throw new TypeError(`${what} has no object`);
    return id;
  };
  return {
    school: (schoolId) => known(applied.schools.get(schoolId)?.objectId, `school ${schoolId}`),
    class: (sectionId) => known(applied.classes.get(sectionId)?.objectId, `class ${sectionId}`),
    person: (personKey) => known(accountOf(personKey, accounts), personKey),
  };
}
