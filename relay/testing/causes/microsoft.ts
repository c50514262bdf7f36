/** What Microsoft 365 refuses, has no room for, or does not answer. */
import { defaultRoles } from '../../../scripts/simulators/microsoft/graph/permissions.ts';
import { type District, skuId, smallRoster } from '../district.ts';
import { accountOf, type Cause, faultsEnd, faulty, nothing, reprofile } from './cause.ts';

/** More often than everything together is tried. */
const forever = 10_000;
const hour = 3_600_000;
const group = 'a7e30c5b-0000-4000-8000-000000000001';

const seats = (enabled: number) => (district: District) => {
  const sku = district.microsoft.directory.tenant.skus.get(skuId);
  if (sku !== undefined) sku.enabled = enabled;
};

const signsIn = (authenticationType: 'Managed' | 'Federated') => (district: District) => {
  for (const domain of district.microsoft.directory.tenant.domains) domain.authenticationType = authenticationType;
};

export const microsoftCauses = {
  GRAPH_UNREACHABLE: { before: faulty('batch', 'drop', forever), mend: faultsEnd },
  GRAPH_THROTTLED: { before: faulty('batch', '429', forever), mend: faultsEnd },
  GRAPH_FAILED: { before: faulty('/users/.ref$', '500', forever), mend: faultsEnd },
  AzureActiveDirectoryRequestThrottledTemporarily: {
    before: faulty('^/groups/[^/]+$', '429', forever),
    mend: faultsEnd,
  },
  AzureActiveDirectoryReplicaUnavailable: { before: faulty('^/groups/[^/]+$', '503', forever), mend: faultsEnd },
  GRAPH_DENIED: {
    create: true,
    before: ({ microsoft }) => {
      microsoft.app.roles = ['EduRoster.ReadWrite.All', 'User.Read.All', 'Group.ReadWrite.All', 'Member.Read.Hidden'];
    },
    mend: ({ microsoft }) => {
      microsoft.app.roles = defaultRoles;
    },
  },
  GRAPH_QUOTA_EXCEEDED: {
    create: true,
    before: ({ microsoft }) => {
      microsoft.directory.quota = 10;
    },
    mend: ({ microsoft }) => {
      microsoft.directory.quota = 1000;
    },
  },
  // An account of a federated domain needs an id that only the other side knows.
  GRAPH_REJECTED: { create: true, before: signsIn('Federated'), mend: signsIn('Managed') },
  AzureActiveDirectoryInvalidLicense: { create: true, before: seats(0), mend: seats(100) },
  AzureActiveDirectoryInvalidUserUsageLocation: {
    create: true,
    before: seats(0),
    after: [
      (district) => {
        seats(100)(district);
        district.microsoft.directory.users.update(accountOf(district, 'student0'), { usageLocation: null });
      },
    ],
    mend: (district) => {
      district.microsoft.directory.users.update(accountOf(district, 'student0'), { usageLocation: 'US' });
    },
  },
  AzureActiveDirectoryInvalidPropertyValue: {
    create: true,
    profile: { licences: { students: skuId, teachers: skuId, usageLocation: 'XX' } },
    mend: reprofile({ licences: { students: skuId, teachers: skuId, usageLocation: 'US' } }),
  },
  OnPremisesAccount: {
    create: true,
    profile: { licences: { students: { group }, teachers: null, usageLocation: 'US' } },
    before: ({ microsoft }) => {
      const props = { displayName: 'A5', mailNickname: 'a5', mailEnabled: false, securityEnabled: true };
      microsoft.directory.addGroup({ ...props, onPremisesSyncEnabled: true }, false, 'once', group);
    },
    mend: ({ microsoft }) => {
      const synced = microsoft.directory.groups.get(group);
      if (synced !== undefined) microsoft.directory.groups.update(synced, { onPremisesSyncEnabled: null });
    },
  },
  ClassWithoutOwner: {
    profile: { classes: { createTeam: true } },
    roster: (records) => records.filter(({ id }) => id !== '70'),
    mend: (district) => district.commit(smallRoster(6)),
  },
  TeamNotReady: {
    profile: { classes: { createTeam: true } },
    before: ({ microsoft }) => {
      microsoft.directory.teams.lag = 1000 * hour;
    },
    after: [({ clock }) => clock.advance(4 * hour)],
    mend: ({ microsoft }) => {
      for (const one of microsoft.directory.groups.values()) one.inTeamsAt = 0;
    },
  },
  TeamFailed: {
    profile: { classes: { createTeam: true } },
    before: faulty('^/teams$', 'fails-later', 1),
    mend: nothing,
  },
} satisfies Record<string, Cause>;
