/**
 * Signs a person whose account Hallpass has just disabled out everywhere: otherwise, signed-in programs and browsers
 * would continue as long as their tokens last. https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
import { accountAnswers } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const revokeSessions: OperationSpec<'revokeSessions'> = {
  noun: 'person to sign out',
  needs: ({ personKey }) => [
    { what: 'person', key: personKey },
    // A person who can still sign in would do so at once.
    { what: 'disabled', key: personKey },
  ],
  changes: ({ personKey }) => ({ what: 'person', key: personKey }),
  group: () => undefined,

  request: {
    service: 'graph',
    // The action has no parameters, but a write in a batch must have a body.
    send: ({ personKey }, ids) => ({
      method: 'POST',
      url: `/users/${ids.person(personKey)}/revokeSignInSessions`,
      body: {},
    }),
  },
  // Since 2024 the reference lists only the first for applications; before that it listed the others.
  permissions: [['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']],
  option: {
    field: 'policies.revokeSessions',
    isSet: ({ policies: { studentGone, teacherGone, revokeSessions } }) =>
      revokeSessions && (studentGone === 'disable' || teacherGone === 'disable'),
    act: 'sign anybody out',
    otherwise: 'set policies.revokeSessions to false',
  },
  answers: accountAnswers,
  makes: undefined,
  lostAnswer: () => ({ what: 'again' }),

  does: { retires: 'signedOut' },
  effect: ({ personKey }) => ({ relations: { kind: 'retired', container: 'signedOut', items: [personKey] } }),
  journal: () => undefined,
  values: () => undefined,
  subject: ({ key }) => key,

  // The guard has already allowed disabling the account, which is what can do harm.
  guard: { effect: 'addition', repair: undefined },
  sentence: ({ who }) => `${who} is signed out everywhere`,
  sources: noSources,
};
