/** A roster in memory, what should be for it, and what it is like when that was done: for tests of planning. */

import type { Kind, RecordOf, RosterRecord } from '../../shared/roster.ts';
import { type AppliedState, nothingApplied } from '../model/applied-state.ts';
import type { Keys } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { isStudent, type PersonKey } from '../model/person-key.ts';
import { specOf } from '../operations/registry.ts';
import { desiredState } from '../plan/desired.ts';
import { type RosterChange, RosterIndex } from '../plan/roster-index.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { scopeOf } from '../profile/scope.ts';
import { updateApplied } from '../sync/apply/effects.ts';

export const today = '2026-11-24';

export const profile: Profile = parseProfile(
  {
    version: 1,
    name: 'test',
    mode: { students: 'match', teachers: 'create' },
    identity: { students: { source: 'studentNumber', suffix: null, target: 'mailNickname' } },
    domains: { teachers: 'contoso.edu' },
    licenses: { students: null, teachers: '6fd2c87f-b296-42f0-b197-1e91e994b900', usageLocation: 'US' },
    schools: 'all',
    properties: { student: ['grade'] },
  },
  'test',
);

export type Roster = { [K in Kind]: RecordOf<K>[] };

export function changesOf(world: Roster): RosterChange[] {
  return Object.values(world)
    .flat()
    .map((record: RosterRecord) => ({ kind: record.kind, schoolId: record.schoolId, id: record.id, record }));
}

/** Everybody has an account, under an object id of their own. */
export function desireFor(
  index: RosterIndex,
  keys: Keys,
  by: Profile = profile,
  date = today,
  made = nothingApplied(),
) {
  const linked = new Map([...index.people.keys()].map((key) => [key, `object-${key}`]));
  const createdByUs = new Set([...index.people.keys()].filter((key) => !isStudent(key)));
  return desiredState(
    {
      roster: index,
      accounts: { linked, createdByUs, toCreate: new Map(), onPremises: () => false },
      profile: by,
      scope: scopeOf(by, [by]),
      made,
      today: date,
    },
    keys,
  );
}

/** What should be, of everything. */
export function desire(world: Roster, by: Profile = profile, date = today, made = nothingApplied()) {
  const index = new RosterIndex();
  index.apply(changesOf(world));
  return { desired: desireFor(index, index.allKeys(), by, date, made) };
}

/** As if Graph had done it all. */
export function applyAll(plan: readonly Operation[], applied: AppliedState): void {
  const run = { applied, accounts: new Map<PersonKey, string>() };
  for (const operation of plan)
    updateApplied(run, specOf(operation.kind).effect(operation, `object-${operation.key}`, applied));
}

export const small: Roster = {
  school: [{ kind: 'school', id: '1', schoolId: 'district', name: 'High', schoolNumber: '100' }],
  term: [
    {
      kind: 'term',
      id: '7',
      schoolId: '1',
      name: '26-27',
      yearId: '36',
      startDate: '2026-08-01',
      endDate: '2027-06-10',
    },
  ],
  section: [
    {
      kind: 'section',
      id: '5',
      schoolId: '1',
      termId: '7',
      sectionNumber: '2',
      courseNumber: 'M1',
      courseName: 'Math',
    },
  ],
  student: [{ kind: 'student', id: '10', schoolId: '1', studentNumber: '4711', grade: '9' }],
  teacher: [{ kind: 'teacher', id: '20', schoolId: '1', username: 'kim', givenName: 'Kim', surname: "O'Neil" }],
  studentEnrollment: [{ kind: 'studentEnrollment', id: '30', schoolId: '1', sectionId: '5', studentId: '10' }],
  teacherRoster: [{ kind: 'teacherRoster', id: '40', schoolId: '1', sectionId: '5', teacherId: '20', endDate: today }],
};
