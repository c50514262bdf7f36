/** `/groups/{id}/members` and `/owners`. */
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/entities.ts';
import type { Relation } from '../directory/links.ts';
import { denied } from '../errors.ts';
import { type Call, noContent } from './call.ts';
import { countOf, listRelation } from './listing.ts';
import { groupById, referenceIn, userById } from './lookup.ts';
import { bind, unbind } from './membership.ts';
import { may } from './permissions.ts';
import { checkMayChange } from './protection.ts';
import { userResource } from './resources.ts';
import type { Router } from './router.ts';

export function addGroupRelationRoutes(router: Router, directory: Directory): void {
  addRelation(router, directory, 'members', may.writeMembers);
  addRelation(router, directory, 'owners', may.writeGroups);
}

function addRelation(router: Router, directory: Directory, relation: Relation, mayWrite: readonly string[]): void {
  const path = `/groups/:id/${relation}`;
  const read = { area: 'identity', method: 'GET', cost: 3, roles: may.readGroups } as const;
  const list = (call: Call) => {
    const group = groupById(directory, call.params[0] ?? '');
    if (relation === 'members') checkMayReadMembers(call, group);
    return listRelation(call, directory, directory.links.seen(group, relation), userResource, true);
  };
  router.add({ ...read, path, handle: list });
  router.add({ ...read, path: `${path}/user`, handle: list });
  router.add({
    ...read,
    path: `${path}/$count`,
    handle: (call) => {
      const group = groupById(directory, call.params[0] ?? '');
      if (relation === 'members') checkMayReadMembers(call, group);
      return countOf(call, directory.links.seen(group, relation).size);
    },
  });
  router.add({
    area: 'identity',
    method: 'POST',
    path: `${path}/$ref`,
    cost: 1,
    roles: mayWrite,
    handle: (call) => {
      const group = groupById(directory, call.params[0] ?? '');
      bind(directory, group, { members: [], owners: [], [relation]: [referenceIn(call.body)] }, call.caller);
      return noContent();
    },
  });
  router.add({
    area: 'identity',
    method: 'DELETE',
    path: `${path}/:id/$ref`,
    cost: 1,
    roles: mayWrite,
    handle: (call) => {
      const [groupId = '', userId = ''] = call.params;
      unbind(directory, groupById(directory, groupId), relation, userId, call.caller);
      return noContent();
    },
  });
  if (relation === 'members') {
    // The trap: without /$ref the path names the account itself, so this deletes the account, not the membership.
    router.add({
      area: 'identity',
      method: 'DELETE',
      path: `${path}/:id`,
      cost: 1,
      roles: may.deleteUsers,
      handle: (call) => {
        const [groupId = '', userId = ''] = call.params;
        groupById(directory, groupId);
        const user = userById(directory, userId);
        checkMayChange(user, undefined);
        directory.deleteUser(user);
        return noContent();
      },
    });
  }
}

/** Class groups hide their members from every caller without this permission. @throws 403 */
export function checkMayReadMembers(call: Call, group: Group): void {
  if (group.props.visibility !== 'HiddenMembership') return;
  if (!may.readHiddenMembers.some((role) => call.caller.roles.has(role))) throw denied(may.readHiddenMembers);
}
