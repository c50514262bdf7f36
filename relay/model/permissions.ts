/**
 * Application permissions of Microsoft Graph, by Microsoft's reference. Each kind of operation says which ones its
 * change needs (relay/operations/); permissions for reading are here.
 */

/** One of them is enough; the first is the least privileged. */
export type AnyOf = readonly [string, ...string[]];

const directory = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const;

/** Permissions that write something can also read it. */
export const reading = {
  accounts: ['User.Read.All', 'User.ReadWrite.All', ...directory],
  /** Schools, classes, and the education properties of people. */
  roster: ['EduRoster.Read.All', 'EduRoster.ReadWrite.All'],
  /** Names of classes, their owners, and the members of ordinary groups. */
  groups: ['GroupMember.Read.All', 'Group.Read.All', 'GroupMember.ReadWrite.All', 'Group.ReadWrite.All', ...directory],
  /** The members of a class: Microsoft hides them for every class. */
  hiddenMembers: ['Member.Read.Hidden'],
  domains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...directory],
  licenses: ['Organization.Read.All', 'Organization.ReadWrite.All', ...directory],
} as const satisfies Record<string, AnyOf>;

/** Without these, nothing can be matched or previewed. */
export const toRead: readonly AnyOf[] = [reading.accounts, reading.roster, reading.groups];

/** For every unmet need, the least privileged permission that would meet it. @param granted as listed in a token */
export function lackingOf(needs: readonly AnyOf[], granted: readonly string[]): string[] {
  return needs.filter((anyOf) => !anyOf.some((name) => granted.includes(name))).map(([least]) => least);
}
