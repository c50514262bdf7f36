import type { Entry } from './entry.ts';

/** What the relay's console says to people who sign in. */
export const consoleErrors = {
  SIGN_IN_REQUIRED: {
    retry: 'fix',
    sentence: 'You are not signed in, or your session has ended.',
    action: 'Sign in again.',
    meaning:
      'A session ends after an hour without a click, after 12 hours in any case, on signing out, and when the last role of a user is removed.',
  },
  SIGN_IN_NOT_FRESH: {
    retry: 'fix',
    sentence: 'This needs a sign-in of the last 10 minutes: {action}.',
    action: 'Sign in once more, then repeat it.',
    meaning:
      'Actions that cannot be undone, hand out secrets or give access ask for a new sign-in, so that nobody can use a browser that was left open. Nothing was changed.',
  },
  SIGN_IN_LINK_INVALID: {
    retry: 'fix',
    sentence: 'This link is not valid.',
    action: 'Ask for a new link. At the relay\'s terminal, "hallpass-relay sign-in link" makes one.',
    meaning:
      'The link is mistyped, was used before, was withdrawn, or is too old. The relay does not say which, so that nobody can guess links.',
  },
  FORM_FOREIGN: {
    retry: 'fix',
    sentence: 'The form was not sent from a page of your session.',
    action: 'Go back, load the page again, and repeat it.',
    meaning: 'The page was loaded before the last sign-in, or another website sent the form. Nothing was changed.',
  },
  FORM_INVALID: {
    retry: 'fix',
    sentence: 'The form or the address is not valid: {reason}.',
    action: 'Go back and correct it.',
    meaning: 'The relay checks all of it before it does anything. Nothing was changed.',
  },
  USER_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no user "{user}" here.',
    action:
      'List the users with "hallpass-relay user list TENANT", or without a district those with a role in every district.',
    meaning: 'The user was removed, or has a role in other districts alone.',
  },
  INVITATION_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no open invitation "{invitation}" here.',
    action: 'List the invitations with "hallpass-relay user list TENANT".',
    meaning: 'It was accepted, withdrawn, or is too old.',
  },
  SCHOOLS_NOT_NAMED: {
    retry: 'fix',
    sentence: 'The role of a school viewer needs at least one school, and no other role has any.',
    action: 'Name schools for a school viewer alone; "hallpass-relay schools TENANT" lists them with their ids.',
    meaning: 'A school viewer sees what concerns the schools that are named in the invitation.',
  },
} as const satisfies Record<string, Entry>;
