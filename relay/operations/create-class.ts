/** Creates a class: a Microsoft 365 group with the education properties. */
import { asSectionId, idIn } from '../model/keys.ts';
import { isStampedFor, searchByStamp } from './objects.ts';
import { roster } from './permissions.ts';
import { classAnswers } from './shared-answers.ts';
import { ofClasses } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const createClass: OperationSpec<'createClass'> = {
  noun: 'new class',
  needs: () => [],
  changes: () => undefined,
  group: () => undefined,

  request: { service: 'graph', send: ({ body }) => ({ method: 'POST', url: '/education/classes', body }) },
  permissions: roster,
  option: undefined,
  answers: classAnswers,
  makes: {
    search: (body) => searchByStamp('/education/classes', body),
    isOurs: isStampedFor,
    hasUniqueName: false,
    isReadAhead: true,
    read: (objectId) => `/education/classes/${objectId}?$select=id,externalId,externalSource`,
    account: () => undefined,
    claims: ({ body: { mailNickname } }) => (typeof mailNickname === 'string' ? { mailNickname } : {}),
    fromJournal: (key, body) => ({ kind: 'createClass', key, sectionId: asSectionId(idIn(key)), body, reason: '' }),
    // Its other values are written again; the name may be needed if the section is gone by now.
    found: (key, { displayName }, objectId) => ({
      object: {
        kind: 'class',
        key: asSectionId(idIn(key)),
        objectId,
        body: displayName === undefined ? {} : { displayName },
      },
    }),
  },
  lostAnswer: () => ({ what: 'look' }),

  does: { creates: 'class' },
  effect: ({ sectionId, body }, objectId) => ({ object: { kind: 'class', key: sectionId, objectId, body } }),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'classes',
      outOf: 'classes',
      ifApproved: ({ length }) => `${length} classes are created again, without their contents.`,
    },
  },
  sentence: ({ section }) => `${section} is created`,
  sources: ofClasses,
};
