/** Adds people to the security group of their role, school or grade level, twenty per request. */
import { idIn } from '../model/keys.ts';
import { refusals } from './common-answers.ts';
import { createAgain, references } from './memberships.ts';
import { keysIn } from './objects.ts';
import { members } from './permissions.ts';
import { joining } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const addToGroup: OperationSpec<'addToGroup'> = {
  noun: 'set of people to add to a security group',
  needs: ({ groupingId, people }) => [
    { what: 'group', id: groupingId },
    { what: 'people', keys: people },
  ],
  changes: () => undefined,
  group: ({ groupingId }) => ({ where: { what: 'group', id: groupingId }, relation: 'members', adds: true }),

  request: {
    service: 'graph',
    send: ({ groupingId, people }, ids, options) => ({
      method: 'PATCH',
      url: `/groups/${ids.group(groupingId)}`,
      body: { 'members@odata.bind': references(people, ids, options) },
    }),
  },
  // Every profile needs them, for the members of classes.
  permissions: members,
  option: undefined,
  answers: [...joining, ...refusals],
  makes: undefined,
  lostAnswer: ({ key, after }) => ({
    what: 'uncertain',
    kind: 'groupMember',
    container: idIn(key),
    items: keysIn(after),
  }),

  does: { adds: 'groupMember' },
  effect: ({ groupingId, people }) => ({
    relations: { kind: 'groupMember', container: groupingId, items: people },
  }),
  journal: ({ people }) => people,
  values: () => undefined,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'memberships of security groups',
      outOf: 'groupMembers',
      ifApproved: (operations) => createAgain(operations, 'memberships of security groups'),
    },
  },
  sentence: ({ who, isOne, group }) => `${who} ${isOne ? 'joins' : 'join'} ${group}`,
  sources: noSources,
};
