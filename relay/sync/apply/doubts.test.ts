/** A refused or doubtful operation holds up nothing that does not depend on it. */
import t, { type Test } from 'tap';
import { type FaultOrder, faultOrder } from '../../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import { readProblems } from '../../store/runs/problems.ts';
import { type District, type Mode, openDistrict, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';

const match: Mode = { students: 'match', teachers: 'match' };
const create: Mode = { students: 'create', teachers: 'create' };

async function open(t: Test, mode: Mode, students = 12): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode.students === 'match' });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  return district;
}

function order(fault: object): FaultOrder {
  return faultOrder.parse(fault);
}

/** Virtual seconds that a run takes. */
async function seconds(district: District): Promise<number> {
  const before = district.clock.now();
  await district.run();
  return (district.clock.now() - before) / 1000;
}

function problemsOf({ store, tenantId }: District) {
  return store.withTenant(tenantId, readProblems);
}

const section = (id: string): RosterRecord => {
  const names = { courseNumber: 'NEW', courseName: 'New', sectionNumber: '1', termId: '1' };
  return { kind: 'section', id, schoolId: '1', ...names };
};
const enrolled: RosterRecord = {
  ...{ kind: 'studentEnrollment', id: '399', schoolId: '1' },
  ...{ sectionId: '51', studentId: '10' },
} as RosterRecord;
const chess = { displayName: 'Chess club', mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] };
const isIn51 = async (district: District) => {
  const dump = await district.dump();
  const student = dump.user.find((user) => user.student?.externalId === '10');
  return dump.class.find(({ externalId }) => externalId === '51')?.members?.includes(student?.id ?? '');
};

t.test('an alias of another group prevents its class, and delays nothing else', async (t) => {
  const district = await open(t, match);
  await district.run();
  district.microsoft.directory.addGroup({ ...chess, mailNickname: 'Section_980' }, false, 'once');
  await district.commit([...smallRoster(12), section('980'), enrolled]);
  t.ok((await seconds(district)) < 10, 'the run ends at once');
  t.ok(await isIn51(district), 'independent operations are done in the same run');
  const [problem, ...others] = await problemsOf(district);
  t.match(problem, { subject: 'class:980', code: 'AliasTaken', message: /alias Section_980 .*group "Chess club"/ });
  t.match(problem, { message: /object id [0-9a-f-]{36}.*did not create/ });
  t.same(others, []);
  district.clock.advance(15 * 60_000);
  t.ok((await seconds(district)) < 10, 'and the next run does not wait either');
});

t.test('a group in the recycle bin keeps its alias', async (t) => {
  const district = await open(t, match);
  await district.run();
  const { directory, faults } = district.microsoft;
  directory.deleteGroup(directory.addGroup({ ...chess, mailNickname: 'Section_980' }, false, 'once'));
  const message = 'Another object with the same value for property mailNickname already exists.';
  const details = [{ code: 'ObjectConflict', target: 'mailNickname', message }];
  const answer = { status: 400, code: 'Request_BadRequest', message, details };
  faults.add(
    order({ match: { method: 'POST', path: '^/education/classes$' }, kind: 'answer', answer, times: 'always' }),
  );
  await district.commit([...smallRoster(12), section('980')]);
  t.ok((await seconds(district)) < 10);
  t.match(await problemsOf(district), [{ code: 'AliasTaken', message: /the deleted group "Chess club"/ }]);
});

t.test('a recycle bin that cannot be read just now is not taken for an empty one', async (t) => {
  const district = await open(t, match);
  await district.run();
  const { directory, faults } = district.microsoft;
  directory.deleteGroup(directory.addGroup({ ...chess, mailNickname: 'Section_980' }, false, 'once'));
  const message = 'Another object with the same value for property mailNickname already exists.';
  const details = [{ code: 'ObjectConflict', target: 'mailNickname', message }];
  const answer = { status: 400, code: 'Request_BadRequest', message, details };
  faults.add(
    order({ match: { method: 'POST', path: '^/education/classes$' }, kind: 'answer', answer, times: 'always' }),
  );
  // As often as a read is tried.
  faults.add(order({ match: { path: '^/directory/deletedItems' }, kind: '503', times: 6 }));
  await district.commit([...smallRoster(12), section('980')]);
  await district.run();
  t.match(await problemsOf(district), [{ code: 'AliasTaken', message: /the deleted group "Chess club"/ }]);
});

t.test('a user name that is taken between two directory reads', async (t) => {
  const district = await open(t, create, 2);
  await district.run();
  const props = { userPrincipalName: 'student2@contoso.edu', mailNickname: 'guest', displayName: 'A. Guest' };
  const stranger = district.microsoft.directory.addUser({ ...props, usageLocation: 'US' }, 'once');
  await district.commit(smallRoster(3));
  // Only /users/delta does not show the other account yet.
  const empty = {
    status: 200,
    body: { value: [], '@odata.deltaLink': `${district.microsoft.baseUrl}/v1.0/users/delta?$deltatoken=x` },
  };
  district.microsoft.faults.add(order({ match: { path: '^/users/delta' }, kind: 'answer', answer: empty }));
  t.ok((await seconds(district)) < 10);
  t.match(await problemsOf(district), [
    { subject: 'students:12', code: 'UserNameTaken', message: new RegExp(`"A. Guest" .object id ${stranger.id}`) },
  ]);
});

