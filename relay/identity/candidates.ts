/**
 * Accounts that belong to nobody in the roster: guests from outside, shared mailboxes, and those that the profile
 * names. Identity rules ignore them. The decision uses only what /users/delta shows with the granted permissions; it
 * does not show who is an administrator, or which account a service uses: for those there is the profile's list.
 */
import type { DirectoryUser } from '../model/directory-user.ts';
import type { CandidateOptions } from '../profile/identity-rules.ts';
import { listTest } from './account-list.ts';

export type Exclusion = 'guest' | 'mailbox' | 'listed' | 'exempt';

/** What such an account is, and which option would allow matching it. */
export const exclusions: Record<Exclusion, { what: string; option: string }> = {
  guest: { what: 'the account of a guest', option: 'identity.guests' },
  mailbox: {
    what: "the account of a room or shared mailbox: sign-in is blocked, and it has neither a license nor a person's name",
    option: 'identity.mailboxes',
  },
  listed: { what: "on the profile's list of accounts to leave alone", option: 'identity.never' },
  exempt: { what: 'exempt, so Hallpass never writes to it', option: "the district's exempt accounts" },
};

/**
 * Why an account belongs to nobody; undefined for one that may be matched.
 *
 * @param isDisabledByUs whether Hallpass blocked its sign-in because the person had left
 * @param isExempt whether the district has Hallpass leave it alone
 */
export function exclusionTest(
  { guests, mailboxes, never }: CandidateOptions,
  isDisabledByUs: (objectId: string) => boolean = () => false,
  isExempt: (user: DirectoryUser) => boolean = () => false,
): (user: DirectoryUser) => Exclusion | undefined {
  const isNever = listTest(never);
  return (user) => {
    if (isExempt(user)) return 'exempt';
    if (isNever(user)) return 'listed';
    if (guests === 'exclude' && isGuest(user)) return 'guest';
    return mailboxes === 'exclude' && isMailbox(user) && !isDisabledByUs(user.id) ? 'mailbox' : undefined;
  };
}

/** A renamed guest no longer has #EXT#, and a member of another tenant is not a guest by type: any one mark counts. */
function isGuest({ userType, userPrincipalName, creationType, externalUserState }: DirectoryUser): boolean {
  return (
    userType?.toLowerCase() === 'guest' ||
    /#EXT#@/i.test(userPrincipalName) ||
    creationType === 'Invitation' ||
    (externalUserState ?? null) !== null
  );
}

/** Exchange creates rooms, equipment and shared mailboxes with accounts that nobody can sign in with. */
function isMailbox({ enabled, licensed, hasGivenName, hasSurname }: DirectoryUser): boolean {
  return enabled === false && licensed !== true && hasGivenName !== true && hasSurname !== true;
}
