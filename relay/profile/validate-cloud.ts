/** What the Microsoft tenant must have for a profile: domains, seats, groups, permissions. */

import { type AnyOf, reading } from '../model/permissions.ts';
import type { Role } from '../model/role.ts';
import type { GroupFacts, SkuFacts } from '../model/tenant-facts.ts';
import type { License } from './accounts.ts';
import type { Profile } from './profile.ts';
import type { ProfileProblem, TenantFacts } from './tenant-facts.ts';

const roles = ['students', 'teachers'] as const satisfies Role[];

export function* cloudProblems(profile: Profile, facts: TenantFacts): Iterable<ProfileProblem> {
  yield* domainProblems(profile, facts);
  yield* licenseProblems(profile, facts);
  yield* facts.notPermitted;
}

function* domainProblems({ domains: chosen, mode }: Profile, { domains }: TenantFacts): Iterable<ProfileProblem> {
  if (domains === undefined) {
    yield unchecked('domains', reading.domains);
    return;
  }
  for (const role of roles) {
    const name = chosen[role];
    if (name === undefined || mode[role] === 'match') continue;
    const field = `domains.${role}`;
    const domain = domains.find(({ id }) => id === name);
    if (domain === undefined || !domain.isVerified) {
      const reason = `${name} is not a verified domain of the tenant`;
      const remedy = 'Verify it in the Microsoft 365 admin center, or choose another domain.';
      yield { field, severity: 'error', reason, remedy };
    } else if (domain.authenticationType === 'Federated') {
      const reason = `${name} is federated: its accounts are created in the district's own directory`;
      const remedy = 'Use the mode "match" for this role, or another domain.';
      yield { field, severity: 'error', reason, remedy };
    }
  }
  const { classes } = chosen;
  const main = domains.find(({ isDefault }) => isDefault);
  if (classes !== undefined && classes !== main?.id) {
    const reason = `addresses of classes will end in ${main?.id ?? "the tenant's default domain"}: Graph offers no choice`;
    const remedy =
      'Make it the default domain, or add an email address policy for groups in Exchange: New-EmailAddressPolicy -IncludeUnifiedGroupRecipients.';
    yield { field: 'domains.classes', severity: 'warning', reason, remedy };
  }
}

function* licenseProblems({ licenses, mode }: Profile, facts: TenantFacts): Iterable<ProfileProblem> {
  if (!isCountry(licenses.usageLocation)) {
    const reason = `${licenses.usageLocation} is not a country code`;
    const remedy = 'Give the two letters of ISO 3166, such as US.';
    yield { field: 'licenses.usageLocation', severity: 'error', reason, remedy };
  }
  const needed = new Map<string, { fields: string[]; count: number }>();
  for (const role of roles) {
    const license = licenses[role];
    if (license === null || mode[role] === 'match') continue;
    const field = `licenses.${role}`;
    const skuIds = 'group' in license ? groupSkus(facts.groups.get(license.group)) : [license.skuId];
    if ('group' in license) yield* groupProblems(field, license.group, facts.groups.get(license.group));
    else if (facts.skus !== undefined) yield* skuProblems(field, license, facts.skus);
    for (const skuId of skuIds) {
      const { fields, count } = needed.get(skuId) ?? { fields: [], count: 0 };
      needed.set(skuId, { fields: [...fields, field], count: count + facts.people[role].withoutAccount });
    }
  }
  if (needed.size > 0 && facts.skus === undefined) yield unchecked('licenses', reading.licenses);
  for (const [skuId, { fields, count }] of needed) {
    const sku = facts.skus?.find((one) => one.skuId === skuId);
    if (sku === undefined) continue;
    const free = Math.max(0, sku.prepaidUnits.enabled - sku.consumedUnits);
    if (count <= free) continue;
    const reason = `${count} new accounts need a seat of ${sku.skuPartNumber}, and ${free} are free`;
    const remedy = 'Buy seats, or remove licenses from accounts that no longer need them.';
    yield { field: fields.join(', '), severity: 'error', reason, remedy };
  }
}

function* skuProblems(
  field: string,
  { skuId, disabledPlans }: Extract<License, { skuId: string }>,
  skus: readonly SkuFacts[],
): Iterable<ProfileProblem> {
  const sku = skus.find((one) => one.skuId === skuId);
  if (sku === undefined) {
    const known = skus.map((one) => `${one.skuPartNumber} (${one.skuId})`).join(', ') || 'none';
    const reason = `the tenant has no license ${skuId}`;
    yield { field, severity: 'error', reason, remedy: `Choose one that it has: ${known}.` };
    return;
  }
  if (sku.capabilityStatus !== 'Enabled') {
    const reason = `the subscription of ${sku.skuPartNumber} is in the state ${sku.capabilityStatus}`;
    yield { field, severity: 'error', reason, remedy: 'Renew it, or choose another license.' };
  }
  const foreign = disabledPlans.filter((plan) => !sku.servicePlans.some((one) => one.servicePlanId === plan));
  if (foreign.length > 0) {
    const known = sku.servicePlans.map((one) => `${one.servicePlanName} (${one.servicePlanId})`).join(', ');
    const reason = `${foreign.join(', ')} is not a plan of ${sku.skuPartNumber}`;
    yield { field: `${field}.disabledPlans`, severity: 'error', reason, remedy: `Its plans are ${known || 'none'}.` };
  }
}

function* groupProblems(field: string, id: string, group: GroupFacts | undefined): Iterable<ProfileProblem> {
  if (group === undefined) {
    const reason = `the tenant has no group ${id}`;
    yield { field, severity: 'error', reason, remedy: 'Give the object id of the group that has the license.' };
    return;
  }
  const because = group.groupTypes.includes('DynamicMembership')
    ? 'its members follow a rule'
    : group.onPremisesSyncEnabled === true
      ? 'it is synchronized from an on-premises Active Directory'
      : undefined;
  if (because !== undefined) {
    const reason = `nobody can be added to the group ${group.displayName}: ${because}`;
    yield {
      field,
      severity: 'error',
      reason,
      remedy: 'Choose a group with assigned members, created in Microsoft 365.',
    };
  }
  if (group.assignedLicenses.length === 0) {
    const reason = `the group ${group.displayName} has no license to assign`;
    yield {
      field,
      severity: 'error',
      reason,
      remedy: 'Assign the license to the group in the Microsoft 365 admin center.',
    };
  }
}

function groupSkus(group: GroupFacts | undefined): string[] {
  return group?.assignedLicenses.map(({ skuId }) => skuId.toLowerCase()) ?? [];
}

function unchecked(field: string, [permission]: AnyOf): ProfileProblem {
  const reason = "could not be checked: the relay's application may not read it";
  return { field, severity: 'warning', reason, remedy: `Grant it ${permission}.` };
}

/** ISO 3166-1 alpha-2, from the runtime's tables. */
function isCountry(code: string): boolean {
  const name = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' }).of(code);
  return (
    name !== undefined &&
    new Intl.Locale(`und-${code}`).region === code &&
    !['ZZ', 'XA', 'XB', 'EU', 'EZ', 'UN'].includes(code)
  );
}
