import { readDomains, readSkus } from '../graph/tenant.ts';
import { productName } from '../profile/products.ts';
import { findTenant } from '../store/tenants/system.ts';
import { type CliContext, withStore } from './context.ts';
import { withGraph } from './graph.ts';

/** @throws HallpassError GRAPH_DENIED without Organization.Read.All, and as {@link withGraph} */
export async function licensesNow(context: CliContext, tenantName: string) {
  const tenant = await withStore(context, (store) => store.system((scope) => findTenant(scope, tenantName)));
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
export async function domainsNow(context: CliContext, tenantName: string) {
  const tenant = await withStore(context, (store) => store.system((scope) => findTenant(scope, tenantName)));
  const domains = await withGraph(context, tenant, ({ client }) => readDomains(client));
  return domains.map(({ id, isVerified, isDefault, authenticationType }) => ({
    domain: id,
    verified: isVerified,
    default: isDefault,
    federated: authenticationType === 'Federated',
  }));
}
