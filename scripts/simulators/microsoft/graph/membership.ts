/** Adding and removing people: members and owners of groups, teachers and members of classes. */
import type { Directory } from '../directory/directory.ts';
import type { Group, User } from '../directory/entities.ts';
import type { Relation } from '../directory/links.ts';
import { badRequest, denied, GraphError, notFound, notImplemented } from '../errors.ts';
import { type Bag, isBag } from '../json.ts';
import type { Caller } from './call.ts';
import { grantGroupLicenses } from './group-licenses.ts';
import { referencedId, userById } from './lookup.ts';
import { may } from './permissions.ts';
import { checkMayAssign } from './protection.ts';

/** How many members and owners one request may add, together. */
const maxBound = 20;
const maxOwners = 100;

/** The `…@odata.bind` lists, removed from a body. */
export interface Bindings {
  members: readonly string[];
  owners: readonly string[];
}

/** @throws 400 for more than 20 references or a malformed one */
export function takeBindings(body: unknown): { rest: unknown; bindings: Bindings } {
  if (!isBag(body)) return { rest: body, bindings: { members: [], owners: [] } };
  const rest: Bag = { ...body };
  const bindings: { members: string[]; owners: string[] } = { members: [], owners: [] };
  for (const relation of ['members', 'owners'] as const) {
    const list = rest[`${relation}@odata.bind`];
    delete rest[`${relation}@odata.bind`];
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw badRequest(`The property '${relation}@odata.bind' must be a list.`);
    bindings[relation] = list.map(referencedId);
  }
  if (bindings.members.length + bindings.owners.length > maxBound) {
    throw badRequest(`A resource cannot contain more than ${maxBound} link changes.`);
  }
  return { rest, bindings };
}

/** Groups whose members cannot be set: they follow a rule or another directory, or are protected. @throws 400, 403 */
function checkAssignable(group: Group): void {
  checkMayAssign(group);
  const { props } = group;
  if (Array.isArray(props.groupTypes) && props.groupTypes.includes('DynamicMembership')) {
    throw badRequest('The members of a group with dynamic membership cannot be changed.');
  }
  if (props.onPremisesSyncEnabled === true) {
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    );
  }
}

/** Whether the app's permissions suffice for members, by the tenant's rules. @throws 403 */
export function checkMayWriteMembers({ rules }: Directory, { roles }: Caller): void {
  if (rules.memberWritesNeedUserWrite && !may.createUsers.some((role) => roles.has(role)))
    throw denied(may.createUsers);
}

/** Adds all or none. @throws 404 for an unknown account, 400 when one is already there */
export function bind(directory: Directory, group: Group, bindings: Bindings, caller: Caller): void {
  if (bindings.members.length > 0) checkMayWriteMembers(directory, caller);
  if (bindings.members.length + bindings.owners.length > 0) checkAssignable(group);
  const adding = {
    members: checkAdditions(directory, group, 'members', bindings.members),
    owners: checkAdditions(directory, group, 'owners', bindings.owners),
  };
  if (!directory.rules.guestsInGroups && [...adding.members, ...adding.owners].some(isGuest)) {
    throw badRequest('Guest users are not allowed to join this group because of a policy setting.');
  }
  for (const user of adding.members) directory.addLink(group, 'members', user, 'lagging');
  grantGroupLicenses(directory, group, adding.members);
  for (const user of adding.owners) directory.addLink(group, 'owners', user, 'lagging');
}

function isGuest({ props }: User): boolean {
  return props.userType === 'Guest';
}

/** Checks without changing anything, so that a group is not created when references fail. */
export function checkAdditions(
  directory: Directory,
  group: Group | undefined,
  relation: Relation,
  ids: readonly string[],
): User[] {
  const users = ids.map((id) => {
    if (directory.groups.get(id) !== undefined) throw notImplemented('groups inside groups');
    return userById(directory, id);
  });
  const present = group?.[relation] ?? new Set<User>();
  if (new Set(ids).size < ids.length || users.some((user) => present.has(user))) {
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${relation}'.`,
    );
  }
  if (relation === 'owners' && present.size + users.length > maxOwners) {
    throw new GraphError(403, 'Directory_ResourceSizeExceeded', `A group can have at most ${maxOwners} owners.`);
  }
  return users;
}

/** @throws 404 when the person is not in the relation, 400 for the last owner */
export function unbind(directory: Directory, group: Group, relation: Relation, id: string, caller: Caller): void {
  if (relation === 'members') checkMayWriteMembers(directory, caller);
  checkAssignable(group);
  const user = directory.users.get(id.toLowerCase());
  if (user === undefined || !group[relation].has(user)) throw notFound(id);
  if (relation === 'owners' && group.owners.size === 1) {
    throw badRequest('The group must have at least one owner, hence this owner cannot be removed.');
  }
  directory.removeLink(group, relation, user, 'lagging');
  if (relation === 'owners' && directory.rules.ownerRemovalEndsMembership && group.members.has(user)) {
    directory.removeLink(group, 'members', user, 'lagging');
  }
}
