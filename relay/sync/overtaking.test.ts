/** Changes during a run do not wait for its end, and replanning creates nothing twice. */
import t, { type Test } from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { readIntents } from '../store/runs/journal.ts';
import { listRuns } from '../store/runs/run-history.ts';
import { type District, type Dump, openDistrict, smallRoster } from '../testing/district.ts';
import { hold } from '../testing/held-clock.ts';
import { takesAll } from '../testing/histories.ts';

const create = { students: 'create', teachers: 'create' } as const;
const match = { students: 'match', teachers: 'match' } as const;

/** An additional student, in section 50. */
function newStudent(id: string): RosterRecord[] {
  const number = { username: `new${id}`, studentNumber: `9${id}`, grade: '9', givenName: 'Noor', surname: 'Late' };
  return [
    { kind: 'student', id, schoolId: '1', ...number },
    { kind: 'studentEnrollment', id: `9${id}`, schoolId: '1', sectionId: '50', studentId: id },
  ];
}

const section = (id: string, schoolId: string): RosterRecord[] => [
  { kind: 'section', id, schoolId, courseNumber: 'N', courseName: `New ${id}`, sectionNumber: '1', termId: '1' },
  { kind: 'teacherRoster', id: `7${id}`, schoolId, sectionId: id, teacherId: schoolId === '1' ? '90' : '91' },
];

async function open(
  t: Test,
  students: number,
  mode: typeof create | typeof match = create,
  speed = 1,
): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode === match, speed });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  return district;
}

/** Runs a case on its own district. */
async function on(t: Test, students: number, attempt: (district: District) => Promise<void>): Promise<void> {
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  try {
    await district.commit(smallRoster(students));
    await attempt(district);
  } finally {
    await district.close();
  }
}

function userOf({ user }: Dump, id: string) {
  return user.find((one) => one.student?.externalId === id);
}

function classOf({ class: all }: Dump, id: string) {
  return all.find(({ externalId }) => externalId === id);
}

/** What exists twice, or is missing from this roster. */
function wrongIn(dump: Dump, records: readonly RosterRecord[]): string[] {
  const wrong: string[] = [];
  const names = [
    ...dump.user.map(({ userPrincipalName }) => `account ${userPrincipalName}`),
    ...dump.class.map(({ externalId }) => `class ${externalId}`),
    ...dump.school.map(({ externalId }) => `school ${externalId}`),
  ];
  for (const [name, those] of Map.groupBy(names, (name) => name)) if (those.length > 1) wrong.push(`${name} twice`);
  for (const record of records) {
    if (record.kind === 'section' && classOf(dump, record.id) === undefined) wrong.push(`no class ${record.id}`);
    if (record.kind !== 'studentEnrollment') continue;
    const { studentId, sectionId } = record;
    const account = userOf(dump, studentId)?.id ?? '';
    if (classOf(dump, sectionId)?.members?.includes(account) !== true) wrong.push(`${studentId} not in ${sectionId}`);
  }
  return wrong;
}

t.test('an edit in the middle of a first load is done within seconds, and the load continues', async (t) => {
  // With a quarter of the speed, a quarter of the students takes as long.
  const [students, speed] = takesAll ? [1600, 1] : [400, 1 / 4];
  const district = await open(t, students, match, speed);
  const { microsoft, clock } = district;
  hold(clock);
  const roster = smallRoster(students);
  const edited = [...roster, ...section('60', '1'), { ...enrollment('60', '10'), id: '399' }];
  let at = 0;
  let took: number | undefined;
  const watch = setInterval(() => {
    const group = microsoft.directory.groups.find('externalId', '60')[0];
    if (took === undefined && group !== undefined && group.members.size > 0) took = clock.now() - at;
  }, 1);
  // Beyond Graph's burst limit, so the rest takes a minute.
  const meanwhile = {
    after: Math.round(170 * speed),
    async edit() {
      await district.commit(edited);
      at = clock.now();
    },
  };
  const start = clock.now();
  t.match(await district.run({ meanwhile }), { state: 'success', failed: 0 });
  clearInterval(watch);
  const load = (clock.now() - start) / 1000;
  t.ok(at > start && load > 20, `the load took ${load} s`);
  t.ok(took !== undefined && took <= 5000, `the edit took ${took} ms`);
  t.same(wrongIn(await district.dump(), edited), []);
  t.match(await district.run(), { done: 0 }, 'nothing is left for the next run');
});

t.test('many edits take half of the requests while the load continues, and no more', async (t) => {
  const district = await open(t, 400, match);
  const roster = smallRoster(400);
  const isEdited = (one: RosterRecord) => one.kind === 'student' && one.schoolId === '1';
  const edited = roster.map((one) => (isEdited(one) ? { ...one, grade: '10' } : one));
  const meanwhile = { after: 20, edit: () => district.commit(edited) };
  t.match(await district.run({ meanwhile }), { state: 'success', failed: 0 });
  const sent = await district.store.withTenant(district.tenantId, ({ db, tenantId }) =>
    db.selectFrom('operation').select(['kind', 'after']).where('tenant_id', '=', tenantId).orderBy('seq').execute(),
  );
  // In the order of their announcement, from the first edit on.
  const isEdit = sent.map(({ kind, after }) => kind === 'updateUser' && /"grade":"10"/.test(after ?? ''));
  const first = isEdit.indexOf(true);
  const share = isEdit.slice(first, first + 300).filter((is) => is).length / 300;
  t.ok(first > 0 && share >= 0.4 && share <= 0.55, `${share} of 300 operations after ${first} others`);
  t.match(await district.run(), { done: 0, failed: 0 });
});

