/** Adds students and teachers to their class, twenty per request. */
import { formerOwners } from '../model/applied-state.ts';
import { idIn } from '../model/keys.ts';
import { refusals } from './common-answers.ts';
import { createAgain, references } from './memberships.ts';
import { keysIn } from './objects.ts';
import { members } from './permissions.ts';
import { joining } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const addMembers: OperationSpec<'addMembers'> = {
  noun: 'group of students to add to a class',
  needs: ({ sectionId, people }) => [
    { what: 'class', id: sectionId },
    { what: 'people', keys: people },
    // Nobody can manage a class without an owner.
    { what: 'owners', of: sectionId, atLeast: 0 },
  ],
  changes: () => undefined,
  group: ({ sectionId }) => ({ where: { what: 'class', id: sectionId }, relation: 'members', adds: true }),

  request: {
    service: 'graph',
    send: ({ sectionId, people }, ids, options) => ({
      method: 'PATCH',
      url: `/groups/${ids.class(sectionId)}`,
      body: { 'members@odata.bind': references(people, ids, options) },
    }),
  },
  permissions: members,
  option: undefined,
  answers: [...joining, ...refusals],
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'uncertain', kind: 'member', container: idIn(key), items: keysIn(after) }),

  does: { adds: 'member' },
  effect: ({ sectionId, people }, _objectId, { retired }) => {
    const container = formerOwners(sectionId);
    const items = people.filter((person) => retired.get(container)?.has(person));
    return {
      relations: { kind: 'member', container: sectionId, items: people },
      ...(items.length > 0 && { unrelated: [{ kind: 'retired', container, items }] }),
    };
  },
  journal: ({ people }) => people,
  values: () => undefined,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'class memberships',
      outOf: 'members',
      ifApproved: (operations) => createAgain(operations, 'class memberships'),
    },
  },
  sentence: ({ who, isOne, section }) => `${who} ${isOne ? 'joins' : 'join'} ${section}`,
  sources: noSources,
};
