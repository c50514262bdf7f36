/** `/directoryObjects/getByIds` and `/directory/deletedItems`: objects of either kind, by id. */
import type { Directory } from '../directory/directory.ts';
import type { Group, User } from '../directory/entities.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { type Bag, isBag, textOf } from '../json.ts';
import { type Answer, type Call, noContent, ok } from './call.ts';
import { refuseOthers } from './listing.ts';
import { may } from './permissions.ts';
import { propertyOf, view } from './properties.ts';
import { groupResource, userResource } from './resources.ts';
import type { Router } from './router.ts';

const maxIds = 1000;

export function addDirectoryObjectRoutes(router: Router, directory: Directory): void {
  router.add({
    area: 'identity',
    method: 'POST',
    path: '/directoryObjects/getByIds',
    cost: 5,
    selectedCost: 2,
    readsOnly: true,
    roles: may.readUsers,
    handle: (call) => getByIds(call, directory),
  });
  const deleted = { area: 'identity', cost: 1 } as const;
  for (const kind of ['user', 'group'] as const) {
    router.add({
      ...deleted,
      method: 'GET',
      path: `/directory/deletedItems/${kind}`,
      roles: kind === 'user' ? may.readUsers : may.readGroups,
      handle: (call) => {
        refuseOthers(call, []);
        const value = [...directory.deleted.values()].filter((item) => item.kind === kind).map(deletedView);
        return ok({ '@odata.context': `${call.base}/$metadata#${kind}s`, value });
      },
    });
  }
  router.add({
    ...deleted,
    method: 'GET',
    path: '/directory/deletedItems/:id',
    roles: may.readUsers,
    handle: (call) => ok(deletedView(find(directory, call))),
  });
  router.add({
    ...deleted,
    method: 'DELETE',
    path: '/directory/deletedItems/:id',
    roles: may.deleteUsers,
    handle: (call) => {
      directory.purge(find(directory, call));
      return noContent();
    },
  });
  router.add({
    ...deleted,
    method: 'POST',
    path: '/directory/deletedItems/:id/restore',
    roles: may.deleteUsers,
    handle: (call) => {
      const item = find(directory, call);
      const [table, name] =
        item.kind === 'user' ? [directory.users, 'userPrincipalName'] : [directory.groups, 'mailNickname'];
      if (table.find(name, textOf(item.props, name) ?? '').length > 0) throw conflict(name);
      directory.restore(item);
      return ok(typed(item));
    },
  });
}

/** Up to 1,000 ids; unknown ones are omitted, in no guaranteed order. */
function getByIds(call: Call, directory: Directory): Answer {
  refuseOthers(call, ['$select']);
  const ids = isBag(call.body) ? call.body.ids : undefined;
  if (!Array.isArray(ids)) {
    throw badRequest(
      "One or more parameters of the operation 'getByIds' are missing from the request payload. The missing parameters are: ids.",
    );
  }
  if (ids.length > maxIds) throw badRequest(`Too many ids: ${ids.length}. Max allowed: ${maxIds}.`);
  const types = isBag(call.body) ? call.body.types : undefined;
  const wants = (kind: string): boolean => !Array.isArray(types) || types.length === 0 || types.includes(kind);
  const select = call.query.select();
  const value: Bag[] = [];
  for (const id of new Set(ids.map((item) => String(item).toLowerCase()))) {
    const found =
      (wants('user') ? directory.users.get(id) : undefined) ?? (wants('group') ? directory.groups.get(id) : undefined);
    if (found !== undefined && directory.isVisible(found)) value.push(typed(found, select));
  }
  return ok({ '@odata.context': `${call.base}/$metadata#directoryObjects`, value });
}

function typed(item: User | Group, select?: readonly string[]): Bag {
  const resource = item.kind === 'user' ? userResource : groupResource;
  const known = select?.filter((name) => propertyOf(resource, name) !== undefined);
  return { '@odata.type': `#${resource.type}`, ...view(item, resource, known) };
}

function deletedView(item: User | Group): Bag {
  return { ...typed(item), deletedDateTime: item.props.deletedDateTime ?? null };
}

function find(directory: Directory, call: Call): User | Group {
  const id = (call.params[0] ?? '').toLowerCase();
  const item = directory.deleted.get(id);
  if (item === undefined) throw notFound(id);
  return item;
}
