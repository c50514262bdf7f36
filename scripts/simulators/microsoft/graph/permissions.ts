/** Application permissions by what they allow (any of a list is enough); least privileged first. */

const directoryRead = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const;
const directoryWrite = 'Directory.ReadWrite.All';

export const may = {
  readUsers: ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', ...directoryRead],
  createUsers: ['User.ReadWrite.All', directoryWrite],
  updateUsers: ['User.ReadUpdate.All', 'User.ReadWrite.All', directoryWrite],
  /** Since 2024 the reference lists only the first for applications; before that it listed the others. */
  revokeSessions: ['User.RevokeSessions.All', 'User.ReadWrite.All', directoryWrite],
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
  /** Group.ReadWrite.All is accepted only for the older request, which belongs to groups. */
  createTeams: ['Team.Create'],
  makeTeamOfGroup: ['Team.Create', 'Group.ReadWrite.All', directoryWrite],
  readTeams: [
    'Team.ReadBasic.All',
    'TeamSettings.Read.All',
    'TeamSettings.ReadWrite.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
    ...directoryRead,
  ],
  archiveTeams: ['TeamSettings.ReadWrite.All', 'Group.ReadWrite.All', directoryWrite],
  /** Whoever may start an operation may ask about its result. */
  readTeamOperations: ['Team.Create', 'TeamSettings.ReadWrite.All', 'Group.ReadWrite.All', directoryWrite],
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
  'Team.Create',
];

/** What the application that only reads lists. */
export const readerRoles: readonly string[] = [
  'EduRoster.Read.All',
  'User.Read.All',
  'GroupMember.Read.All',
  'Member.Read.Hidden',
  'Domain.Read.All',
  'Organization.Read.All',
];
