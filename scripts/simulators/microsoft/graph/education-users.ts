/** `/education/users`: the same accounts, with the role and the student's or teacher's data. */
import type { Directory } from '../directory/directory.ts';
import type { Entity, Group } from '../directory/entities.ts';
import { type Answer, type Call, noContent, ok } from './call.ts';
import { type DeltaEpoch, readDelta } from './delta.ts';
import { countOf, listRelation, listTable, showOne } from './listing.ts';
import { userById } from './lookup.ts';
import { may } from './permissions.ts';
import { type Resource, view } from './properties.ts';
import { checkMayChange } from './protection.ts';
import { classResource, educationUserResource, schoolResource, userResource } from './resources.ts';
import type { Router } from './router.ts';
import { createUser, updateUser } from './users.ts';

export function addEducationUserRoutes(router: Router, directory: Directory, epoch: DeltaEpoch): void {
  const { users } = directory;
  const resource = educationUserResource;
  const read = { area: 'education', method: 'GET', cost: 1, roles: may.readRoster } as const;
  const write = { area: 'education', cost: 1, roles: may.writeRoster } as const;
  router.add({ ...read, path: '/education/users', handle: (call) => listTable(call, directory, users, resource) });
  router.add({ ...read, path: '/education/users/$count', handle: (call) => countOf(call, users.size) });
  router.add({
    ...read,
    path: '/education/users/delta',
    handle: (call) => readDelta(call, directory, epoch, users, resource, { reportsRemoved: true }),
  });
  router.add({
    ...read,
    path: '/education/users/:id',
    handle: (call) => showOne(call, userById(directory, call.params[0] ?? ''), resource),
  });
  router.add({
    ...read,
    path: '/education/users/:id/user',
    handle: (call) => showOne(call, userById(directory, call.params[0] ?? ''), userResource),
  });
  router.add({
    ...read,
    path: '/education/users/:id/schools',
    handle: (call) =>
      listRelation(call, directory, userById(directory, call.params[0] ?? '').schools, schoolResource, false),
  });
  router.add({
    ...read,
    path: '/education/users/:id/classes',
    handle: (call) => {
      const user = userById(directory, call.params[0] ?? '');
      return listRelation(call, directory, classesIn([...user.memberOf, ...user.ownerOf]), classResource, false);
    },
  });
  router.add({
    ...read,
    path: '/education/users/:id/taughtClasses',
    handle: (call) => {
      const user = userById(directory, call.params[0] ?? '');
      return listRelation(call, directory, classesIn(user.ownerOf), classResource, false);
    },
  });
  router.add({
    ...write,
    method: 'POST',
    path: '/education/users',
    handle: (call) => createUser(call, directory, resource),
  });
  router.add({
    ...write,
    method: 'PATCH',
    path: '/education/users/:id',
    handle: (call) => {
      const user = userById(directory, call.params[0] ?? '');
      updateUser(call, directory, user, resource);
      return updated(call, user, resource);
    },
  });
  router.add({
    ...write,
    method: 'DELETE',
    path: '/education/users/:id',
    handle: (call) => {
      const user = userById(directory, call.params[0] ?? '');
      checkMayChange(user, undefined);
      directory.deleteUser(user);
      return noContent();
    },
  });
}

/**
 * The education API answers a PATCH with 200 and the entity, unlike the directory API's 204; with `Prefer:
 * return=minimal` it sends 204 too (OData's rule, inferred for this API).
 */
export function updated(call: Call, entity: Entity, resource: Resource): Answer {
  if (call.header('prefer')?.includes('return=minimal') === true) {
    return { status: 204, headers: { 'Preference-Applied': 'return=minimal' }, body: undefined };
  }
  return ok({ '@odata.context': `${call.base}/$metadata#${resource.set}/$entity`, ...view(entity, resource) });
}

function classesIn(groups: Iterable<Group>): ReadonlySet<Group> {
  return new Set([...groups].filter((group) => group.isClass));
}
