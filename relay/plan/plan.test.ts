import fc from 'fast-check';
import t from 'tap';
import { nothingApplied } from '../model/applied-state.ts';
import { asSectionId, noKeys } from '../model/keys.ts';
import { bindLimit, countOperations, type Operation } from '../model/operation.ts';
import { isStudent, type MemberKey, type PersonKey } from '../model/person-key.ts';
import { scopeOf } from '../profile/scope.ts';
import { applyAll, changesOf, desire, desireFor, profile, type Roster, small, today } from '../testing/planning.ts';
import { desiredState } from './desired.ts';
import { makePlan } from './plan.ts';
import { type RosterChange, RosterIndex } from './roster-index.ts';

/** A roster in which anything may be missing, duplicated or out of date. */
const roster: fc.Arbitrary<Roster> = fc
  .record({
    schools: fc.uniqueArray(fc.nat(3)),
    sections: fc.uniqueArray(fc.record({ id: fc.nat(8), school: fc.nat(3), name: fc.constantFrom('Art', 'Math') }), {
      selector: (one) => one.id,
    }),
    students: fc.uniqueArray(fc.record({ id: fc.nat(40), school: fc.nat(3) }), { selector: (one) => one.id }),
    teachers: fc.uniqueArray(
      fc.record({ id: fc.nat(6), school: fc.nat(3), surname: fc.constantFrom('Lee', 'Šimić') }),
      {
        selector: (one) => `${one.id}/${one.school}`,
      },
    ),
    enrollments: fc.uniqueArray(
      fc.record({
        id: fc.nat(200),
        section: fc.nat(8),
        student: fc.nat(40),
        end: fc.constantFrom(undefined, '2026-11-24', '2026-11-25'),
      }),
      { selector: (one) => one.id, maxLength: 120 },
    ),
    rosters: fc.uniqueArray(fc.record({ id: fc.nat(50), section: fc.nat(8), teacher: fc.nat(6) }), {
      selector: (one) => one.id,
    }),
  })
  .map((world) => ({
    school: world.schools.map((id) => ({
      kind: 'school',
      id: `${id}`,
      schoolId: 'district',
      name: `School ${id}`,
      schoolNumber: `${id}`,
    })),
    term: [],
    section: world.sections.map((one) => ({
      kind: 'section',
      id: `${one.id}`,
      schoolId: `${one.school}`,
      termId: '1',
      sectionNumber: '1',
      courseNumber: 'C',
      courseName: one.name,
    })),
    student: world.students.map((one) => ({ kind: 'student', id: `${one.id}`, schoolId: `${one.school}`, grade: '5' })),
    teacher: world.teachers.map((one) => ({
      kind: 'teacher',
      id: `${one.id}`,
      schoolId: `${one.school}`,
      username: `t${one.id}`,
      surname: one.surname,
    })),
    studentEnrollment: world.enrollments.map((one) => ({
      kind: 'studentEnrollment',
      id: `${one.id}`,
      schoolId: '1',
      sectionId: `${one.section}`,
      studentId: `${one.student}`,
      ...(one.end === undefined ? {} : { endDate: one.end }),
    })),
    teacherRoster: world.rosters.map((one) => ({
      kind: 'teacherRoster',
      id: `${one.id}`,
      schoolId: '1',
      sectionId: `${one.section}`,
      teacherId: `${one.teacher}`,
    })),
  }));

/** The changes that turn one roster into another, as the mirror reports them. */
function changesBetween(before: Roster, after: Roster): RosterChange[] {
  const keyOf = ({ kind, schoolId, id }: RosterChange) => `${kind}:${schoolId}:${id}`;
  const now = new Map(changesOf(after).map((change) => [keyOf(change), change]));
  const gone = changesOf(before).filter((change) => !now.has(keyOf(change)));
  const then = new Map(changesOf(before).map((change) => [keyOf(change), JSON.stringify(change)]));
  const changed = [...now]
    .filter(([key, change]) => then.get(key) !== JSON.stringify(change))
    .map(([, change]) => change);
  return [...changed, ...gone.map((change) => ({ ...change, record: undefined }))];
}

