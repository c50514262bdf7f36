/**
 * Application permissions of Microsoft Graph, by Microsoft's reference. Which ones a change needs, each kind of operation says
 * (relay/operations/); what is only read stands here.
 */

/** One of them is enough; the first is the least. */
export type AnyOf = readonly [string, ...string[]];

const directory = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const;

/** Classes, schools and who is in them can be read with what writes them. */
export const reading = {
  accounts: ['User.Read.All', 'User.ReadWrite.All', ...directory],
  /** Who is in a class: Microsoft hides the members of every class. */
  hiddenMembers: ['Member.Read.Hidden'],
  domains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...directory],
  licenses: ['Organization.Read.All', 'Organization.ReadWrite.All', ...directory],
} as const satisfies Record<string, AnyOf>;

/** Of every need that is not met, the least that would meet it. @param granted as a token has them */
export function lackingOf(needs: readonly AnyOf[], granted: readonly string[]): string[] {
  return needs.filter((anyOf) => !anyOf.some((name) => granted.includes(name))).map(([least]) => least);
}
