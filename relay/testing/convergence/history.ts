/** Histories that are made up: what is edited, what goes wrong, and what the profile and the tenant are like. */
import fc from 'fast-check';
import type { Ending } from '../../profile/life.ts';
import { badAnswer } from '../bad-answers.ts';
import { editIn, type Part, parts } from '../small-world.ts';

const place = {
  path: fc.constantFrom(
    '/education/',
    '/education/users',
    '/education/classes',
    '/groups/',
    '\\$ref',
    '/users/delta',
    'batch',
    '/teams',
  ),
  times: fc.integer({ min: 1, max: 4 }),
  skip: fc.nat(6),
};
const kinds = ['429', '500', '502', '503', '504', 'empty', 'html', 'lost-answer', 'drop', 'fails-later'] as const;
const fault = fc.oneof(
  fc.record({ ...place, bad: fc.record({ kind: fc.constantFrom(...kinds) }) }),
  fc.record({ ...place, bad: badAnswer }),
);

const stepIn = (part: Part) =>
  fc.record({
    edits: fc.array(editIn(part), { maxLength: 6 }),
    faults: fc.array(fault, { maxLength: 3 }),
    /** What is edited while the run is under way, when it has sent so many requests. */
    meanwhile: fc.option(
      fc.record({
        after: fc.integer({ min: 1, max: 20 }),
        isHeld: fc.boolean(),
        edits: fc.array(editIn(part), { minLength: 1, maxLength: 4 }),
      }),
      { nil: undefined },
    ),
    /** A kill after so many requests, or when the store was written to so often; 0 for none. */
    killedAfter: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
    killedAfterWrites: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
    ),
    restart: fc.boolean(),
  });

const historyIn = (part: Part) =>
  fc.record({
    how: fc.constantFrom('match' as const, 'create' as const),
    /** What School Data Sync left behind, if it was there before. */
    sds: fc.option(fc.constantFrom('v1' as const, 'v2.1' as const, 'mixed' as const), { nil: undefined }),
    schools: fc.constantFrom('all' as const, ['1', '2']),
    createTeam: fc.boolean(),
    /** Whether there are security groups, of every way. */
    groups: fc.boolean(),
    rules: fc.record({
      ownerRemovalEndsMembership: fc.boolean(),
      refusesOwnersInPatch: fc.boolean(),
      clearedRoles: fc.constantFrom('cleared' as const, 'ignored' as const, 'refused' as const),
      deletedKeepNames: fc.boolean(),
    }),
    studentLeftClass: fc.constantFrom('remove' as const, 'keep' as const),
    teacherLeftClass: fc.constantFrom('remove' as const, 'keep' as const),
    studentGone: fc.constantFrom('disable' as const, 'keep' as const),
    teacherGone: fc.constantFrom('disable' as const, 'keep' as const),
    revokeSessions: fc.boolean(),
    sectionGone: fc.constantFrom<'keep' | Ending[]>(
      'keep',
      ['removeStudents', 'markExpired', 'archiveTeam'],
      ['archiveTeam'],
      ['markExpired', 'removeStudents'],
    ),
    steps: fc.array(stepIn(part), { minLength: 1, maxLength: 4 }),
  });

export const history = fc.oneof(...parts.map(historyIn));

export type History = typeof history extends fc.Arbitrary<infer T> ? T : never;
