/** `/groups`: Microsoft 365 and security groups; every class is a Microsoft 365 group with the same id. */
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/entities.ts';
import { badRequest, checkRoom, denied, notFound } from '../errors.ts';
import { isBag, textOf } from '../json.ts';
import { type Answer, type Call, created, noContent } from './call.ts';
import { type DeltaEpoch, readDelta } from './delta.ts';
import { groupLinks } from './delta-links.ts';
import { checkGroupPatch, checkNewGroup, completeGroup, isUnified } from './group-rules.ts';
import { countOf, listTable, showOne } from './listing.ts';
import { groupById } from './lookup.ts';
import { bind, checkAdditions, checkMayWriteMembers, takeBindings } from './membership.ts';
import { checkNaming } from './naming-policy.ts';
import { may } from './permissions.ts';
import { checkProperties, view } from './properties.ts';
import { checkMayChangeGroup } from './protection.ts';
import { groupResource } from './resources.ts';
import type { Router } from './router.ts';

export function addGroupRoutes(router: Router, directory: Directory, epoch: DeltaEpoch): void {
  const { groups } = directory;
  const links = groupLinks(directory);
  const read = { area: 'identity', method: 'GET', cost: 1, roles: may.readGroups } as const;
  router.add({ ...read, path: '/groups', handle: (call) => listTable(call, directory, groups, groupResource) });
  router.add({ ...read, path: '/groups/$count', handle: (call) => countOf(call, groups.size) });
  router.add({
    ...read,
    path: '/groups/delta',
    handle: (call) =>
      readDelta(call, directory, epoch, groups, groupResource, { reportsRemoved: true, links, filter: true }),
  });
  router.add({
    ...read,
    path: '/groups/:id',
    handle: (call) => showOne(call, groupById(directory, call.params[0] ?? ''), groupResource),
  });
  router.add({
    ...read,
    path: '/groups/uniqueName=/:name',
    handle: (call) => showOne(call, byUniqueName(directory, call.params[0] ?? ''), groupResource),
  });
  router.add({
    area: 'identity',
    method: 'POST',
    path: '/groups',
    cost: 1,
    roles: may.createGroups,
    handle: (call) => createGroup(call, directory, call.body),
  });
  router.add({
    area: 'identity',
    method: 'PATCH',
    path: '/groups/:id',
    cost: 1,
    roles: may.writeMembers,
    handle: (call) => patchGroup(call, directory, groupById(directory, call.params[0] ?? '')),
  });
  router.add({
    area: 'identity',
    method: 'PATCH',
    path: '/groups/uniqueName=/:name',
    cost: 1,
    roles: may.writeGroups,
    handle: (call) => upsertGroup(call, directory),
  });
  router.add({
    area: 'identity',
    method: 'DELETE',
    path: '/groups/:id',
    cost: 1,
    roles: may.writeGroups,
    handle: (call) => {
      const group = groupById(directory, call.params[0] ?? '');
      checkMayChangeGroup(group);
      directory.deleteGroup(group);
      return noContent();
    },
  });
}

function createGroup(call: Call, directory: Directory, body: unknown): Answer {
  const { rest, bindings } = takeBindings(body);
  const props = checkProperties(rest, groupResource, 'create');
  checkNewGroup(directory, props);
  if (isUnified(props)) checkNaming(directory.rules.naming, props);
  if (props.isAssignableToRole === true) throw denied(['RoleManagement.ReadWrite.Directory']);
  if (bindings.members.length > 0) checkMayWriteMembers(directory, call.caller);
  checkAdditions(directory, undefined, 'members', bindings.members);
  checkAdditions(directory, undefined, 'owners', bindings.owners);
  checkRoom(directory);
  const group = directory.addGroup(completeGroup(directory, props), false);
  bind(directory, group, bindings, call.caller);
  return created(call, { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...view(group, groupResource) });
}

function patchGroup(call: Call, directory: Directory, group: Group): Answer {
  const { rest, bindings } = takeBindings(call.body);
  const patch = checkProperties(rest, groupResource, 'update');
  const changesGroup = Object.keys(patch).length > 0;
  if ((changesGroup || bindings.owners.length > 0) && !may.writeGroups.some((role) => call.caller.roles.has(role))) {
    throw denied(may.writeGroups);
  }
  if (bindings.owners.length > 0 && directory.rules.refusesOwnersInPatch)
    throw badRequest("Invalid property 'owners'.");
  if (changesGroup) checkMayChangeGroup(group);
  checkGroupPatch(directory, group, patch);
  if (isUnified(group.props)) checkNaming(directory.rules.naming, patch);
  bind(directory, group, bindings, call.caller);
  if (changesGroup) directory.groups.update(group, patch);
  return noContent();
}

/** `PATCH /groups(uniqueName='x')`; with `Prefer: create-if-missing` the only idempotent create that Graph has. */
function upsertGroup(call: Call, directory: Directory): Answer {
  const name = call.params[0] ?? '';
  const existing = directory.groups.find('uniqueName', name)[0];
  if (existing !== undefined) return patchGroup(call, directory, existing);
  if (call.header('prefer')?.includes('create-if-missing') !== true) throw notFound(name);
  return createGroup(call, directory, isBag(call.body) ? { ...call.body, uniqueName: name } : call.body);
}

function byUniqueName(directory: Directory, name: string): Group {
  const group = directory.groups.find('uniqueName', name)[0];
  if (group === undefined || textOf(group.props, 'uniqueName') === undefined || !directory.isVisible(group)) {
    throw notFound(name);
  }
  return group;
}
