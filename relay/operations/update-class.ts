/** Writes values of an existing class. */
import { idIn } from '../model/keys.ts';
import { namesIn, patchClass, receiveValues, updated } from './objects.ts';
import { roster } from './permissions.ts';
import { classAnswers } from './shared-answers.ts';
import { ofClasses } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const updateClass: OperationSpec<'updateClass'> = {
  noun: 'updated class',
  needs: ({ sectionId }) => [{ what: 'class', id: sectionId }],
  changes: ({ sectionId }) => ({ what: 'class', id: sectionId }),
  group: () => undefined,

  request: { service: 'graph', send: patchClass },
  permissions: roster,
  option: undefined,
  answers: classAnswers,
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'forget', kind: 'class', key: idIn(key), names: namesIn(after) }),

  does: { updates: 'class' },
  effect: ({ sectionId, body }, objectId, applied) =>
    updated({ kind: 'class', key: sectionId }, body, objectId, applied),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'update',
    nouns: 'classes',
    outOf: 'schoolClasses',
    causes: ['classes', 'properties.section', 'properties.term'],
    record: 'section',
    ifApproved: (operations) => receiveValues(operations, 'classes'),
  },
  sentence: ({ section }) => `${section} is updated`,
  sources: ofClasses,
};
