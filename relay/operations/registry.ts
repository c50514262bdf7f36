/** All kinds of operations. */
import { isDeepStrictEqual } from 'node:util';
import type { LostAnswer } from '../model/applied-state.ts';
import type { Operation, OperationKind, Plan } from '../model/operation.ts';
import { addMembers } from './add-members.ts';
import { addOwners } from './add-owners.ts';
import { addSchoolClass } from './add-school-class.ts';
import { addSchoolUser } from './add-school-user.ts';
import { addToGroup } from './add-to-group.ts';
import { addToLicenceGroup } from './add-to-licence-group.ts';
import { archiveTeam } from './archive-team.ts';
import { assignLicence } from './assign-licence.ts';
import { createClass } from './create-class.ts';
import { createGroup } from './create-group.ts';
import { createSchool } from './create-school.ts';
import { createTeam } from './create-team.ts';
import { createUser } from './create-user.ts';
import { disableUser } from './disable-user.ts';
import { enableUser } from './enable-user.ts';
import { expireClass } from './expire-class.ts';
import { removeFromGroup } from './remove-from-group.ts';
import { removeMember } from './remove-member.ts';
import { removeOwner } from './remove-owner.ts';
import { revokeSessions } from './revoke-sessions.ts';
import type { Does, NewAccount, OperationSpec } from './spec.ts';
import { unarchiveTeam } from './unarchive-team.ts';
import { updateClass } from './update-class.ts';
import { updateGroup } from './update-group.ts';
import { updateSchool } from './update-school.ts';
import { updateUser } from './update-user.ts';

/** In the order in which people see them. */
const operations: { readonly [K in OperationKind]: OperationSpec<K> } = {
  createSchool,
  updateSchool,
  createUser,
  updateUser,
  enableUser,
  createClass,
  updateClass,
  assignLicence,
  addToLicenceGroup,
  addSchoolClass,
  addSchoolUser,
  addOwners,
  addMembers,
  removeOwner,
  removeMember,
  createGroup,
  updateGroup,
  addToGroup,
  removeFromGroup,
  disableUser,
  expireClass,
  createTeam,
  archiveTeam,
  unarchiveTeam,
  revokeSessions,
};

export const operationKinds = Object.keys(operations) as OperationKind[];

export function specOf<K extends OperationKind>(kind: K): OperationSpec<K> {
  return operations[kind];
}

/** Whether this version knows the kind: the journal may contain kinds of another version. */
export function isOperationKind(kind: string): kind is OperationKind {
  return Object.hasOwn(operations, kind);
}

/** The kinds that do this, in the order of the registry; empty if none does. */
export function kindsThat(does: Does): OperationKind[] {
  return operationKinds.filter((kind) => isDeepStrictEqual(specOf(kind).does, does));
}

/** The operations, kind by kind. */
export function inOrder(all: readonly Operation[]): Plan {
  const byKind = Map.groupBy(all, ({ kind }) => kind);
  return operationKinds.flatMap((kind) => byKind.get(kind) ?? []);
}

/** What it requests from Microsoft Teams; undefined for a request to Graph. */
export function teamWorkOf({ kind }: Operation): 'make' | 'archive' | 'unarchive' | undefined {
  const { request } = specOf(kind);
  return request.service === 'teams' ? request.work : undefined;
}

/** Whether it creates an object: repeating one whose answer was lost would create a second. */
export function isCreation({ kind }: Operation): boolean {
  return specOf(kind).makes !== undefined;
}

/** The account that it creates; undefined if it creates none. */
export function newAccountOf(operation: Operation): NewAccount | undefined {
  return specOf(operation.kind).makes?.account(operation);
}

/** What is known when nobody knows whether the operation was carried out. */
export function lostAnswerOf(operation: Operation): LostAnswer {
  const { lostAnswer, journal } = specOf(operation.kind);
  return lostAnswer({ key: operation.key, after: journal(operation) });
}

/** Whether values may have been written that are not planned as changes again. Everything else counts when it is. */
export function mayHaveWritten({ what }: LostAnswer): boolean {
  return what === 'forget';
}

/** Whether there is a different request for a single person, which some tenants require. */
export function hasOneByOne({ kind }: Operation): boolean {
  const { request } = specOf(kind);
  return request.service === 'graph' && request.sendAlone !== undefined;
}

/** For messages and journal: what was attempted, without personal data. */
export function describe({ kind, key }: Operation): string {
  return `${kind} ${key}`;
}
