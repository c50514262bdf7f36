/**
 * The application permissions in Graph that several kinds of operations need: from Microsoft's reference, page by page.
 */
import type { AnyOf } from '../model/permissions.ts';

export const roster: readonly AnyOf[] = [['EduRoster.ReadWrite.All']];

/**
 * The reference lists it for adding people to groups; many programs do without it, so a missing one is not an error.
 */
export const users: AnyOf = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];

export const members: readonly AnyOf[] = [
  ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  users,
];

export const owners: readonly AnyOf[] = [['Group.ReadWrite.All', 'Directory.ReadWrite.All'], users];

export const archive: readonly AnyOf[] = [
  ['TeamSettings.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'],
];