t.test('for any sequence of rosters: planning again after applying plans nothing', async (t) => {
  fc.assert(
    fc.property(fc.array(roster, { minLength: 1, maxLength: 4 }), (worlds) => {
      const applied = nothingApplied();
      for (const world of worlds) {
        const { desired } = desire(world);
        applyAll(makePlan(desired, applied), applied);
        if (makePlan(desired, applied).length > 0) return false;
      }
      return true;
    }),
    { numRuns: 60 },
  );
  t.pass('it converges');
});

t.test('for any change: removes only students, only from continuing classes, and nothing else', async (t) => {
  fc.assert(
    fc.property(roster, roster, (before, after) => {
      const applied = nothingApplied();
      applyAll(makePlan(desire(before).desired, applied), applied);
      const { desired } = desire(after);
      const plan = makePlan(desired, applied);
      return plan.every((operation) => {
        if (operation.kind !== 'removeMember') return !operation.kind.startsWith('delete');
        const members: ReadonlySet<MemberKey> | undefined = desired.members.get(operation.sectionId);
        return (
          isStudent(operation.personKey) &&
          desired.classes.has(operation.sectionId) &&
          !members?.has(operation.personKey)
        );
      });
    }),
    { numRuns: 60 },
  );
  t.pass('it holds');
});

t.test('for any roster: adds relationships in as few requests as Graph allows', async (t) => {
  fc.assert(
    fc.property(roster, (world) => {
      const { desired } = desire(world);
      const plan = makePlan(desired, nothingApplied());
      const requests = plan.filter((operation) => operation.kind === 'addMembers').length;
      const minimum = [...desired.members.values()].reduce(
        (sum, people) => sum + Math.ceil(people.size / bindLimit),
        0,
      );
      return requests === minimum;
    }),
  );
  t.pass('it holds');
});

t.test('for any changes: planning what they touched gives the same as planning everything', async (t) => {
  const named = { ...profile, classes: { ...profile.classes, name: '{courseName}[ {teacherSurname}]' } };
  fc.assert(
    fc.property(fc.array(roster, { minLength: 2, maxLength: 4 }), (worlds) => {
      const index = new RosterIndex();
      const applied = nothingApplied();
      let before: Roster | undefined;
      for (const world of worlds) {
        const touched = index.apply(before === undefined ? changesOf(world) : changesBetween(before, world));
        before = world;
        const fresh = new RosterIndex();
        fresh.apply(changesOf(world));
        const everything = makePlan(desireFor(fresh, fresh.allKeys(), named), applied);
        const incremental = makePlan(desireFor(index, touched, named), applied);
        const sorted = (plan: readonly Operation[]) => plan.map((operation) => JSON.stringify(operation)).sort();
        if (JSON.stringify(sorted(incremental)) !== JSON.stringify(sorted(everything))) return false;
        applyAll(everything, applied);
      }
      return makePlan(desireFor(index, noKeys(), named), applied).length === 0;
    }),
    { numRuns: 100 },
  );
  t.pass('it holds');
});

t.test('a class carries the stamp of its section, its course and its term', async (t) => {
  const { desired } = desire(small);
  t.same(desired.classes.get(asSectionId('5'))?.creation, { mailNickname: 'Section_5' });
  t.match(desired.classes.get(asSectionId('5'))?.body, {
    displayName: 'Math - 2',
    externalId: '5',
    externalSource: 'sis',
    classCode: 'M1',
    term: { displayName: '26-27', startDate: '2026-08-01' },
  });
});

t.test(
  'a matched account keeps its names, one of ours gets them, and only chosen properties are written',
  async (t) => {
    const { desired } = desire(small);
    t.same(desired.users.get('students:10')?.body, {
      primaryRole: 'student',
      externalSource: 'sis',
      student: { externalId: '10', grade: '09' },
    });
    t.match(desired.users.get('teachers:20')?.body, { displayName: "Kim O'Neil", teacher: { externalId: '20' } });
    t.same([...desired.licenses.keys()], ['teachers:20'], 'and only ours get a license');
  },
);

t.test("a student's last day is exclusive, a co-teacher's is inclusive", async (t) => {
  const ends = (endDate: string): Roster => ({
    ...small,
    studentEnrollment: small.studentEnrollment.map((one) => ({ ...one, endDate })),
    teacherRoster: small.teacherRoster.map((one) => ({ ...one, endDate })),
  });
  t.same([...(desire(ends(today)).desired.members.get(asSectionId('5')) ?? [])], ['teachers:20']);
  t.same(desire(ends('2026-11-23')).desired.members.get(asSectionId('5')), undefined);
  const starts = {
    ...small,
    studentEnrollment: small.studentEnrollment.map((one) => ({ ...one, startDate: '2026-11-25' })),
  };
  t.same([...(desire(starts).desired.members.get(asSectionId('5')) ?? [])], ['teachers:20'], 'tomorrow is not yet');
});

