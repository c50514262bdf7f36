/**
 * Accounts that belong to nobody in the roster: guests from outside, shared mailboxes, and those that the profile
 * names. Identity rules ignore them. The decision uses only what /users/delta shows with the granted permissions; it
 * does not show who is an administrator, or which account a service uses: for those there is the profile's list.
 */
import { fold } from '../../shared/invisible.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import type { CandidateOptions } from '../profile/identity-rules.ts';

export type Exclusion = 'guest' | 'mailbox' | 'listed';

/** What such an account is, and which option would allow matching it. */
export const exclusions: Record<Exclusion, { what: string; option: string }> = {
  guest: { what: 'the account of a guest', option: 'identity.guests' },
  mailbox: {
    what: "the account of a room or shared mailbox: sign-in is blocked, and it has neither a license nor a person's name",
    option: 'identity.mailboxes',
  },
  listed: { what: "on the profile's list of accounts to leave alone", option: 'identity.never' },
};

/**
 * Why an account belongs to nobody; undefined for one that may be matched.
 *
 * @param isDisabledByUs whether Hallpass blocked its sign-in because the person had left
 */
export function exclusionTest(
  { guests, mailboxes, never }: CandidateOptions,
  isDisabledByUs: (objectId: string) => boolean = () => false,
): (user: DirectoryUser) => Exclusion | undefined {
  const isNever = listTest(never);
  return (user) => {
    if (isNever(user)) return 'listed';
    if (guests === 'exclude' && isGuest(user)) return 'guest';
    return mailboxes === 'exclude' && isMailbox(user) && !isDisabledByUs(user.id) ? 'mailbox' : undefined;
  };
}

/** Whether an account is among those that a profile leaves alone. @param never as in `identity.never` */
export function listTest(never: readonly string[]): (user: Pick<DirectoryUser, 'id' | 'userPrincipalName'>) => boolean {
  const listed = never.map(patternOf);
  return ({ id, userPrincipalName }) =>
    listed.some((pattern) => pattern.test(fold(userPrincipalName)) || pattern.test(id.toLowerCase()));
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

/** `*` stands for any characters. */
function patternOf(entry: string): RegExp {
  const parts = fold(entry)
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'u');
}
