/** `/domains` and `/organization`. */
import type { Directory } from '../directory/directory.ts';
import type { Domain } from '../directory/entities.ts';
import { notFound } from '../errors.ts';
import type { Bag } from '../json.ts';
import { ok } from './call.ts';
import { refuseOthers } from './listing.ts';
import { may } from './permissions.ts';
import type { Router } from './router.ts';

export function addTenantRoutes(router: Router, directory: Directory): void {
  const { tenant } = directory;
  const domains = { area: 'identity', method: 'GET', cost: 1, roles: may.readDomains } as const;
  router.add({
    ...domains,
    path: '/domains',
    handle: (call) => {
      refuseOthers(call, []);
      return ok({ '@odata.context': `${call.base}/$metadata#domains`, value: tenant.domains.map(domainView) });
    },
  });
  router.add({
    ...domains,
    path: '/domains/:id',
    handle: (call) => {
      const id = call.params[0] ?? '';
      const domain = tenant.domains.find((known) => known.id.toLowerCase() === id.toLowerCase());
      if (domain === undefined) throw notFound(id);
      return ok({ '@odata.context': `${call.base}/$metadata#domains/$entity`, ...domainView(domain) });
    },
  });
  const organization = { area: 'identity', method: 'GET', cost: 1, roles: may.readOrganization } as const;
  router.add({
    ...organization,
    path: '/organization',
    handle: (call) => {
      refuseOthers(call, ['$select']);
      const select = call.query.select();
      const row = organizationView(directory);
      const shown = Object.entries(row).filter(
        ([name]) => select === undefined || name === 'id' || select.includes(name),
      );
      return ok({ '@odata.context': `${call.base}/$metadata#organization`, value: [Object.fromEntries(shown)] });
    },
  });
  router.add({
    ...organization,
    path: '/organization/:id',
    handle: (call) => {
      const id = call.params[0] ?? '';
      if (id.toLowerCase() !== tenant.id) throw notFound(id);
      return ok({ '@odata.context': `${call.base}/$metadata#organization/$entity`, ...organizationView(directory) });
    },
  });
}

function domainView(domain: Domain): Bag {
  return {
    authenticationType: domain.authenticationType,
    availabilityStatus: null,
    id: domain.id,
    isAdminManaged: true,
    isDefault: domain.isDefault,
    isInitial: domain.isInitial,
    isRoot: true,
    isVerified: true,
    passwordNotificationWindowInDays: 14,
    passwordValidityPeriodInDays: 2147483647,
    supportedServices: ['Email', 'OfficeCommunicationsOnline'],
  };
}

function organizationView(directory: Directory): Bag {
  const { tenant } = directory;
  const synced = directory.users.values().some((user) => user.props.onPremisesSyncEnabled === true);
  return {
    id: tenant.id,
    deletedDateTime: null,
    displayName: tenant.displayName,
    countryLetterCode: tenant.countryLetterCode,
    onPremisesSyncEnabled: synced ? true : null,
    tenantType: 'AAD',
    verifiedDomains: tenant.domains.map((domain) => ({
      capabilities: 'Email, OfficeCommunicationsOnline',
      isDefault: domain.isDefault,
      isInitial: domain.isInitial,
      name: domain.id,
      type: domain.authenticationType,
    })),
  };
}
