/** Changes by hand to people and classes in schools: read rarely, repaired or reported, and nobody is removed. */
import t from 'tap';
import { smallRoster } from '../../testing/district.ts';
import { classOf, codes, inStep, later, minutes, reasons, schoolOf, setPolicy, userOf } from '../../testing/in-step.ts';

const day = 24 * 60 * minutes;

t.test('people and classes removed from their school by hand are added again within a day', async (t) => {
  const district = await inStep(t);
  const { directory, stats } = district.microsoft;
  await later(district);
  stats.reset();
  t.match(await later(district), { done: 0 });
  const ofSchools = () => [...stats.byPath.keys()].filter((path) => path.startsWith('GET /education/schools/:id/'));
  t.same(ofSchools(), [], 'both schools were read');

  const [school, student] = [schoolOf(district, '1'), userOf(district, 'student0')];
  t.ok(school.users.has(student));
  directory.removeFromSchool(school, student);
  directory.removeFromSchool(school, classOf(district, '50'));
  t.match(await later(district), { done: 0, problems: 0 }, 'no reading before it is due');
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { failed: 0, problems: 0, state: 'success' });
  t.ok(school.users.has(student) && school.classes.has(classOf(district, '50')));
  t.same((await reasons(district)).sort(), [
    'the person belongs to the school, and somebody removed them in Microsoft 365',
    'the section belongs to the school, and somebody removed it in Microsoft 365',
  ]);
  district.clock.advance(day);
  t.match(await later(district), { done: 0 });
  t.match(await later(district), { done: 0 });
});

t.test('by policy it is reported instead, for at most an hour after it is fixed', async (t) => {
  const district = await inStep(t, { drift: { memberships: 'report' } });
  const { directory } = district.microsoft;
  const [school, student] = [schoolOf(district, '1'), userOf(district, 'student0')];
  directory.removeFromSchool(school, student);
  directory.removeFromSchool(school, classOf(district, '50'));
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { done: 0, problems: 2 });
  t.same(await codes(district), ['MemberRemovedByHand school:1/class:50', 'MemberRemovedByHand school:1/students:10']);
  setPolicy(district, { memberships: 'ignore' });
  t.match(await later(district), { done: 0, problems: 0 });
  setPolicy(district, { memberships: 'report' });
  t.match(await later(district), { done: 0, problems: 2 });
  directory.addToSchool(school, student);
  directory.addToSchool(school, classOf(district, '50'));
  t.match(await later(district, 61 * minutes), { done: 0, problems: 0 });
  t.same(await codes(district), []);
});

t.test('a person added to a school by hand stays there, and is reported if the profile says so', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const aide = directory.addUser(
    { userPrincipalName: 'aide@contoso.edu', displayName: 'A', mailNickname: 'a' },
    'once',
  );
  const club = directory.addGroup({ displayName: 'Chess', mailNickname: 'chess' }, true, 'once');
  const school = schoolOf(district, '1');
  directory.addToSchool(school, aide);
  directory.addToSchool(school, club);
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { done: 0, problems: 0 });
  for (const foreignMembers of ['report', 'remove'] as const) {
    setPolicy(district, { foreignMembers });
    t.match(await later(district), { done: 0, problems: 2 }, 'nobody is removed from a school');
    t.same(await codes(district), [
      `MemberAddedByHand school:1/account:${aide.id}`,
      `MemberAddedByHand school:1/class:object:${club.id}`,
    ]);
  }
  t.ok(school.users.has(aide) && school.classes.has(club));
});

t.test('a person who left PowerSchool is not added to the school again', async (t) => {
  const district = await inStep(t);
  const [school, student] = [schoolOf(district, '1'), userOf(district, 'student0')];
  district.microsoft.directory.removeFromSchool(school, student);
  const isHis = (one: { kind: string; id: string; studentId?: string }) =>
    (one.kind === 'student' && one.id === '10') || one.studentId === '10';
  await district.commit(smallRoster(12).filter((one) => !isHis(one)));
  await district.run();
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { done: 0, failed: 0, problems: 0 });
  t.notOk(school.users.has(student));
});

t.test('a class deleted by hand is not also reported as missing from its school', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const [members, owners] = [[...group.members], [...group.owners]];
  directory.deleteGroup(group);
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { done: 0, failed: 0, problems: 1 });
  t.same(await codes(district), ['DeletedByHand class:50']);
  directory.restore(group);
  for (const user of members) directory.addLink(group, 'members', user);
  for (const user of owners) directory.addLink(group, 'owners', user);
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { failed: 0, problems: 0 });
  t.ok(schoolOf(district, '1').classes.has(group), 'restored, it is in no school until somebody puts it there');
});

t.test('many at once are held', async (t) => {
  const district = await inStep(t, { students: 80 });
  const school = schoolOf(district, '1');
  const all = school.users.size;
  for (const user of [...school.users]) district.microsoft.directory.removeFromSchool(school, user);
  district.clock.advance(day);
  await district.run();
  t.match(await later(district), { done: 0, held: all, failed: 0 });
  t.equal(school.users.size, 0);
});

t.test("delays and failures in a school's reading are not drift", async (t) => {
  const district = await inStep(t);
  const { directory, faults, stats } = district.microsoft;
  await later(district);
  directory.lag = 8 * minutes;
  const newcomers = Array.from({ length: 12 }, (_, at) => `${4900 + at}`);
  for (const name of newcomers)
    directory.addUser({ userPrincipalName: `${name}@contoso.edu`, displayName: 'N', mailNickname: name }, 'once');
  district.clock.advance(day);
  faults.add({ match: { path: '/education/schools/.*/users' }, kind: '503', times: 6, skip: 0, delay: 0 });
  const students = newcomers.map((id) => ({ kind: 'student', id, schoolId: '1', studentNumber: id }) as const);
  await district.commit([...smallRoster(12), ...students]);
  t.match(await district.run(), { failed: 0, problems: 1 });
  t.same(await codes(district), ['DriftUnreadable directory']);
  faults.clear();
  stats.reset();
  const school = schoolOf(district, '1');
  const unseen = () => [...school.users].filter((user) => !directory.isSeenIn(school, user)).length;
  t.ok(unseen() > 0);
  for (let turn = 0; turn < 8; turn += 1) {
    district.restart();
    district.clock.advance(2 * minutes);
    t.match(await district.run(), { done: 0, failed: 0, problems: 0 });
  }
  t.equal(unseen(), 0);
  t.ok((stats.byPath.get('GET /education/schools/:id/users') ?? 0) > 2, 'it is read until it is certain');
});
