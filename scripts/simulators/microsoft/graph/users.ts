/** `/users`: accounts as the directory API shows them. */
import type { Directory } from '../directory/directory.ts';
import type { User } from '../directory/entities.ts';
import { checkRoom, invalidValue } from '../errors.ts';
import { type Bag, isBag, textOf } from '../json.ts';
import { type Answer, type Call, created, noContent, ok } from './call.ts';
import { type DeltaEpoch, readDelta } from './delta.ts';
import { countOf, listRelation, listTable, showOne } from './listing.ts';
import { userByKey } from './lookup.ts';
import { may } from './permissions.ts';
import { checkProperties, mergeComplex, type Resource, view } from './properties.ts';
import { checkMayChange } from './protection.ts';
import { groupResource, userResource } from './resources.ts';
import type { Router } from './router.ts';
import { checkAccount, checkNotSynced } from './user-rules.ts';

export function addUserRoutes(router: Router, directory: Directory, epoch: DeltaEpoch): void {
  const { users } = directory;
  const read = { area: 'identity', roles: may.readUsers } as const;
  router.add({
    ...read,
    method: 'GET',
    path: '/users',
    cost: 2,
    handle: (call) => listTable(call, directory, users, userResource),
  });
  router.add({
    ...read,
    method: 'GET',
    path: '/users/$count',
    cost: 2,
    handle: (call) => countOf(call, users.size),
  });
  router.add({
    ...read,
    method: 'GET',
    path: '/users/delta',
    cost: 2,
    handle: (call) => readDelta(call, directory, epoch, users, userResource, { reportsRemoved: true, filter: true }),
  });
  router.add({
    ...read,
    method: 'GET',
    path: '/users/:id',
    cost: 2,
    handle: (call) => showOne(call, userByKey(directory, call.params[0] ?? ''), userResource),
  });
  router.add({
    area: 'identity',
    method: 'POST',
    path: '/users',
    cost: 1,
    roles: may.createUsers,
    handle: (call) => createUser(call, directory, userResource),
  });
  router.add({
    area: 'identity',
    method: 'PATCH',
    path: '/users/:id',
    cost: 1,
    roles: may.updateUsers,
    handle: (call) => {
      updateUser(call, directory, userByKey(directory, call.params[0] ?? ''), userResource);
      return noContent();
    },
  });
  router.add({
    area: 'identity',
    method: 'DELETE',
    path: '/users/:id',
    cost: 1,
    roles: may.deleteUsers,
    handle: (call) => {
      const user = userByKey(directory, call.params[0] ?? '');
      checkMayChange(user, undefined);
      directory.deleteUser(user);
      return noContent();
    },
  });
  router.add({
    area: 'identity',
    method: 'POST',
    path: '/users/:id/revokeSignInSessions',
    cost: 1,
    roles: may.revokeSessions,
    handle: (call) => {
      const user = userByKey(directory, call.params[0] ?? '');
      checkMayChange(user, {});
      const now = new Date(directory.clock.now()).toISOString();
      directory.users.update(user, { signInSessionsValidFromDateTime: now, refreshTokensValidFromDateTime: now });
      return ok({ '@odata.context': `${call.base}/$metadata#Edm.Boolean`, value: true });
    },
  });
  router.add({
    area: 'identity',
    method: 'GET',
    path: '/users/:id/memberOf',
    cost: 2,
    roles: may.readGroups,
    handle: (call) => {
      const user = userByKey(directory, call.params[0] ?? '');
      return listRelation(call, directory, user.memberOf, groupResource, true);
    },
  });
}

/** Creates an account from either API's body; the answer shows it as that API does. */
export function createUser(call: Call, directory: Directory, resource: Resource): Answer {
  const props = checkProperties(call.body, resource, 'create');
  checkAccount(directory, props);
  checkRoom(directory);
  const user = directory.addUser(kept(props), 'lagging');
  keepPassword(directory, user, props);
  const context = `${call.base}/$metadata#${resource.set}/$entity`;
  return created(call, { '@odata.context': context, ...view(user, resource) });
}

/** Applies a PATCH from either API. @throws 400 for values that the directory refuses */
export function updateUser(call: Call, directory: Directory, user: User, resource: Resource): void {
  const patch = checkProperties(call.body, resource, 'update');
  checkMayChange(user, patch);
  checkNotSynced(user, patch);
  checkAccount(directory, patch, user);
  checkClearedRoles(directory, patch);
  directory.users.update(user, mergeComplex(kept(patch), user.props));
  keepPassword(directory, user, patch);
}

function checkClearedRoles({ rules }: Directory, patch: Bag): void {
  if (rules.clearedRoles === 'cleared') return;
  for (const name of ['student', 'teacher']) {
    if (patch[name] !== null) continue;
    if (rules.clearedRoles === 'refused') throw invalidValue(name, 'User');
    delete patch[name];
  }
}

function keepPassword(directory: Directory, user: User, { passwordProfile }: Bag): void {
  const password = isBag(passwordProfile) ? textOf(passwordProfile, 'password') : undefined;
  if (password !== undefined) directory.setPassword(user, password);
}

/** What is stored of a body: never a password; locations in capitals. */
function kept(props: Bag): Bag {
  const { passwordProfile: _, ...rest } = props;
  const place = textOf(rest, 'usageLocation');
  if (place !== undefined) rest.usageLocation = place.toUpperCase();
  return rest;
}
