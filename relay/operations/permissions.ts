/** The application permissions that several kinds of operations need in Graph: Microsoft's reference, page by page. */

/** One of them is enough; the first is the least. */
export type AnyOf = readonly [string, ...string[]];

export const roster: readonly AnyOf[] = [['EduRoster.ReadWrite.All']];

const users: AnyOf = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];

/** The reference lists User.ReadWrite.All besides for applications; many programs do without it. */
export const members: readonly AnyOf[] = [
  ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  users,
];

export const owners: readonly AnyOf[] = [['Group.ReadWrite.All', 'Directory.ReadWrite.All'], users];

export const archive: readonly AnyOf[] = [
  ['TeamSettings.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
];
