/** Removes a person who no longer teaches a class from its owners. */
import { formerOwners } from '../model/applied-state.ts';
import { idIn } from '../model/keys.ts';
import { endMemberships } from './memberships.ts';
import { keysIn } from './objects.ts';
import { owners } from './permissions.ts';
import { leaving } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const removeOwner: OperationSpec<'removeOwner'> = {
  noun: 'teacher to remove from a class',
  needs: ({ sectionId, personKey }) => [
    { what: 'class', id: sectionId },
    { what: 'person', key: personKey },
    // The new teacher could not be added: the class keeps the present one.
    { what: 'otherOwner', of: sectionId, than: personKey },
  ],
  changes: () => undefined,
  group: ({ sectionId }) => ({ where: { what: 'class', id: sectionId }, relation: 'owners', adds: false }),

  request: {
    service: 'graph',
    send: ({ sectionId, personKey }, ids) => ({
      method: 'DELETE',
      url: `/groups/${ids.class(sectionId)}/owners/${ids.person(personKey)}/$ref`,
    }),
  },
  permissions: owners,
  option: undefined,
  answers: leaving,
  makes: undefined,
  lostAnswer: ({ key, after }) => {
    const people = { container: idIn(key), items: keysIn(after) };
    return { what: 'uncertain', kind: 'owner', ...people, doubted: [{ kind: 'member', ...people }] };
  },

  does: { removes: 'owner' },
  // In some tenants, removing an owner also ends the membership (a known issue of Graph, 2021): the next run adds a
  // person who belongs there again, not this one, because Microsoft advises to wait.
  effect: ({ sectionId, personKey }, _objectId, applied) => {
    const person = { container: sectionId, items: [personKey] };
    const isMember = applied.members.get(sectionId)?.has(personKey) === true;
    return {
      ...(isMember && { relations: { kind: 'retired', container: formerOwners(sectionId), items: [personKey] } }),
      unrelated: [{ kind: 'owner', ...person }],
      doubted: [{ kind: 'member', ...person }],
    };
  },
  journal: ({ personKey }) => [personKey],
  values: () => undefined,
  subject: ({ key, personKey }) => `${key}/${personKey}`,

  guard: {
    effect: 'removal',
    nouns: 'class ownerships',
    outOf: 'owners',
    causes: ['policies', 'dates', 'preRegistered', 'schools'],
    ifApproved: (operations) => endMemberships(operations, 'class ownerships'),
  },
  sentence: ({ who, section }) => `${who} is no longer an owner of ${section}`,
  sources: noSources,
};
