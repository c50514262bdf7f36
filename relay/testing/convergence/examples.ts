/** Histories that once found a mistake: they are tried in every run. */
import type { History } from './history.ts';

const calm = { edits: [], faults: [], meanwhile: undefined, killedAfter: 0, killedAfterWrites: 0, restart: false };

/** A membership is added and its answer lost with the process; before the next run the student has left again. */
const undone: History = {
  how: 'match',
  sds: undefined,
  schools: 'all',
  createTeam: false,
  groups: true,
  rules: {
    ownerRemovalEndsMembership: false,
    refusesOwnersInPatch: false,
    clearedRoles: 'cleared',
    deletedKeepNames: false,
  },
  studentLeftClass: 'remove',
  teacherLeftClass: 'remove',
  studentGone: 'keep',
  teacherGone: 'keep',
  revokeSessions: false,
  sectionGone: 'keep',
  steps: [
    {
      ...calm,
      faults: [{ path: '/education/', bad: { kind: '429' }, times: 4, skip: 0 }],
      killedAfter: 10,
    },
    { ...calm, edits: [{ what: 'enrollment', id: 0, section: 0 }], killedAfter: 1 },
  ],
};

/** Whether a class is a team is asked, and the answer is 429: that is not a no. */
const unanswered: History = {
  ...undone,
  createTeam: true,
  sectionGone: ['archiveTeam'],
  steps: [
    { ...calm, restart: true },
    { ...calm, edits: [{ what: 'section', id: 0, course: undefined }], killedAfter: 1 },
    {
      ...calm,
      faults: [{ path: '/groups/', bad: { kind: '429' }, times: 1, skip: 1 }],
    },
  ],
};

/** An owner is added and its answer lost with the process; before the next run the only teacher has left. */
const doubtfulOwner: History = {
  ...undone,
  createTeam: true,
  rules: { ...undone.rules, refusesOwnersInPatch: true },
  studentGone: 'disable',
  teacherGone: 'disable',
  steps: [{ ...calm, edits: [{ what: 'roster', id: 1, section: 1 }], killedAfter: 7 }, calm],
};

/** A new name of a class is written and its answer lost with the process; before the next run the section is gone. */
const nameless: History = {
  ...undone,
  sectionGone: ['markExpired', 'removeStudents'],
  steps: [
    calm,
    { ...calm, edits: [{ what: 'section', id: 0, course: 'Music' }] },
    { ...calm, killedAfter: 1 },
    { ...calm, edits: [{ what: 'section', id: 0, course: undefined }], killedAfter: 1 },
  ],
};

/** Somebody has an account by the identity rule, and is gone before anything was written to it. */
const unwritten: History = {
  ...undone,
  sds: 'v1',
  createTeam: true,
  studentGone: 'disable',
  teacherGone: 'disable',
  steps: [
    {
      ...calm,
      faults: [
        {
          path: 'batch',
          bad: { kind: 'answer', answer: { status: 201, body: '{"blocked":true}' }, done: false },
          times: 2,
          skip: 1,
        },
      ],
    },
    { ...calm, edits: [{ what: 'teacher', id: 0, school: '1' }] },
  ],
};

/**
 * Somebody leaves in the middle of a run, and is back in the middle of the next, while their account is disabled again: nobody knows
 * whether it was the first time.
 */
const backAtOnce: History = {
  ...undone,
  studentGone: 'disable',
  teacherGone: 'disable',
  steps: [
    { ...calm, killedAfterWrites: 7 },
    { ...calm, killedAfter: 3 },
    {
      ...calm,
      faults: [
        {
          path: '/education/users',
          bad: { kind: 'answer', answer: { status: 403, body: '<!DOCTYPE html><p>Blocked' }, done: true },
          times: 1,
          skip: 0,
        },
      ],
      meanwhile: {
        after: 1,
        isHeld: false,
        edits: [
          { what: 'student', id: 4, school: undefined },
          { what: 'roster', id: 0, section: 0 },
        ],
      },
      killedAfter: 1,
      killedAfterWrites: 1,
    },
    {
      ...calm,
      meanwhile: {
        after: 2,
        isHeld: false,
        edits: [
          { what: 'student', id: 4, school: '1' },
          { what: 'roster', id: 0, section: 0 },
        ],
      },
    },
  ],
};

export const examples: readonly History[] = [undone, unanswered, doubtfulOwner, nameless, unwritten, backAtOnce];