t.test('twenty new accounts with lost answers cost seconds, and none is created twice', async (t) => {
  for (const kind of ['lost-answer', 'drop'] as const) {
    const district = await open(t, create, 4);
    await district.run();
    await district.commit(smallRoster(24));
    district.microsoft.faults.add(order({ match: { path: 'batch' }, kind }));
    const took = await seconds(district);
    t.ok(took <= 15, `${kind}: ${took} s`);
    t.same(await problemsOf(district), []);
    const dump = await district.dump();
    t.equal(new Set(dump.user.map(({ userPrincipalName }) => userPrincipalName)).size, 28);
    t.equal(dump.user.length, 28);
    t.equal(dump.class.length, 6);
  }
});

t.test("our own account is not reported as somebody else's because a look-up was not answered", async (t) => {
  const own = '^/education/users/[^/?]+[?]';
  const byName = '^/users[?].*userPrincipalName';
  for (const [index, path] of [own, byName].entries()) {
    for (const [at, kind] of ['503', 'missing'].entries()) {
      if (!takesAll && at !== index) continue;
      const district = await open(t, create, 4);
      await district.run();
      await district.commit(smallRoster(5));
      const { faults } = district.microsoft;
      faults.add(order({ match: { path: 'batch' }, kind: 'lost-answer' }));
      // Another server, which does not know it yet, answers first.
      const nobody = { status: 200, body: { value: [] } };
      const search = { path: '^/education/users[?].*filter' };
      faults.add(order({ match: search, kind: 'answer', answer: nobody, times: 2 + index }));
      faults.add(order({ match: { path }, kind, times: 3 }));
      const what = `${path} ${kind}`;
      t.match(await district.run(), { state: 'success', failed: 0 }, what);
      t.same(await problemsOf(district), [], what);
      t.equal((await district.dump()).user.length, 9, what);
    }
  }
});

t.test('a first run with lost answers never stalls for long', async (t) => {
  const district = await open(t, create, 40);
  for (const path of ['batch', '/education/schools', '/education/classes', '/education/users']) {
    district.microsoft.faults.add(order({ match: { path }, kind: 'lost-answer', times: 3, skip: 1 }));
  }
  const took = await seconds(district);
  t.ok(took < 60, `${took} s`);
  const dump = await district.dump();
  t.same([dump.school.length, dump.class.length, dump.user.length], [2, 6, 44]);
});

t.test('a deleted account keeps nobody else out of a class', async (t) => {
  const district = await open(t, match);
  const { directory, faults } = district.microsoft;
  await district.run();
  const gone = directory.users.find('userPrincipalName', 'student0@contoso.edu')[0];
  if (gone === undefined) throw new Error('no account');
  await district.commit([...smallRoster(12), enrolled, { ...enrolled, id: '398', studentId: '12' } as RosterRecord]);
  directory.deleteUser(gone);
  const empty = {
    status: 200,
    body: { value: [], '@odata.deltaLink': `${district.microsoft.baseUrl}/v1.0/users/delta?$deltatoken=x` },
  };
  faults.add(order({ match: { path: '^/users/delta' }, kind: 'answer', answer: empty }));
  t.ok((await seconds(district)) < 20);
  const dump = await district.dump();
  const other = dump.user.find((user) => user.student?.externalId === '12');
  t.ok(dump.class.find(({ externalId }) => externalId === '51')?.members?.includes(other?.id ?? ''));
  t.match(await problemsOf(district), [
    { subject: 'class:51/students:10', code: 'ObjectMissing', message: /\/users\// },
  ]);
});

t.test('owners are added one by one if several at once are refused, and that is remembered', async (t) => {
  const district = await open(t, match);
  const message = "The property 'owners@odata.bind' cannot be updated.";
  // Only a PATCH with owners: members have the same path.
  const isOwners = { method: 'PATCH', path: '^/groups/[^/]+$' };
  const answer = { status: 400, code: 'Request_BadRequest', message };
  district.microsoft.faults.add(order({ match: isOwners, kind: 'answer', answer, times: 6 }));
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  const dump = await district.dump();
  t.ok(dump.class.every(({ owners }) => owners?.length === 1));
  district.restart();
  district.microsoft.faults.clear();
  const { writes } = district.microsoft.stats;
  await district.commit([
    ...smallRoster(12),
    ...['92', '93'].map((teacherId, index): RosterRecord => {
      return { kind: 'teacherRoster', id: `8${index}`, schoolId: '1', sectionId: '50', teacherId };
    }),
  ]);
  t.match(await district.run(), { state: 'success', problems: 0 });
  t.equal(district.microsoft.stats.writes - writes, 2 + 1, 'two owners alone, both as members');
});

t.test('an operation that stays in doubt is reported, with what happens next', async (t) => {
  const district = await open(t, create, 2);
  await district.run();
  await district.commit(smallRoster(3));
  const { faults } = district.microsoft;
  faults.add(order({ match: { method: 'POST', path: '^/education/users$' }, kind: '504', times: 'always' }));
  await district.run();
  const [problem] = await problemsOf(district);
  t.match(problem, { subject: 'students:12', message: /createUser students:12/ });
  faults.clear();
  t.match(await district.run(), { state: 'success', problems: 0 });
});
