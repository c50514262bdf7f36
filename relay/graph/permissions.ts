/** The application permissions that operations need in Graph: Microsoft's reference, page by page. */
import type { OperationKind } from '../model/operation.ts';

/** One of them is enough; the first is the least. */
type AnyOf = readonly [string, ...string[]];

const roster: readonly AnyOf[] = [['EduRoster.ReadWrite.All']];
const licenses: readonly AnyOf[] = [
  ['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
];
const users: AnyOf = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];
/** The reference lists User.ReadWrite.All besides for applications; many programs do without it. */
const members: readonly AnyOf[] = [
  ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  users,
];
const owners: readonly AnyOf[] = [['Group.ReadWrite.All', 'Directory.ReadWrite.All'], users];
const archive: readonly AnyOf[] = [['TeamSettings.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']];

const needed: Record<OperationKind, readonly AnyOf[]> = {
  createSchool: roster,
  updateSchool: roster,
  createUser: roster,
  updateUser: roster,
  enableUser: roster,
  disableUser: roster,
  createClass: roster,
  updateClass: roster,
  expireClass: roster,
  addSchoolClass: roster,
  addSchoolUser: roster,
  assignLicence: licenses,
  addToLicenceGroup: members,
  addMembers: members,
  removeMember: members,
  addOwners: owners,
  removeOwner: owners,
  createTeam: [['Team.Create']],
  archiveTeam: archive,
  unarchiveTeam: archive,
};

/** Permissions that the operation needs and that are not among those granted, the least for each need. */
export function lackingFor(kind: OperationKind, granted: readonly string[]): string[] {
  return needed[kind].filter((anyOf) => !anyOf.some((name) => granted.includes(name))).map(([least]) => least);
}
