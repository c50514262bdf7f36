/** Writes values of an existing school. */
import { idIn } from '../model/keys.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { namesIn, receiveValues, updated } from './objects.ts';
import { roster } from './permissions.ts';
import { noEducation, refusedValue } from './shared-answers.ts';
import { ofSchools } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const updateSchool: OperationSpec<'updateSchool'> = {
  noun: 'updated school',
  needs: ({ schoolId }) => [{ what: 'school', id: schoolId }],
  changes: ({ schoolId }) => ({ what: 'school', id: schoolId }),
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ schoolId, body }, ids) => ({ method: 'PATCH', url: `/education/schools/${ids.school(schoolId)}`, body }),
  },
  permissions: roster,
  option: undefined,
  answers: [...passing, ...missing, onPremises, ...full, noEducation, refusedValue, ...refusals],
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'forget', kind: 'school', key: idIn(key), names: namesIn(after) }),

  does: { updates: 'school' },
  effect: ({ schoolId, body }, objectId, applied) =>
    updated({ kind: 'school', key: schoolId }, body, objectId, applied),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'update',
    nouns: 'schools',
    outOf: 'schools',
    causes: ['properties.school', 'grades'],
    record: 'school',
    ifApproved: (operations) => receiveValues(operations, 'schools'),
  },
  sentence: ({ school }) => `${school} is updated`,
  sources: ofSchools,
};
