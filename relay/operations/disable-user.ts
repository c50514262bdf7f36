/** Disables the account of a person who is gone from PowerSchool. Nothing in it is deleted. */
import { setEnabled } from './objects.ts';
import { roster } from './permissions.ts';
import { accountAnswers } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const disableUser: OperationSpec<'disableUser'> = {
  noun: 'account to disable',
  needs: ({ personKey }) => [{ what: 'person', key: personKey }],
  changes: ({ personKey }) => ({ what: 'person', key: personKey }),
  group: () => undefined,

  request: { service: 'graph', send: ({ personKey }, ids) => setEnabled(personKey, false, ids) },
  permissions: roster,
  option: undefined,
  answers: accountAnswers,
  makes: undefined,
  lostAnswer: ({ key }) => ({ what: 'uncertain', kind: 'retired', container: 'disabled', items: [key] }),

  does: { retires: 'disabled' },
  effect: ({ personKey }) => ({ relations: { kind: 'retired', container: 'disabled', items: [personKey] } }),
  journal: () => ({ accountEnabled: false }),
  values: () => undefined,
  subject: ({ key }) => key,

  guard: {
    effect: 'removal',
    nouns: 'accounts in use',
    outOf: 'schoolUsers',
    causes: ['policies', 'schools'],
    ifApproved: ({ length }) =>
      `${length} accounts are disabled: nobody can sign in with them until the person is back. Nothing is deleted.`,
  },
  sentence: ({ who }) => `the account of ${who} is disabled`,
  sources: noSources,
};
