/** Licenses of groups: every direct member has them. Nested groups do not count. */
import { assignedSkus, type Directory } from '../directory/directory.ts';
import type { Group, User } from '../directory/entities.ts';
import { isBag, textOf } from '../json.ts';
import { type Answer, type Call, ok } from './call.ts';
import { changedLicenses, readLicenseChange, setLicenses } from './licenses.ts';
import { groupById } from './lookup.ts';
import { may } from './permissions.ts';
import { view } from './properties.ts';
import { groupResource } from './resources.ts';
import type { Router } from './router.ts';

export function addGroupLicenseRoutes(router: Router, directory: Directory): void {
  router.add({
    area: 'identity',
    method: 'POST',
    path: '/groups/:id/assignLicense',
    cost: 1,
    roles: may.assignGroupLicenses,
    handle: (call) => assignGroupLicense(call, directory),
  });
}

/** Accepted: Graph gives the licenses to the members later, and records failures in their license states. */
function assignGroupLicense(call: Call, directory: Directory): Answer {
  const group = groupById(directory, call.params[0] ?? '');
  const { adding, removing } = readLicenseChange(directory, call.body);
  directory.groups.update(group, { assignedLicenses: changedLicenses(group, adding, removing) });
  for (const user of group.members) {
    for (const skuId of removing) if (assignedSkus(user).includes(skuId)) directory.countSeats(skuId, -1);
    setLicenses(directory, user, [], removing);
  }
  grantGroupLicenses(directory, group, group.members);
  const body = { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...view(group, groupResource) };
  return { ...ok(body), status: 202 };
}

/** Gives the group's licenses to members. Without a usage location or a free seat, a member silently gets none. */
export function grantGroupLicenses(directory: Directory, { props }: Group, users: Iterable<User>): void {
  const licenses = Array.isArray(props.assignedLicenses) ? props.assignedLicenses.filter(isBag) : [];
  if (licenses.length === 0) return;
  const { adding } = readLicenseChange(directory, { addLicenses: licenses, removeLicenses: [] });
  for (const user of users) {
    if (textOf(user.props, 'usageLocation') === undefined) continue;
    const held = new Set(assignedSkus(user));
    const fresh = adding.filter(({ sku }) => !held.has(sku.skuId.toLowerCase()) && sku.consumed < sku.enabled);
    for (const { sku } of fresh) sku.consumed += 1;
    setLicenses(directory, user, fresh, []);
  }
}
