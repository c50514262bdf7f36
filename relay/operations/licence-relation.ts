/** Licenses as relations: what somebody has is told apart by SKU and disabled plans, or by the group that gives it. */
import type { Licence } from '../profile/accounts.ts';

/** The container of the relation in the applied state. */
export function licenceKey(licence: Licence): string {
  if ('group' in licence) return `group:${licence.group}`;
  const { skuId, disabledPlans } = licence;
  return disabledPlans.length === 0 ? skuId : `${skuId}/${[...disabledPlans].sort().join('+')}`;
}

/** Whether two containers are the same SKU: assigning one again, with other plans, replaces the other. */
export function isSameSku(key: string, other: string): boolean {
  return key.split('/')[0] === other.split('/')[0];
}
