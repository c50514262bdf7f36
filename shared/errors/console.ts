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
  SIGN_IN_NOT_SET_UP: {
    retry: 'fix',
    sentence: 'The relay knows no sign-in provider yet.',
    action:
      'Set one up with "hallpass-relay sign-in provider", or on the page "Sign-in" of the console with a link from the terminal.',
    meaning: 'Until then, "hallpass-relay sign-in link" is the only way in. Agents and runs need none.',
  },
  SIGN_IN_PROVIDER_UNREACHABLE: {
    retry: 'retry',
    sentence: 'The sign-in provider {provider} does not answer: {reason}.',
    action:
      'Try again in a few minutes. If it lasts, look at the provider and at HTTPS_PROXY and NO_PROXY of the relay; "hallpass-relay sign-in link" lets you in meanwhile.',
    meaning: 'Nobody can sign in meanwhile. Whoever is signed in stays so, and agents and runs go on.',
  },
  SIGN_IN_PROVIDER_UNUSABLE: {
    retry: 'fix',
    sentence: 'The sign-in provider {provider} describes itself in a way that cannot be used: {reason}.',
    action:
      'Correct the issuer: its address with /.well-known/openid-configuration must answer with a description that names it.',
    meaning:
      'The relay reads the description from there (OpenID Connect Discovery), and believes none that names another issuer or an address without encryption.',
  },
  SIGN_IN_PROVIDER_REFUSED: {
    retry: 'fix',
    sentence: 'The sign-in provider {provider} refuses the relay: {reason}.',
    action:
      'Look at the client id, the client secret and its end, and the redirect URI; "hallpass-relay sign-in provider" changes them.',
    meaning:
      'The person has signed in, but the provider gives the relay no token. Most often, the client secret has expired.',
  },
  SIGN_IN_EXPIRED: {
    retry: 'fix',
    sentence: 'This sign-in took too long, has ended already, or began in another browser.',
    action: 'Start the sign-in again.',
    meaning:
      'A sign-in ends within 15 minutes, once, and in the browser in which it began. Going back to an old page starts none.',
  },
  SIGN_IN_CANCELED: {
    retry: 'fix',
    sentence: 'The sign-in was canceled.',
    action: 'Sign in again when you want to.',
    meaning: 'Somebody chose "cancel" at the sign-in provider, or did not agree to what it asked. Nothing was changed.',
  },
  SIGN_IN_REFUSED: {
    retry: 'fix',
    sentence: 'The sign-in provider did not let you in: {reason}.',
    action: 'Ask the administrators of the provider whether you may use this application, and then sign in again.',
    meaning: 'The words are those of the provider (RFC 6749, 4.1.2.1). Nothing was changed.',
  },
  CONSENT_EXPIRED: {
    retry: 'fix',
    sentence: 'This answer from Microsoft belongs to no question that is open in this session.',
    action:
      'Open the page "Microsoft 365" of the district, see what is granted, and ask again if something is missing.',
    meaning:
      'A question for consent is answered within an hour, once, and in the session in which it began. Answers to links that were sent by mail come here, too: what was granted counts all the same.',
  },
  CONSENT_CANCELED: {
    retry: 'fix',
    sentence: 'Nothing was granted: somebody chose "Cancel" at Microsoft.',
    action: 'Ask again when you want to, or send the link to an administrator who may consent.',
    meaning:
      'Also the way back for somebody who may not consent. Application permissions need a Privileged Role Administrator or a Global Administrator of the district.',
  },
  CONSENT_REFUSED: {
    retry: 'fix',
    sentence: 'Microsoft granted nothing: {reason}.',
    action: 'Do as it says, and ask again.',
    meaning: 'The words are those of Microsoft Entra. Nothing was changed.',
  },
  CONSENT_OTHER_DIRECTORY: {
    retry: 'fix',
    sentence: 'This is about the Microsoft 365 tenant {tenant} of the district, and {what} belongs to another one.',
    action: "Sign in with an account of the district's own Microsoft 365, or send the link to an administrator there.",
    meaning:
      'The account with which somebody signed in to the console, or consented at Microsoft, is of another directory. Hallpass believes no tenant that a browser names: it works with the one that the operator entered.',
  },
  SIGN_IN_TOKEN_INVALID: {
    retry: 'fix',
    sentence: 'What the sign-in provider says of you cannot be trusted: {reason}.',
    action:
      'Start the sign-in again. If it happens again, the operator should compare issuer and client id with the provider, and the clock of the relay.',
    meaning:
      'The relay checks signature, issuer, audience, times and nonce of the token, and lets nobody in with one that is not right in every respect.',
  },
  SIGN_IN_TIME_MISSING: {
    retry: 'fix',
    sentence: 'The sign-in provider does not say when you signed in.',
    action:
      'In Microsoft Entra, add the optional claim auth_time to the ID token of the application; then sign in again.',
    meaning: 'Without that time, the relay cannot tell a new sign-in from an old one, which dangerous actions need.',
  },
  SIGN_IN_NOT_INVITED: {
    retry: 'fix',
    sentence: 'You are signed in at the provider as {name}, but have no role here.',
    action:
      'Ask an admin of your district, or the operator, for an invitation, and open its link. Or sign in with another account.',
    meaning: 'Only people with a role get in, whatever the provider lets them do. A role begins with an invitation.',
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
  DRAFT_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no such draft of a profile.',
    action: 'Go to the page "Profiles" of the district: it lists the drafts and the profiles in force.',
    meaning: 'Somebody discarded the draft, or its profile was enabled, which ends it. Nothing was changed.',
  },
  DRAFT_INCOMPLETE: {
    retry: 'fix',
    sentence: 'The draft cannot be put in force yet: {mistakes}.',
    action: 'Correct what the summary of the draft marks.',
    meaning: 'A required part of the profile is missing or wrong. Nothing was changed.',
  },
  DRAFT_WITHOUT_NAME: {
    retry: 'fix',
    sentence: 'The profile needs a name before it can be tried.',
    action: 'Enter a name in the first step of the wizard.',
    meaning: 'A profile in preview is stored under its name. Nothing was changed.',
  },
  SCHOOLS_NOT_NAMED: {
    retry: 'fix',
    sentence: 'The role of a school viewer needs at least one school, and no other role has any.',
    action: 'Name schools for a school viewer alone; "hallpass-relay schools TENANT" lists them with their ids.',
    meaning: 'A school viewer sees what concerns the schools that are named in the invitation.',
  },
} as const satisfies Record<string, Entry>;
