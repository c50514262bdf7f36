/** Enables the account of a person who is back, if Hallpass disabled it. */
import { setEnabled } from './objects.ts';
import { roster } from './permissions.ts';
import { accountAnswers } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const enableUser: OperationSpec<'enableUser'> = {
  noun: 'account to enable',
  needs: ({ personKey }) => [{ what: 'person', key: personKey }],
  changes: ({ personKey }) => ({ what: 'person', key: personKey }),
  group: () => undefined,

  request: { service: 'graph', send: ({ personKey }, ids) => setEnabled(personKey, true, ids) },
  permissions: roster,
  option: undefined,
  answers: accountAnswers,
  makes: undefined,
  lostAnswer: ({ key }) => ({ what: 'uncertain', kind: 'retired', container: 'disabled', items: [key] }),

  does: { restores: 'disabled' },
  effect: ({ personKey }) => ({
    unrelated: [
      { kind: 'retired', container: 'disabled', items: [personKey] },
      { kind: 'retired', container: 'signedOut', items: [personKey] },
    ],
  }),
  journal: () => ({ accountEnabled: true }),
  values: () => undefined,
  subject: ({ key }) => key,

  guard: { effect: 'addition', repair: undefined },
  sentence: ({ who }) => `the account of ${who} is enabled`,
  sources: noSources,
};
