/** `/subscribedSkus`, `assignLicense` and `licenseDetails`: seats, and who holds them. */
import { assignedSkus, type Directory } from '../directory/directory.ts';
import type { Group, Sku, User } from '../directory/entities.ts';
import { badRequest, notFound } from '../errors.ts';
import { type Bag, isBag, type Json, textOf } from '../json.ts';
import { type Answer, type Call, ok } from './call.ts';
import { refuseOthers } from './listing.ts';
import { userByKey } from './lookup.ts';
import { may } from './permissions.ts';
import { view } from './properties.ts';
import { checkMayChange } from './protection.ts';
import { userResource } from './resources.ts';
import type { Router } from './router.ts';

export function addLicenseRoutes(router: Router, directory: Directory): void {
  const { tenant } = directory;
  const read = { area: 'identity', method: 'GET', cost: 3, roles: may.readSkus } as const;
  router.add({
    ...read,
    path: '/subscribedSkus',
    handle: (call) => {
      refuseOthers(call, ['$select', '$format']);
      const value = [...tenant.skus.values()].map((sku) => skuView(tenant.id, sku));
      return ok({ '@odata.context': `${call.base}/$metadata#subscribedSkus`, value: selected(call, value) });
    },
  });
  router.add({
    ...read,
    path: '/subscribedSkus/:id',
    handle: (call) => {
      const id = call.params[0] ?? '';
      const sku = tenant.skus.get(id.slice(tenant.id.length + 1).toLowerCase());
      if (sku === undefined || !id.toLowerCase().startsWith(tenant.id)) throw notFound(id);
      return ok(skuView(tenant.id, sku));
    },
  });
  router.add({
    area: 'identity',
    method: 'GET',
    path: '/users/:id/licenseDetails',
    cost: 2,
    roles: may.readUsers,
    handle: (call) => {
      const user = userByKey(directory, call.params[0] ?? '');
      const value = assignedSkus(user).flatMap((skuId): Bag[] => {
        const sku = tenant.skus.get(skuId);
        if (sku === undefined) return [];
        const { skuPartNumber } = sku;
        return [{ id: `${user.id}_${sku.skuId}`, skuId: sku.skuId, skuPartNumber, servicePlans: plansOf(sku) }];
      });
      return ok({ '@odata.context': `${call.base}/$metadata#users('${user.id}')/licenseDetails`, value });
    },
  });
  router.add({
    area: 'identity',
    method: 'POST',
    path: '/users/:id/assignLicense',
    cost: 1,
    roles: may.assignLicenses,
    handle: (call) => assignLicense(call, directory),
  });
}

function assignLicense(call: Call, directory: Directory): Answer {
  const user = userByKey(directory, call.params[0] ?? '');
  const { adding, removing } = readLicenseChange(directory, call.body);
  checkMayChange(user, {});
  if (adding.length > 0 && textOf(user.props, 'usageLocation') === undefined) {
    throw badRequest('License assignment cannot be done for user with invalid usage location.');
  }
  const held = new Set(assignedSkus(user));
  if (removing.some((skuId) => !held.has(skuId))) throw badRequest('User does not have a corresponding license.');
  const fresh = adding.filter(({ sku }) => !held.has(sku.skuId.toLowerCase()));
  for (const { sku } of fresh) {
    if (sku.consumed >= sku.enabled) {
      throw badRequest(`Subscription with SKU ${sku.skuId} does not have any available licenses.`);
    }
  }
  for (const { sku } of fresh) sku.consumed += 1;
  for (const skuId of removing) directory.countSeats(skuId, -1);
  setLicenses(directory, user, adding, removing);
  return ok({ '@odata.context': `${call.base}/$metadata#users/$entity`, ...view(user, userResource) });
}

export interface Addition {
  sku: Sku;
  disabledPlans: string[];
}

/** The body of assignLicense, for a person or a group. @throws 400 */
export function readLicenseChange(directory: Directory, body: unknown): { adding: Addition[]; removing: string[] } {
  const missing = ['addLicenses', 'removeLicenses'].filter((name) => !isBag(body) || !Array.isArray(body[name]));
  if (!isBag(body) || missing.length > 0) {
    throw badRequest(
      `One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: ${missing.join(', ')}.`,
    );
  }
  const adding = listOf(body.addLicenses).map((item) => readAddition(directory, item));
  const removing = listOf(body.removeLicenses).map((item) => String(item).toLowerCase());
  if (adding.some(({ sku }) => removing.includes(sku.skuId.toLowerCase()))) {
    throw badRequest('The same license cannot be added and removed in one request.');
  }
  return { adding, removing };
}

function readAddition(directory: Directory, item: Json): Addition {
  const skuId = isBag(item) ? (textOf(item, 'skuId') ?? '') : '';
  const sku = directory.tenant.skus.get(skuId.toLowerCase());
  if (sku === undefined || !isBag(item))
    throw badRequest(`License ${skuId} does not correspond to a valid company License.`);
  const disabledPlans = listOf(item.disabledPlans ?? []).map(String);
  const known = new Set(sku.servicePlans.map((plan) => plan.servicePlanId.toLowerCase()));
  if (disabledPlans.some((plan) => !known.has(plan.toLowerCase()))) {
    throw badRequest(`A disabled plan does not belong to the license ${sku.skuId}.`);
  }
  return { sku, disabledPlans };
}

export function setLicenses(
  directory: Directory,
  user: User,
  adding: readonly Addition[],
  removing: readonly string[],
): void {
  directory.users.update(user, { assignedLicenses: changedLicenses(user, adding, removing) });
}

/** A person's or group's `assignedLicenses` after the change. */
export function changedLicenses(
  { props }: User | Group,
  adding: readonly Addition[],
  removing: readonly string[],
): Json[] {
  const replaced = new Set([...removing, ...adding.map(({ sku }) => sku.skuId.toLowerCase())]);
  const kept = listOf(props.assignedLicenses ?? []).filter(
    (license) => isBag(license) && !replaced.has(String(license.skuId).toLowerCase()),
  );
  const added = adding.map(({ sku, disabledPlans }): Bag => ({ disabledPlans, skuId: sku.skuId }));
  return [...kept, ...added];
}

function skuView(tenantId: string, sku: Sku): Bag {
  return {
    accountId: tenantId,
    appliesTo: 'User',
    capabilityStatus: 'Enabled',
    consumedUnits: sku.consumed,
    id: `${tenantId}_${sku.skuId}`,
    prepaidUnits: { enabled: sku.enabled, suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: plansOf(sku),
    skuId: sku.skuId,
    skuPartNumber: sku.skuPartNumber,
  };
}

function plansOf(sku: Sku): Bag[] {
  return sku.servicePlans.map((plan) => ({ ...plan, appliesTo: 'User', provisioningStatus: 'Success' }));
}

function selected(call: Call, rows: Bag[]): Bag[] {
  const select = call.query.select();
  if (select === undefined) return rows;
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name === 'id' || select.includes(name))),
  );
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
