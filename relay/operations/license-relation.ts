/** Licenses as relations: a person's license is identified by SKU and disabled plans, or by the group that gives it. */
import type { LicenseKey } from '../model/keys.ts';
import type { License } from '../profile/accounts.ts';

/** The container of the relation in the applied state. */
export function licenseKey(license: License): LicenseKey {
  if ('group' in license) return `group:${license.group}` as LicenseKey;
  const { skuId, disabledPlans } = license;
  const plans = disabledPlans.length === 0 ? '' : `/${[...disabledPlans].sort().join('+')}`;
  return `${skuId}${plans}` as LicenseKey;
}

/** Whether two containers are the same SKU: assigning one again, with other plans, replaces the other. */
export function isSameSku(key: LicenseKey, other: LicenseKey): boolean {
  return key.split('/')[0] === other.split('/')[0];
}
