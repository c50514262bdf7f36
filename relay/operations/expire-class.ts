/** Marks a past year's class by its name, as School Data Sync does: `Exp0627_Algebra - 1`. */
import { uncertainKey } from '../model/applied-state.ts';
import { idIn } from '../model/keys.ts';
import { patchClass, updated, valuesIn } from './objects.ts';
import { roster } from './permissions.ts';
import { classAnswers } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const expireClass: OperationSpec<'expireClass'> = {
  noun: 'class to mark as expired',
  needs: ({ sectionId }) => [{ what: 'class', id: sectionId }],
  changes: ({ sectionId }) => ({ what: 'class', id: sectionId }),
  group: () => undefined,

  request: { service: 'graph', send: patchClass },
  permissions: roster,
  option: undefined,
  answers: classAnswers,
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'keep', kind: 'class', key: idIn(key), values: valuesIn(after) }),

  does: { retires: 'expired' },
  effect: ({ sectionId, body }, objectId, applied) => ({
    ...updated({ kind: 'class', key: sectionId }, body, objectId, applied),
    ...(applied.uncertain.has(uncertainKey('retired', 'expired', sectionId))
      ? { unrelated: [{ kind: 'retired', container: 'expired', items: [sectionId] }] }
      : {}),
  }),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'removal',
    nouns: 'current classes',
    outOf: 'schoolClasses',
    causes: ['policies', 'schools'],
    ifApproved: ({ length }) => `${length} classes are marked as expired. Their members, files and posts stay.`,
  },
  sentence: ({ section }) => `${section} is marked as expired`,
  // The name is no longer a PowerSchool value.
  sources: noSources,
};
