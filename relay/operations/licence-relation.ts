/** Licenses as relations: what somebody has is told apart by SKU and disabled plans, or by the group that gives it. */
import type { LicenceKey } from '../model/keys.ts';
import type { Licence } from '../profile/accounts.ts';

/** The container of the relation in the applied state. */
export function licenceKey(licence: Licence): LicenceKey {
  if ('group' in licence) return `group:${licence.group}` as LicenceKey;
  const { skuId, disabledPlans } = licence;
  const plans = disabledPlans.length === 0 ? '' : `/${[...disabledPlans].sort().join('+')}`;
  return `${skuId}${plans}` as LicenceKey;
}

/** Whether two containers are the same SKU: assigning one again, with other plans, replaces the other. */
export function isSameSku(key: LicenceKey, other: LicenceKey): boolean {
  return key.split('/')[0] === other.split('/')[0];
}
