/** Removes a person from the security group of a role, a school or a grade level. The account stays. */
import { idIn } from '../model/keys.ts';
import { peopleOf } from '../model/operation.ts';
import { keysIn } from './objects.ts';
import { members } from './permissions.ts';
import { leaving } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const removeFromGroup: OperationSpec<'removeFromGroup'> = {
  noun: 'person to remove from a security group',
  needs: ({ groupingId, personKey }) => [
    { what: 'group', id: groupingId },
    { what: 'person', key: personKey },
  ],
  changes: () => undefined,
  group: ({ groupingId }) => ({ where: { what: 'group', id: groupingId }, relation: 'members', adds: false }),

  request: {
    service: 'graph',
    send: ({ groupingId, personKey }, ids) => ({
      method: 'DELETE',
      url: `/groups/${ids.group(groupingId)}/members/${ids.person(personKey)}/$ref`,
    }),
  },
  permissions: members,
  option: undefined,
  answers: leaving,
  makes: undefined,
  lostAnswer: ({ key, after }) => ({
    what: 'uncertain',
    kind: 'groupMember',
    container: idIn(key),
    items: keysIn(after),
  }),

  does: { removes: 'groupMember' },
  effect: ({ groupingId, personKey }) => ({
    unrelated: [{ kind: 'groupMember', container: groupingId, items: [personKey] }],
  }),
  journal: ({ personKey }) => [personKey],
  values: () => undefined,
  subject: ({ key, personKey }) => `${key}/${personKey}`,

  guard: {
    effect: 'removal',
    nouns: 'memberships of security groups',
    outOf: 'groupMembers',
    causes: ['groups', 'policies', 'preRegistered', 'schools'],
    ifApproved(operations) {
      const people = new Set(operations.flatMap(peopleOf)).size;
      const groups = new Set(operations.map(({ key }) => key)).size;
      return `${operations.length} memberships of security groups end, of ${people} people in ${groups} groups. Accounts and groups stay.`;
    },
  },
  sentence: ({ who, group }) => `${who} leaves ${group}`,
  sources: noSources,
};
