/** Planned operations as Graph requests, and Graph's answers as outcomes. Pure. */
import { retryAfterMs } from '../../shared/backoff.ts';
import type { HallpassError } from '../../shared/errors.ts';
import type { Operation } from '../plan/operation.ts';
import type { BatchRequest } from './batch.ts';
import type { GraphAnswer } from './client.ts';
import { refusalOf } from './refusals.ts';

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

/** Adds people to a group, all of them or nobody: what is there already has to be looked up. */
function isBinding({ kind }: Operation): boolean {
  return kind === 'addMembers' || kind === 'addOwners' || kind === 'addToLicenceGroup';
}

export type Outcome =
  | { kind: 'done'; objectId?: string }
  /** Not carried out for a reason that passes. */
  | { kind: 'again'; waitMs: number | undefined; error: HallpassError }
  /** Whether it was carried out must be looked up. */
  | { kind: 'verify'; error: HallpassError }
  | { kind: 'failed'; error: HallpassError };

/** Operations that make an object: repeating one whose answer was lost would make a second. */
export function isCreation(operation: Operation): boolean {
  return operation.kind === 'createSchool' || operation.kind === 'createUser' || operation.kind === 'createClass';
}

/** What an answer says about the operation. @param nowMs for a Retry-After that is a date */
export function outcomeOf(operation: Operation, answer: GraphAnswer, nowMs: number): Outcome {
  if (answer.status >= 200 && answer.status < 300) {
    const id = isCreation(operation) ? objectIdIn(answer.body) : undefined;
    return id === undefined ? { kind: 'done' } : { kind: 'done', objectId: id };
  }
  const error = refusalOf(describe(operation), answer);
  if (answer.status === 429) {
    return { kind: 'again', waitMs: retryAfterMs(answer.headers.get('retry-after'), nowMs), error };
  }
  if (answer.status >= 500) {
    return isCreation(operation) ? { kind: 'verify', error } : { kind: 'again', waitMs: undefined, error };
  }
  // "Unknown" and "not yet replicated" are one answer; for a removal, so is "no longer a member".
  if (answer.status === 404) {
    const removal = operation.kind === 'removeMember' || operation.kind === 'removeOwner';
    return removal ? { kind: 'verify', error } : { kind: 'again', waitMs: undefined, error };
  }
  if (answer.status === 400 && saysAlreadyThere(answer.body)) {
    return isBinding(operation) ? { kind: 'verify', error } : { kind: 'done' };
  }
  if (answer.status === 400 && isCreation(operation) && saysConflict(answer.body)) return { kind: 'verify', error };
  return { kind: 'failed', error };
}

/** For messages and journal: what was attempted, without personal data. */
export function describe(operation: Operation): string {
  return `${operation.kind} ${operation.key}`;
}

function objectIdIn(body: unknown): string | undefined {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

interface ErrorBody {
  error?: { message?: string; details?: { code?: string }[] };
}

/** Graph has no finer code than Request_BadRequest for this: the message is what everybody matches. */
function saysAlreadyThere(body: unknown): boolean {
  return /added object references already exist/i.test((body as ErrorBody | undefined)?.error?.message ?? '');
}

function saysConflict(body: unknown): boolean {
  const error = (body as ErrorBody | undefined)?.error;
  if (error?.details?.some((detail) => detail.code === 'ObjectConflict')) return true;
  return /same value for property \w+ already exists/i.test(error?.message ?? '');
}
