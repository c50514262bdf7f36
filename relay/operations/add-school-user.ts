/** Adds a person to a school. */
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { roster } from './permissions.ts';
import { alreadyInSchool, memberRefused, noEducation, objectFull, protectedAccount } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const addSchoolUser: OperationSpec<'addSchoolUser'> = {
  noun: 'person to add to a school',
  needs: ({ schoolId, personKey }) => [
    { what: 'school', id: schoolId },
    { what: 'person', key: personKey },
  ],
  changes: () => undefined,
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ schoolId, personKey }, ids, { root }) => ({
      method: 'POST',
      url: `/education/schools/${ids.school(schoolId)}/users/$ref`,
      body: { '@odata.id': `${root}/education/users/${ids.person(personKey)}` },
    }),
  },
  permissions: roster,
  option: undefined,
  answers: [
    ...[...passing, alreadyInSchool, ...missing, onPremises, protectedAccount, memberRefused, objectFull, ...full],
    ...[noEducation, ...refusals],
  ],
  makes: undefined,
  lostAnswer: () => ({ what: 'again' }),

  does: { adds: 'schoolUser' },
  effect: ({ schoolId, personKey }) => ({
    relations: { kind: 'schoolUser', container: schoolId, items: [personKey] },
  }),
  journal: ({ personKey }) => [personKey],
  values: () => undefined,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'memberships of people',
      outOf: 'schoolUsers',
      ifApproved: ({ length }) =>
        `${length} memberships of people in schools are added again, as PowerSchool has them.`,
    },
  },
  sentence: ({ who, isOne }) => `${who} ${isOne ? 'joins' : 'join'} the school`,
  sources: noSources,
};
