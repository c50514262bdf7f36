/** Planned operations as Graph requests. What Graph answers is read in outcome.ts. Pure. */
import type { Operation } from '../model/operation.ts';
import type { BatchRequest } from './batch.ts';

/** Where the objects of the roster are in this tenant. */
export interface ObjectIds {
  school(schoolId: string): string;
  class(sectionId: string): string;
  person(personKey: string): string;
}

export interface RequestOptions {
  /** Base of `@odata.id` and `@odata.bind` references, for instance `https://graph.microsoft.com/v1.0`. */
  root: string;
  /** First password of an account to create, and whether another must be chosen. */
  password: (personKey: string) => { password: string; mustChange: boolean };
  /** Adds the first of the owners alone, by the request that Microsoft documents for owners. */
  ownersOneByOne?: boolean;
}

/**
 * The one request that carries an operation out. Relationships are deleted by `/$ref` only: without it the user goes.
 *
 * @throws TypeError for a team, which is no request of a batch: see teams.ts
 */
export function requestFor(operation: Operation, ids: ObjectIds, options: RequestOptions): BatchRequest {
  const directoryObject = (personKey: string) => `${options.root}/directoryObjects/${ids.person(personKey)}`;
  switch (operation.kind) {
    case 'createSchool':
      return { method: 'POST', url: '/education/schools', body: operation.body };
    case 'updateSchool':
      return { method: 'PATCH', url: `/education/schools/${ids.school(operation.schoolId)}`, body: operation.body };
    case 'createUser':
      return {
        method: 'POST',
        url: '/education/users',
        body: {
          ...operation.user.body,
          ...operation.user.creation,
          accountEnabled: true,
          passwordProfile: passwordProfile(options.password(operation.personKey)),
        },
      };
    case 'updateUser':
      return { method: 'PATCH', url: `/education/users/${ids.person(operation.personKey)}`, body: operation.body };
    case 'assignLicence':
      return {
        method: 'POST',
        url: `/users/${ids.person(operation.personKey)}/assignLicense`,
        body: {
          addLicenses: [{ skuId: operation.skuId, disabledPlans: operation.disabledPlans }],
          removeLicenses: [],
        },
      };
    case 'addToLicenceGroup':
      return {
        method: 'PATCH',
        url: `/groups/${operation.groupId}`,
        body: { 'members@odata.bind': operation.people.map(directoryObject) },
      };
    case 'createClass':
      return { method: 'POST', url: '/education/classes', body: operation.body };
    case 'updateClass':
    case 'expireClass':
      return { method: 'PATCH', url: `/education/classes/${ids.class(operation.sectionId)}`, body: operation.body };
    case 'addSchoolClass':
      return {
        method: 'POST',
        url: `/education/schools/${ids.school(operation.schoolId)}/classes/$ref`,
        body: { '@odata.id': `${options.root}/education/classes/${ids.class(operation.sectionId)}` },
      };
    case 'addSchoolUser':
      return {
        method: 'POST',
        url: `/education/schools/${ids.school(operation.schoolId)}/users/$ref`,
        body: { '@odata.id': `${options.root}/education/users/${ids.person(operation.personKey)}` },
      };
    case 'addOwners':
    case 'addMembers': {
      if (operation.kind === 'addOwners' && options.ownersOneByOne === true) {
        return {
          method: 'POST',
          url: `/groups/${ids.class(operation.sectionId)}/owners/$ref`,
          body: { '@odata.id': directoryObject(operation.people[0] ?? '') },
        };
      }
      const relation = operation.kind === 'addOwners' ? 'owners@odata.bind' : 'members@odata.bind';
      return {
        method: 'PATCH',
        url: `/groups/${ids.class(operation.sectionId)}`,
        body: { [relation]: operation.people.map(directoryObject) },
      };
    }
    case 'removeOwner':
      return {
        method: 'DELETE',
        url: `/groups/${ids.class(operation.sectionId)}/owners/${ids.person(operation.personKey)}/$ref`,
      };
    case 'removeMember':
      return {
        method: 'DELETE',
        url: `/groups/${ids.class(operation.sectionId)}/members/${ids.person(operation.personKey)}/$ref`,
      };
    case 'disableUser':
    case 'enableUser':
      return {
        method: 'PATCH',
        url: `/education/users/${ids.person(operation.personKey)}`,
        body: { accountEnabled: operation.kind === 'enableUser' },
      };
    case 'archiveTeam':
    case 'unarchiveTeam':
    case 'createTeam':
      throw new TypeError(`${operation.key}: a team is not asked for in a batch`);
  }
}

function passwordProfile({ password, mustChange }: { password: string; mustChange: boolean }) {
  return { password, forceChangePasswordNextSignIn: mustChange };
}

/** Operations that make an object: repeating one whose answer was lost would make a second. */
export function isCreation(operation: Operation): boolean {
  return operation.kind === 'createSchool' || operation.kind === 'createUser' || operation.kind === 'createClass';
}

/** For messages and journal: what was attempted, without personal data. */
export function describe(operation: Operation): string {
  return `${operation.kind} ${operation.key}`;
}
