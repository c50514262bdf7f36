/**
 * Accounts that are nobody's of the roster: guests from outside, mailboxes that several people use, and what the profile names.
 * Identity rules do not see them. Only what /users/delta tells with the permissions that there are can decide; who is an
 * administrator, or which account a service uses, it does not tell: for those there is the profile's list.
 */
import { fold } from '../../shared/invisible.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import type { CandidateOptions } from '../profile/identity-rules.ts';

export type Exclusion = 'guest' | 'mailbox' | 'listed';

/** What such an account is, and which option would let it be matched. */
export const exclusions: Record<Exclusion, { what: string; option: string }> = {
  guest: { what: 'the account of a guest', option: 'identity.guests' },
  mailbox: {
    what: "the account of a room or shared mailbox: sign-in is blocked, and it has neither a license nor a person's name",
    option: 'identity.mailboxes',
  },
  listed: { what: "on the profile's list of accounts to leave alone", option: 'identity.never' },
};

/**
 * Why an account is nobody's; undefined for one that may be matched.
 *
 * @param isDisabledByUs whether Hallpass blocked its sign-in, because the person had left
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

/** A guest who was renamed has no #EXT# anymore, and a member of another tenant is no guest by type: each mark counts. */
function isGuest({ userType, userPrincipalName, creationType, externalUserState }: DirectoryUser): boolean {
  return (
    userType?.toLowerCase() === 'guest' ||
    /#EXT#@/i.test(userPrincipalName) ||
    creationType === 'Invitation' ||
    (externalUserState ?? null) !== null
  );
}

/** Exchange makes rooms, equipment and shared mailboxes with accounts that nobody can sign in with. */
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