function enrollment(sectionId: string, studentId: string): RosterRecord {
  return { kind: 'studentEnrollment', id: `3${sectionId}${studentId}`, schoolId: '1', sectionId, studentId };
}

t.test('any edit during a load leads to the same result, once', async (t) => {
  const roster = smallRoster(12);
  const edits: Record<string, RosterRecord[]> = {
    'a new student': [...roster, ...newStudent('500')],
    'a new class': [...roster, ...section('60', '1'), enrollment('60', '10')],
    'somebody leaves a class': roster.filter((one) => one.kind !== 'studentEnrollment' || one.studentId !== '10'),
    'a student is gone': roster.filter((one) => {
      const isTheirs = one.kind === 'studentEnrollment' && one.studentId === '10';
      return !isTheirs && !(one.kind === 'student' && one.id === '10');
    }),
    'another user name': roster.map((one) =>
      one.kind === 'student' && one.id === '10' ? { ...one, username: 'else' } : one,
    ),
    'other names of classes': roster.map((one) => (one.kind === 'section' ? { ...one, courseName: 'Else' } : one)),
    'a school is renamed': roster.map((one) => (one.kind === 'school' ? { ...one, name: `${one.name}!` } : one)),
  };
  const calm = await open(t, 12);
  await calm.run();
  const requests = calm.microsoft.stats.requests;
  const every = takesAll ? 2 : 24;
  for (const [at, [name, edited]] of Object.entries(edits).entries()) {
    // Each edit at other moments than the one before it.
    for (let after = 5 + ((at * 5) % every); after < requests; after += every) {
      const what = `${name}, after ${after} requests`;
      await on(t, 12, async (district) => {
        const report = await district.run({ meanwhile: { after, edit: () => district.commit(edited) } });
        t.match(report, { state: 'success', failed: 0, problems: 0 }, what);
        t.same(wrongIn(await district.dump(), edited), [], what);
        for (const path of district.microsoft.stats.byPath.keys()) t.notMatch(path, /^DELETE \/(users|groups)\/[^/]+$/);
        t.match(await district.run(), { done: 0, failed: 0 }, `${what}: nothing is left`);
      });
    }
  }
});

// Microsoft 365 refuses duplicates of everything else, but nothing about a school is unique.
t.test('a school that is renamed while its creation is in progress or in doubt is created once', async (t) => {
  const roster = smallRoster(6);
  const renamed = roster.map((one) => (one.kind === 'school' ? { ...one, name: `${one.name}!` } : one));
  for (const isLost of [false, true]) {
    let open = 0;
    for (const after of [7, 8]) {
      await on(t, 6, async (district) => {
        const { directory, faults } = district.microsoft;
        if (isLost) {
          // Longer than the time to the first look-up, which frees its lane.
          directory.lag = 4000;
          const match = { method: 'POST', path: '^/education/schools$' };
          faults.add(faultOrder.parse({ match, kind: 'lost-answer' }));
        }
        const edit = async () => {
          const intents = await district.store.withTenant(district.tenantId, readIntents);
          open += intents.filter(({ kind }) => kind === 'createSchool').length;
          await district.commit(renamed);
        };
        const what = `${isLost ? 'in doubt' : 'under way'}, after ${after} requests`;
        const report = await district.run({ meanwhile: { after, isHeld: !isLost, edit } });
        t.match(report, { state: 'success', failed: 0, problems: 0 }, what);
        const dump = await district.dump();
        t.same(wrongIn(dump, renamed), [], what);
        t.same(dump.school.map(({ displayName }) => displayName).sort(), ['School 1!', 'School 2!'], what);
        t.match(await district.run(), { done: 0, failed: 0 }, `${what}: nothing is left`);
      });
    }
    t.ok(open > 0, `${open} were being created`);
  }
});

t.test('a kill at any point of replanning creates nothing twice and loses nothing', async (t) => {
  const edited = [...smallRoster(6), ...newStudent('500'), ...section('60', '2')];
  const every = takesAll ? 1 : 20;
  for (const by of ['killedAfter', 'killedAfterWrites'] as const) {
    for (let point = 1, isKilled = true; isKilled; point += every) {
      const district = await open(t, 6);
      // The created object cannot be found yet when the next run looks for it.
      district.microsoft.directory.lag = 4000;
      const meanwhile = { after: 9, edit: () => district.commit(edited) };
      isKilled = await district.run({ [by]: point, meanwhile }).then(
        () => false,
        () => true,
      );
      const start = district.clock.now();
      const report = await district.run();
      const what = `${by} ${point}`;
      t.match(report, { state: 'success', failed: 0, problems: 0 }, what);
      t.ok(district.clock.now() - start < 60_000, `${what}: the next run is not held up`);
      t.same(wrongIn(await district.dump(), edited), [], what);
      t.same(await district.store.withTenant(district.tenantId, readIntents), [], what);
      t.match(await district.run(), { done: 0, failed: 0, problems: 0 }, what);
    }
  }
});

t.test('an extended run reports its whole plan', async (t) => {
  const district = await open(t, 12);
  const edited = [...smallRoster(12), ...newStudent('500')];
  await district.run({ meanwhile: { after: 12, edit: () => district.commit(edited) } });
  const [run, ...others] = await district.store.withTenant(district.tenantId, (scope) => listRuns(scope, { limit: 9 }));
  t.same(others, []);
  t.match(run, { state: 'success', planned: { createUser: 17 } });
});
