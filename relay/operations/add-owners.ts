/** Makes teachers owners of their class. */
import { idIn } from '../model/keys.ts';
import { refusals } from './common-answers.ts';
import { createAgain, references } from './memberships.ts';
import { keysIn } from './objects.ts';
import type { OutcomeRow } from './outcome-row.ts';
import { owners } from './permissions.ts';
import { joining } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

/** Microsoft documents only members for a PATCH with bindings; adding owners one by one is documented. */
const severalNotPossible: OutcomeRow = { status: [405, 501], verdict: 'one by one', problem: 'GRAPH_REJECTED' };
const severalRefused: readonly OutcomeRow[] = [
  { status: [400, 422], verdict: 'one by one', problem: 'GRAPH_REJECTED' },
  // Some answers use this status for what is not supported.
  { status: [403], verdict: 'one by one', problem: 'GRAPH_DENIED' },
];

export const addOwners: OperationSpec<'addOwners'> = {
  noun: 'class to give teachers',
  needs: ({ sectionId, people }) => [
    { what: 'class', id: sectionId },
    { what: 'people', keys: people },
  ],
  changes: () => undefined,
  group: ({ sectionId }) => ({ where: { what: 'class', id: sectionId }, relation: 'owners', adds: true }),

  request: {
    service: 'graph',
    send: ({ sectionId, people }, ids, options) => ({
      method: 'PATCH',
      url: `/groups/${ids.class(sectionId)}`,
      body: { 'owners@odata.bind': references(people, ids, options) },
    }),
    sendAlone: ({ sectionId, people }, ids, options) => ({
      method: 'POST',
      url: `/groups/${ids.class(sectionId)}/owners/$ref`,
      body: { '@odata.id': references(people, ids, options)[0] },
    }),
  },
  permissions: owners,
  option: undefined,
  answers: [severalNotPossible, ...joining, ...severalRefused, ...refusals],
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'uncertain', kind: 'owner', container: idIn(key), items: keysIn(after) }),

  does: { adds: 'owner' },
  effect: ({ sectionId, people }) => ({ relations: { kind: 'owner', container: sectionId, items: people } }),
  journal: ({ people }) => people,
  values: () => undefined,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'class ownerships',
      outOf: 'owners',
      ifApproved: (operations) => createAgain(operations, 'class ownerships'),
    },
  },
  sentence: ({ who, isOne, section }) => `${who} ${isOne ? 'becomes an owner' : 'become owners'} of ${section}`,
  sources: noSources,
};
