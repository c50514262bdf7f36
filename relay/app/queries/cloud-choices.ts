import { readDomains, readSkus } from '../../graph/tenant.ts';
import { productName } from '../../profile/products.ts';
import type { Actor } from '../actor.ts';
import { withGraph } from '../microsoft.ts';
import { type AppContext, enter, type TenantRef } from '../perform.ts';

/** @throws HallpassError GRAPH_DENIED without Organization.Read.All, and as {@link withGraph} */
export async function licensesNow(context: AppContext, actor: Actor, named: TenantRef) {
  const tenant = await enter(context.store, actor, 'licenses', named);
  const skus = await withGraph(context, tenant, ({ client }) => readSkus(client));
  return skus.map(({ skuId, skuPartNumber, capabilityStatus, consumedUnits, prepaidUnits, servicePlans }) => ({
    skuId,
    partNumber: skuPartNumber,
    name: productName(skuPartNumber) ?? null,
    state: capabilityStatus,
    seats: prepaidUnits.enabled,
    used: consumedUnits,
    free: Math.max(0, prepaidUnits.enabled - consumedUnits),
    plans: servicePlans.map((plan) => ({ id: plan.servicePlanId, name: plan.servicePlanName })),
  }));
}

/** @throws HallpassError GRAPH_DENIED without Domain.Read.All, and as {@link withGraph} */
export async function domainsNow(context: AppContext, actor: Actor, named: TenantRef) {
  const tenant = await enter(context.store, actor, 'domains', named);
  const domains = await withGraph(context, tenant, ({ client }) => readDomains(client));
  return domains.map(({ id, isVerified, isDefault, authenticationType }) => ({
    domain: id,
    verified: isVerified,
    default: isDefault,
    federated: authenticationType === 'Federated',
  }));
}
