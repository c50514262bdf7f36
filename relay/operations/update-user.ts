/** Writes an account's education properties, and its names if Hallpass created it. */
import type { Applied } from '../model/applied-state.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { namesIn, receiveValues, updated } from './objects.ts';
import { roster } from './permissions.ts';
import { noEducation, protectedAccount, refusedValue, unusableDomain } from './shared-answers.ts';
import { ofPeople } from './sources.ts';
import type { OperationOf, OperationSpec } from './spec.ts';

type Update = OperationOf<'updateUser'>;

export const updateUser: OperationSpec<'updateUser'> = {
  noun: 'updated account',
  needs: ({ personKey }) => [{ what: 'person', key: personKey }],
  changes: ({ personKey }) => ({ what: 'person', key: personKey }),
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ personKey, body }, ids) => ({ method: 'PATCH', url: `/education/users/${ids.person(personKey)}`, body }),
    lesser: withoutClearing,
  },
  permissions: roster,
  option: undefined,
  answers: [
    ...[...passing, ...missing, onPremises, protectedAccount, ...full],
    ...[unusableDomain, noEducation, refusedValue, ...refusals],
  ],
  makes: undefined,
  lostAnswer: ({ key, after }) => ({ what: 'forget', kind: 'user', key, names: namesIn(after) }),

  does: { updates: 'user' },
  effect(operation, objectId, applied): Applied {
    const { object } = updated({ kind: 'user', key: operation.personKey }, operation.body, objectId, applied);
    return { object: { ...object, body: withoutCleared(object.body, operation) } };
  },
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'update',
    nouns: 'accounts',
    outOf: 'schoolUsers',
    causes: ['properties.student', 'properties.teacher', 'grades'],
    record: 'person',
    ifApproved: (operations) => receiveValues(operations, 'accounts'),
  },
  sentence: ({ who }) => `the account of ${who} is updated`,
  sources: ofPeople,
};

/** Clearing the values of an earlier role is only worth a try: Microsoft does not document it. */
function withoutClearing(operation: Update): Update | undefined {
  const rest = Object.entries(operation.body).filter(([, value]) => value !== null);
  if (rest.length === Object.keys(operation.body).length || rest.length === 0) return undefined;
  return { ...operation, body: Object.fromEntries(rest) };
}

/**
 * The state of what was to be cleared is then unknown: Graph clears it, keeps it, or refuses; after a refusal it is not
 * requested again.
 */
function withoutCleared(written: Update['body'], { before, body }: Update): Update['body'] {
  const isCleared = (name: string) => name in before && (body[name] ?? null) === null;
  return Object.fromEntries(Object.entries(written).filter(([name]) => !isCleared(name)));
}
