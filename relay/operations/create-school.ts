/** Creates a school: an administrative unit with the education properties. */
import { asSchoolId, idIn } from '../model/keys.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { isStampedFor, searchByStamp } from './objects.ts';
import { roster } from './permissions.ts';
import { noEducation, refusedValue } from './shared-answers.ts';
import { ofSchools } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const createSchool: OperationSpec<'createSchool'> = {
  noun: 'new school',
  needs: () => [],
  changes: () => undefined,
  group: () => undefined,

  request: { service: 'graph', send: ({ body }) => ({ method: 'POST', url: '/education/schools', body }) },
  permissions: roster,
  option: undefined,
  answers: [...passing, ...missing, onPremises, ...full, noEducation, refusedValue, ...refusals],
  makes: {
    search: (body) => searchByStamp('/education/schools', body),
    isOurs: isStampedFor,
    hasUniqueName: false,
    isReadAhead: true,
    read: undefined,
    account: () => undefined,
    claims: () => ({}),
    fromJournal: (key, body) => ({ kind: 'createSchool', key, schoolId: asSchoolId(idIn(key)), body, reason: '' }),
    found: (key, _body, objectId) => ({ object: { kind: 'school', key: asSchoolId(idIn(key)), objectId, body: {} } }),
  },
  lostAnswer: () => ({ what: 'look' }),

  does: { creates: 'school' },
  effect: ({ schoolId, body }, objectId) => ({ object: { kind: 'school', key: schoolId, objectId, body } }),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'schools',
      outOf: 'schools',
      ifApproved: ({ length }) => `${length} schools are created again, without their contents.`,
    },
  },
  sentence: ({ school }) => `${school} is created`,
  sources: ofSchools,
};
