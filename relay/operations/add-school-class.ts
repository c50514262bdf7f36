/** Adds a class to its school. */
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { roster } from './permissions.ts';
import { alreadyInSchool, noEducation, objectFull, protectedGroup } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const addSchoolClass: OperationSpec<'addSchoolClass'> = {
  noun: 'class to add to its school',
  needs: ({ schoolId, sectionId }) => [
    { what: 'school', id: schoolId },
    { what: 'class', id: sectionId },
  ],
  changes: () => undefined,
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ schoolId, sectionId }, ids, { root }) => ({
      method: 'POST',
      url: `/education/schools/${ids.school(schoolId)}/classes/$ref`,
      body: { '@odata.id': `${root}/education/classes/${ids.class(sectionId)}` },
    }),
  },
  permissions: roster,
  option: undefined,
  answers: [
    ...[...passing, alreadyInSchool, ...missing, onPremises, protectedGroup, objectFull, ...full],
    ...[noEducation, ...refusals],
  ],
  makes: undefined,
  lostAnswer: () => ({ what: 'again' }),

  does: { adds: 'schoolClass' },
  effect: ({ schoolId, sectionId }) => ({
    relations: { kind: 'schoolClass', container: schoolId, items: [sectionId] },
  }),
  journal: ({ sectionId }) => [sectionId],
  values: () => undefined,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'memberships of classes',
      outOf: 'schoolClasses',
      ifApproved: ({ length }) =>
        `${length} memberships of classes in schools are added again, as PowerSchool has them.`,
    },
  },
  sentence: ({ section }) => `${section} becomes a class of its school`,
  sources: noSources,
};
