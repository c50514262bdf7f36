/** Application permissions by what they open (any of a list is enough); least privileged first. */

const directoryRead = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const;
const directoryWrite = 'Directory.ReadWrite.All';

export const may = {
  readUsers: ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', ...directoryRead],
  createUsers: ['User.ReadWrite.All', directoryWrite],
  updateUsers: ['User.ReadUpdate.All', 'User.ReadWrite.All', directoryWrite],
  deleteUsers: ['User.DeleteRestore.All', 'User.ReadWrite.All', directoryWrite],
  readGroups: [
    'GroupMember.Read.All',
    'Group.Read.All',
    'GroupMember.ReadWrite.All',
    'Group.ReadWrite.All',
    ...directoryRead,
  ],
  createGroups: ['Group.Create', 'Group.ReadWrite.All', directoryWrite],
  writeGroups: ['Group.ReadWrite.All', directoryWrite],
  writeMembers: ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', directoryWrite],
  readHiddenMembers: ['Member.Read.Hidden'],
  readRoster: ['EduRoster.ReadBasic.All', 'EduRoster.Read.All', 'EduRoster.ReadWrite.All'],
  writeRoster: ['EduRoster.ReadWrite.All'],
  assignLicenses: ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', directoryWrite],
  assignGroupLicenses: ['LicenseAssignment.ReadWrite.All', 'Group.ReadWrite.All', directoryWrite],
  readSkus: [
    'LicenseAssignment.Read.All',
    'LicenseAssignment.ReadWrite.All',
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    ...directoryRead,
  ],
  readDomains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...directoryRead],
  readOrganization: ['Organization.Read.All', 'Organization.ReadWrite.All', 'User.Read.All', ...directoryRead],
} as const satisfies Record<string, readonly string[]>;

/** What the simulated app has been granted unless the options say otherwise. */
export const defaultRoles: readonly string[] = [
  'EduRoster.ReadWrite.All',
  'Member.Read.Hidden',
  'User.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  'LicenseAssignment.ReadWrite.All',
  'Organization.Read.All',
  'Domain.Read.All',
];