t.test('teachers are owners and members, and stay when they leave', async (t) => {
  const applied = nothingApplied();
  applyAll(makePlan(desire(small).desired, applied), applied);
  t.same([...(applied.owners.get(asSectionId('5')) ?? [])], ['teachers:20']);
  t.same([...(applied.members.get(asSectionId('5')) ?? [])].sort(), ['students:10', 'teachers:20']);
  const empty = { ...small, teacherRoster: [], studentEnrollment: [] };
  t.same(countOperations(makePlan(desire(empty).desired, applied)), { removeMember: 1 });
});

t.test('leaves a class or a person that is gone from PowerSchool alone', async (t) => {
  const applied = nothingApplied();
  applyAll(makePlan(desire(small).desired, applied), applied);
  const gone: Roster = { ...small, section: [], student: [], teacher: [], studentEnrollment: [], teacherRoster: [] };
  t.same(makePlan(desire(gone).desired, applied), []);
});

t.test('an update contains only the properties that differ', async (t) => {
  const applied = nothingApplied();
  applyAll(makePlan(desire(small).desired, applied), applied);
  const renamed = { ...small, section: small.section.map((one) => ({ ...one, courseName: 'Algebra' })) };
  const [update] = makePlan(desire(renamed).desired, applied);
  t.match(update, { kind: 'updateClass', before: { displayName: 'Math - 2' }, body: { displayName: 'Algebra - 2' } });
  if (update?.kind !== 'updateClass') return;
  t.notOk('mailNickname' in update.body);
});

t.test('an enrollment of a person outside the roster is a problem, not a crash', async (t) => {
  const dangling = { ...small, student: [] };
  const [problem] = desire(dangling).desired.problems.get(asSectionId('5')) ?? [];
  t.match(problem, { subject: 'studentEnrollment:30', code: 'InvalidLookupReference', message: /students:10/ });
});

t.test(
  'reports a person whom a class names and no profile provisions, with where they are and what to do',
  async (t) => {
    const school = [
      ...small.school,
      { kind: 'school' as const, id: '2', schoolId: 'district', name: 'Low', schoolNumber: '2' },
    ] as typeof small.school;
    const only = (name: string, schools: string[]) => ({ ...profile, name, state: 'enabled' as const, schools });
    const problemsIn = (world: typeof small, by: typeof profile, all: (typeof profile)[]) => {
      const index = new RosterIndex();
      index.apply(changesOf(world));
      const accounts = {
        linked: new Map([...index.people.keys()].map((key) => [key, `object-${key}`])),
        createdByUs: new Set<PersonKey>(),
        toCreate: new Map(),
        onPremises: () => false,
      };
      const desired = desiredState(
        { roster: index, accounts, profile: by, scope: scopeOf(by, all), made: nothingApplied(), today },
        index.allKeys(),
      );
      return desired.problems.get(asSectionId('5')) ?? [];
    };
    const one = only('one', ['1']);
    const cases: [typeof small, (typeof profile)[], RegExp, RegExp][] = [
      [
        { ...small, teacher: [] },
        [one],
        /teachers:20, who is not current staff of any synced school \(the district office/,
        /active assignment/,
      ],
      [
        { ...small, student: [] },
        [one],
        /students:10, who is not an active student of any synced school/,
        /end the enrollment/,
      ],
      [
        { ...small, school, student: small.student.map((who) => ({ ...who, schoolId: '2' })) },
        [one],
        /school 2, which no profile covers/,
        /"schools" of the profile/,
      ],
      [
        { ...small, school, teacher: small.teacher.map((who) => ({ ...who, schoolId: '2' })) },
        [one, only('two', ['2'])],
        /school 2, which the profile two covers: a class has only people of its own profile/,
        /into one profile/,
      ],
    ];
    for (const [world, all, message, action] of cases) {
      t.match(problemsIn(world, one, all), [{ code: 'InvalidLookupReference', message, action }]);
    }
    t.same(problemsIn(small, one, [one]), []);
  },
);
