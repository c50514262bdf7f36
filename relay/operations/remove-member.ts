/** Removes a person from a class. The account stays, and so does what they wrote in the class. */
import { idIn } from '../model/keys.ts';
import { endMemberships } from './memberships.ts';
import { keysIn } from './objects.ts';
import { members } from './permissions.ts';
import { leaving } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const removeMember: OperationSpec<'removeMember'> = {
  noun: 'person to remove from a class',
  needs: ({ sectionId, personKey }) => [
    { what: 'class', id: sectionId },
    { what: 'person', key: personKey },
    // Someone who stays as the last owner stays a member: teachers must be both.
    { what: 'otherOwner', of: sectionId, than: personKey },
  ],
  changes: () => undefined,
  group: ({ sectionId }) => ({ where: { what: 'class', id: sectionId }, relation: 'members', adds: false }),

  request: {
    service: 'graph',
    send: ({ sectionId, personKey }, ids) => ({
      method: 'DELETE',
      url: `/groups/${ids.class(sectionId)}/members/${ids.person(personKey)}/$ref`,
    }),
  },
  permissions: members,
  option: undefined,
  answers: leaving,
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'uncertain', kind: 'member', container: idIn(key), items: keysIn(after) }),

  does: { removes: 'member' },
  effect: ({ sectionId, personKey }) => ({ unrelated: [{ kind: 'member', container: sectionId, items: [personKey] }] }),
  journal: ({ personKey }) => [personKey],
  values: () => undefined,
  subject: ({ key, personKey }) => `${key}/${personKey}`,

  guard: {
    effect: 'removal',
    nouns: 'class memberships',
    outOf: 'members',
    causes: ['policies', 'dates', 'preRegistered', 'schools'],
    ifApproved: (operations) => endMemberships(operations, 'class memberships'),
  },
  sentence: ({ who, section }) => `${who} leaves ${section}`,
  sources: noSources,
};
