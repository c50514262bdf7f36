/** Adds people to the group that gives its members a license. */
import { refusals } from './common-answers.ts';
import { licenseKey } from './license-relation.ts';
import { references } from './memberships.ts';
import { members } from './permissions.ts';
import { joining } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const addToLicenceGroup: OperationSpec<'addToLicenceGroup'> = {
  noun: 'group of people to license',
  needs: ({ groupId, people }) => [
    { what: 'otherGroup', id: groupId },
    { what: 'people', keys: people },
  ],
  changes: () => undefined,
  group: ({ groupId }) => ({ where: { what: 'otherGroup', id: groupId }, relation: 'members', adds: true }),

  request: {
    service: 'graph',
    send: ({ groupId, people }, ids, options) => ({
      method: 'PATCH',
      url: `/groups/${groupId}`,
      body: { 'members@odata.bind': references(people, ids, options) },
    }),
  },
  permissions: members,
  option: undefined,
  answers: [...joining, ...refusals],
  makes: undefined,
  lostAnswer: () => ({ what: 'again' }),

  does: { adds: 'licence' },
  effect: ({ groupId, people }) => ({
    relations: { kind: 'licence', container: licenseKey({ group: groupId }), items: people },
  }),
  journal: ({ people }) => people,
  values: () => undefined,
  subject: ({ key }) => key,

  guard: { effect: 'addition', repair: undefined },
  sentence: ({ who, isOne }) => `${who} ${isOne ? 'joins' : 'join'} the group of a license`,
  sources: noSources,
};
