/** What Microsoft 365 refuses, has no room for, or does not answer. */
import { defaultRoles } from '../../../scripts/simulators/microsoft/graph/permissions.ts';
import { type District, skuId, smallRoster } from '../district.ts';
import { accountOf, answering, type Cause, faultsEnd, faulty, nothing, reprofile } from './cause.ts';

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

/** To every change of a group. */
const refusing = (status: number, message: string, code = 'Request_BadRequest') =>
  answering('PATCH', '^/groups/[^/]+$', { status, code, message });

export const microsoftCauses = {
  GRAPH_UNREACHABLE: { before: faulty('batch', 'drop', forever), fix: faultsEnd },
  GRAPH_THROTTLED: { before: faulty('batch', '429', forever), fix: faultsEnd },
  GRAPH_UNREADABLE: {
    before: answering('POST', 'batch', { status: 200, body: '<html>Blocked</html>' }),
    fix: faultsEnd,
  },
  GRAPH_FAILED: { before: faulty('/users/.ref$', '500', forever), fix: faultsEnd },
  AzureActiveDirectoryRequestThrottledTemporarily: {
    before: faulty('^/groups/[^/]+$', '429', forever),
    fix: faultsEnd,
  },
  AzureActiveDirectoryReplicaUnavailable: { before: faulty('^/groups/[^/]+$', '503', forever), fix: faultsEnd },
  GRAPH_DENIED: { before: refusing(403, 'Insufficient privileges to complete the operation.'), fix: faultsEnd },
  PermissionMissing: {
    create: true,
    before: ({ microsoft }) => {
      microsoft.app.roles = ['EduRoster.ReadWrite.All', 'User.Read.All', 'Group.ReadWrite.All', 'Member.Read.Hidden'];
    },
    fix: ({ microsoft }) => {
      microsoft.app.roles = defaultRoles;
    },
  },
  GRAPH_QUOTA_EXCEEDED: {
    create: true,
    before: ({ microsoft }) => {
      microsoft.directory.quota = 10;
    },
    fix: ({ microsoft }) => {
      microsoft.directory.quota = 1000;
    },
  },
  ObjectFull: {
    before: refusing(403, 'The maximum number of links is reached.', 'Directory_ResourceSizeExceeded'),
    fix: faultsEnd,
  },
  GRAPH_REJECTED: { before: refusing(400, 'The moon is in the wrong phase.'), fix: faultsEnd },
  ConcurrentChange: {
    before: refusing(409, 'Error due to concurrent requests being made.', 'Directory_ConcurrencyViolation'),
    fix: faultsEnd,
  },
  ObjectMissing: { before: refusing(404, 'Resource does not exist.', 'Request_ResourceNotFound'), fix: faultsEnd },
  GroupProtected: {
    before: refusing(403, 'Target object is a member of a restricted management administrative unit.'),
    fix: faultsEnd,
  },
  ApplicationBlocked: {
    before: refusing(403, 'Access has been blocked by Conditional Access policies.'),
    fix: faultsEnd,
  },
  MemberRefused: {
    before: refusing(400, 'Guest users are not allowed to join this group because of a policy setting.'),
    fix: faultsEnd,
  },
  GroupNotWritable: {
    before: refusing(400, 'Cannot Update a mail-enabled security groups and or distribution list.'),
    fix: faultsEnd,
  },
  AccountProtected: {
    before: answering('PATCH', '^/education/users/', {
      status: 403,
      code: 'Authorization_RequestDenied',
      message: 'Insufficient privileges to complete the operation.',
    }),
    fix: faultsEnd,
  },
  GroupNamingPolicy: {
    before: answering('POST', '^/education/classes$', {
      status: 422,
      code: 'Request_UnprocessableEntity',
      message: 'The values provided contain one or more validation errors.',
      details: [{ code: 'MissingPrefixSuffix', target: 'displayName', message: 'A prefix is missing.' }],
    }),
    fix: faultsEnd,
  },
  AliasTaken: {
    before: ({ microsoft }) => {
      const props = {
        displayName: 'Chess club',
        mailNickname: 'Section_50',
        mailEnabled: true,
        securityEnabled: false,
      };
      microsoft.directory.addGroup({ ...props, groupTypes: ['Unified'] }, false, 'once', group);
    },
    fix: ({ microsoft }) => {
      const other = microsoft.directory.groups.get(group);
      if (other !== undefined) microsoft.directory.deleteGroup(other);
    },
  },
  FirstPasswordRefused: {
    create: true,
    before: answering('POST', '^/education/users$', {
      status: 400,
      code: 'Request_BadRequest',
      message: 'The specified password does not comply with password complexity requirements.',
    }),
    fix: faultsEnd,
  },
  EducationNotAvailable: {
    before: answering('POST', '^/education/classes$', {
      status: 400,
      code: 'Request_BadRequest',
      message: 'The property extension_fe2174665583431c953114ff7268b7b3_Education_ObjectType is not known.',
    }),
    fix: faultsEnd,
  },
  OwnerNotRemovable: {
    profile: { policies: { teacherLeftClass: 'remove' } },
    before: answering('DELETE', '/owners/', {
      status: 400,
      code: 'Request_BadRequest',
      message: 'The group must have at least one owner, hence this owner cannot be removed.',
    }),
    after: [
      (district) =>
        district.commit([
          ...smallRoster(6).filter(({ id }) => id !== '70'),
          { kind: 'teacherRoster', id: '79', schoolId: '1', sectionId: '50', teacherId: '92' },
        ]),
    ],
    fix: faultsEnd,
  },
  // An account of a federated domain needs an id that only the other side knows.
  DomainUnusable: { create: true, before: signsIn('Federated'), fix: signsIn('Managed') },
  AzureActiveDirectoryInvalidLicense: { create: true, before: seats(0), fix: seats(100) },
  AzureActiveDirectoryInvalidUserUsageLocation: {
    create: true,
    before: seats(0),
    after: [
      (district) => {
        seats(100)(district);
        district.microsoft.directory.users.update(accountOf(district, 'student0'), { usageLocation: null });
      },
    ],
    fix: (district) => {
      district.microsoft.directory.users.update(accountOf(district, 'student0'), { usageLocation: 'US' });
    },
  },
  AzureActiveDirectoryInvalidPropertyValue: {
    before: answering('PATCH', '^/education/users/', {
      status: 400,
      code: 'Request_BadRequest',
      message: "Invalid value specified for property 'grade' of resource 'User'.",
    }),
    fix: faultsEnd,
  },
  ProfileValueRefused: {
    create: true,
    profile: { licenses: { students: skuId, teachers: skuId, usageLocation: 'XX' } },
    fix: reprofile({ licenses: { students: skuId, teachers: skuId, usageLocation: 'US' } }),
  },
  OnPremisesAccount: {
    create: true,
    profile: { licenses: { students: { group }, teachers: null, usageLocation: 'US' } },
    before: ({ microsoft }) => {
      const props = { displayName: 'A5', mailNickname: 'a5', mailEnabled: false, securityEnabled: true };
      microsoft.directory.addGroup({ ...props, onPremisesSyncEnabled: true }, false, 'once', group);
    },
    fix: ({ microsoft }) => {
      const synced = microsoft.directory.groups.get(group);
      if (synced !== undefined) microsoft.directory.groups.update(synced, { onPremisesSyncEnabled: null });
    },
  },
  ClassWithoutOwner: {
    profile: { classes: { createTeam: true } },
    roster: (records) => records.filter(({ id }) => id !== '70'),
    fix: (district) => district.commit(smallRoster(6)),
  },
  TeamNotReady: {
    profile: { classes: { createTeam: true } },
    before: ({ microsoft }) => {
      microsoft.directory.teams.lag = 1000 * hour;
    },
    after: [({ clock }) => clock.advance(4 * hour)],
    fix: ({ microsoft }) => {
      for (const one of microsoft.directory.groups.values()) one.inTeamsAt = 0;
    },
  },
  TeamsNotAvailable: {
    profile: { classes: { createTeam: true } },
    before: answering('POST', '^/teams$', {
      status: 403,
      code: 'Forbidden',
      message: 'The owner of the team has no license for Microsoft Teams.',
    }),
    fix: faultsEnd,
  },
  TeamFailed: {
    profile: { classes: { createTeam: true } },
    before: faulty('^/teams$', 'fails-later', 1),
    fix: nothing,
  },
} satisfies Record<string, Cause>;
