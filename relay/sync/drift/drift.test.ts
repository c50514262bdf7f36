/** Changes by hand in Microsoft 365: noticed, repaired or reported, and never repaired endlessly. */

import t from 'tap';
import { RawClient } from '../../../scripts/simulators/microsoft/contract/raw-client.ts';
import type { Group, User } from '../../../scripts/simulators/microsoft/directory/entities.ts';
import { timestamp } from '../../../shared/clock.ts';
import { anyObject } from '../../graph/bodies/object.ts';
import { parseProfile } from '../../profile/profile.ts';
import { decideHolds, readHolds } from '../../store/guard/holds.ts';
import { openDistrict, smallRoster } from '../../testing/district.ts';
import { classOf, codes, inStep, later, minutes, reasons, setPolicy, userOf } from '../../testing/in-step.ts';

/** A member of the class who is a student. */
function studentIn(group: Group): User {
  for (const user of group.members) if (!group.owners.has(user)) return user;
  throw new Error('no student');
}

t.test(
  'members and owners removed by hand are added again, and checking without changes costs one request',
  async (t) => {
    const district = await inStep(t);
    const { directory, stats } = district.microsoft;
    const group = classOf(district, '50');
    const [student, teacher] = [studentIn(group), [...group.owners][0]];
    if (teacher === undefined) return t.fail('no teacher');
    directory.removeLink(group, 'members', student);
    directory.removeLink(group, 'owners', teacher);
    t.match(await later(district), { done: 2, failed: 0, state: 'success' });
    t.ok(group.members.has(student) && group.owners.has(teacher));
    t.same((await reasons(district)).sort(), [
      'they are in the section, and somebody removed them in Microsoft 365',
      'they teach the section, and somebody removed them in Microsoft 365',
    ]);

    stats.reset();
    t.match(await later(district), { done: 0, failed: 0 });
    t.same([...stats.byPath.keys()].sort(), ['GET /groups/delta', 'GET /users/delta']);
    district.clock.advance(minutes);
    stats.reset();
    await district.run();
    t.same([...stats.byPath.keys()], ['GET /users/delta'], 'not before it is time');
  },
);

t.test('a person who left PowerSchool meanwhile is not added again', async (t) => {
  const district = await inStep(t);
  const group = classOf(district, '50');
  const student = studentIn(group);
  const id = String(Number(String(student.props.mailNickname)) - 4000);
  district.microsoft.directory.removeLink(group, 'members', student);
  const gone = (one: { kind: string; studentId?: string; sectionId?: string }) =>
    one.kind === 'studentEnrollment' && one.studentId === `1${id}` && one.sectionId === '50';
  await district.commit(smallRoster(12).filter((one) => !gone(one)));
  t.match(await later(district), { done: 0, failed: 0 });
  t.notOk(group.members.has(student));
});

t.test('people added by hand stay; they are reported or removed if the profile says so', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const aide = directory.addUser(
    { userPrincipalName: 'aide@contoso.edu', displayName: 'Aide', mailNickname: 'aide' },
    'once',
  );
  const student = [...Array(12).keys()]
    .map((at) => userOf(district, `student${at}`))
    .find((user) => !group.members.has(user));
  if (student === undefined) return t.fail('everybody is in the class');
  directory.addLink(group, 'members', aide);
  directory.addLink(group, 'owners', aide);
  directory.addLink(group, 'members', student);
  t.match(await later(district), { done: 0, problems: 0 });
  setPolicy(district, { foreignMembers: 'report' });
  t.match(await later(district), { done: 0, problems: 3 });
  t.match(await codes(district), [/^MemberAddedByHand class:50\/account:/, /^MemberAddedByHand class:50\/students:/]);

  setPolicy(district, { foreignMembers: 'remove' });
  t.match(await later(district), { done: 3, failed: 0, problems: 0 });
  t.notOk(group.members.has(aide) || group.owners.has(aide) || group.members.has(student));
  t.same(await reasons(district), ['somebody added them in Microsoft 365']);
  t.equal(group.owners.size, 1, 'the teacher stays');
});

t.test('a person in a class before their account is linked does not count as added by hand', async (t) => {
  const district = await inStep(t, { drift: { foreignMembers: 'remove', memberships: 'report' } });
  const { directory } = district.microsoft;
  const records = smallRoster(13);
  const enrolled = records.find((one) => one.kind === 'studentEnrollment' && one.studentId === '112');
  const group = classOf(district, enrolled?.kind === 'studentEnrollment' ? enrolled.sectionId : '');
  const account = { userPrincipalName: 'student12@contoso.edu', mailNickname: '4012', displayName: 'Student 12' };
  const user = directory.addUser(account, 'once');
  directory.addLink(group, 'members', user);
  await district.commit(records);
  t.match(await later(district), { failed: 0 });
  t.ok(group.members.has(user), 'in the run that links the person');
  t.match(await later(district), { done: 0, failed: 0, problems: 0 });
  t.ok(group.members.has(user), 'and after it');
});

t.test(
  'a value changed by hand is reported once an hour or written again; a class name left to teachers is theirs',
  async (t) => {
    const district = await inStep(t);
    const { directory } = district.microsoft;
    const [one, two] = [classOf(district, '50'), classOf(district, '51')];
    const was = one.props.displayName ?? '';
    directory.groups.update(one, { displayName: 'Our Class' });
    directory.groups.update(two, { course: { ...(two.props.course as object), displayName: 'Knitting' } });
    for (const school of directory.schools.find('externalId', '1'))
      directory.schools.update(school, { displayName: 'Hogwarts' });
    t.match(await later(district), { done: 0, state: 'errors' });
    t.same(await codes(district), ['ChangedByHand class:50'], 'names of classes come with their members');
    district.clock.advance(60 * minutes);
    t.match(await later(district), { done: 0 });
    t.same(await codes(district), ['ChangedByHand class:50', 'ChangedByHand class:51', 'ChangedByHand school:1']);

    district.profile = {
      ...district.profile,
      classes: { ...district.profile.classes, displayName: 'create-only' },
      drift: { ...district.profile.drift, attributes: 'repair' },
    };
    t.match(await later(district), { done: 2, failed: 0, problems: 0 });
    t.match(two.props.course, { displayName: 'Course 1' });
    t.equal(one.props.displayName, 'Our Class');
    district.profile = { ...district.profile, classes: { ...district.profile.classes, displayName: 'always' } };
    t.match(await later(district), { done: 1, problems: 0 });
    t.equal(one.props.displayName, was);
    t.same(await reasons(district), ['somebody changed it in Microsoft 365']);
  },
);

t.test('a class deleted by hand is left alone and reported until it is back', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const members = [...group.members];
  const owners = [...group.owners];
  directory.deleteGroup(group);
  t.match(await later(district), { done: 0, failed: 0, problems: 1 });
  t.same(await codes(district), ['DeletedByHand class:50']);
  const more = { kind: 'studentEnrollment', id: '999', schoolId: '1', sectionId: '50', studentId: '11' } as const;
  await district.commit([...smallRoster(12), more]);
  t.match(await district.run(), { done: 0, failed: 0, problems: 1 }, 'nothing is planned for it');

  directory.restore(group);
  for (const user of members) directory.addLink(group, 'members', user);
  for (const user of owners) directory.addLink(group, 'owners', user);
  t.match(await later(district), { failed: 0, problems: 0 });
  t.match(await later(district), { done: 0, failed: 0, problems: 0 });
  t.ok(group.members.has(userOf(district, 'student1')));
});

t.test(
  'if the profile says so, a deleted class and a deleted school are created again with all of their people',
  async (t) => {
    const district = await inStep(t, { drift: { deletedObjects: 'recreate' } });
    const { directory } = district.microsoft;
    const size = classOf(district, '50').members.size;
    const [school] = directory.schools.find('externalId', '2');
    if (school === undefined) return t.fail('no school');
    const [users, classes] = [school.users.size, school.classes.size];
    directory.deleteGroup(classOf(district, '50'));
    t.match(await later(district), { failed: 0, problems: 0 });
    t.equal(classOf(district, '50').members.size, size);
    t.ok((await reasons(district)).includes('somebody deleted it in Microsoft 365'));

    directory.deleteSchool(school);
    district.clock.advance(60 * minutes);
    t.match(await later(district), { failed: 0, problems: 0 });
    const [again] = directory.schools.find('externalId', '2');
    t.same([again?.users.size, again?.classes.size], [users, classes]);
    district.clock.advance(60 * minutes);
    t.match(await later(district), { done: 0, failed: 0, problems: 0 });
  },
);

t.test('a repair that is undone twice is only reported', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const student = studentIn(group);
  for (const round of [1, 2]) {
    directory.removeLink(group, 'members', student);
    t.match(await later(district), { done: 1 }, `repair ${round}`);
    t.match(await later(district), { done: 0 });
  }
  directory.removeLink(group, 'members', student);
  t.match(await later(district), { done: 0, problems: 1 });
  t.match(await codes(district), [/^DriftContended class:50\/students:/]);
  district.restart();
  t.match(await later(district), { done: 0, problems: 1 }, 'a restart forgets nothing');
  directory.addLink(group, 'members', student);
  t.match(await later(district), { done: 0, problems: 0 }, 'it is over');
});

t.test('many repairs at once are held; new students are not', async (t) => {
  const district = await inStep(t, { students: 80 });
  const { directory } = district.microsoft;
  let removed = 0;
  for (const id of ['50', '52', '54']) {
    const group = classOf(district, id);
    for (const user of [...group.members].filter((one) => !group.owners.has(one))) {
      directory.removeLink(group, 'members', user);
      removed += 1;
    }
  }
  const [student] = smallRoster(80).filter(({ kind, id }) => kind === 'student' && id === '11');
  t.ok(student);
  const more = { kind: 'studentEnrollment', id: '999', schoolId: '1', sectionId: '50', studentId: '11' } as const;
  await district.commit([...smallRoster(80), more]);
  const report = await later(district);
  t.match(report, { done: 1, failed: 0 });
  t.ok(report.held > 0);
  const holds = await district.store.withTenant(district.tenantId, (scope) => readHolds(scope));
  t.match(holds, [{ key: 'addMembers:1:share', count: removed, reason: /Somebody ended/ }]);
  t.match(await later(district), { done: 0, held: report.held }, 'still');
  district.restart();
  district.clock.advance(8 * 24 * 60 * minutes);
  t.match(await district.run(), { done: 0, held: report.held }, 'and time alone does not release them');

  const { profile } = district;
  district.profile = { ...profile, drift: { ...profile.drift, memberships: 'report' } };
  t.match(await later(district), { done: 0, held: 0, problems: removed }, 'another policy ends it');
  district.profile = profile;
  t.match(await later(district), { done: 0, held: report.held, problems: 0 });

  const decision = {
    state: 'approved',
    by: 'Kim',
    until: new Date(district.clock.now() + 86_400_000).toISOString(),
  } as const;
  const now = timestamp(district.clock);
  await district.store.withTenant(district.tenantId, (scope) =>
    decideHolds(scope, { key: undefined, profile: undefined }, decision, now),
  );
  t.match(await district.run(), { done: report.held, held: 0, failed: 0 });
  t.ok([...classOf(district, '50').members].length > 20);
  t.match(await later(district), { done: 0, held: 0 });
});

t.test('an object that the directory does not show yet is not drift', async (t) => {
  const district = await openDistrict({
    dir: t.testdir(),
    mode: { students: 'match', teachers: 'match' },
    students: 12,
    accounts: true,
  });
  t.teardown(() => district.close());
  district.microsoft.directory.lag = 8 * minutes;
  await district.commit(smallRoster(12));
  await district.run();
  await district.commit(smallRoster(11));
  for (let turn = 0; turn < 6; turn += 1) {
    district.restart();
    district.clock.advance(3 * minutes);
    const { done, problems } = await district.run();
    // Relations to a school that was not visible in the first run follow once it is.
    if (turn > 1) t.same([done, problems], [0, 0]);
    t.notMatch(await codes(district), [/ByHand/], `turn ${turn}`);
  }
  t.same(await reasons(district), []);
});

t.test('expired delta links, partial classes and failures change nothing', async (t) => {
  const district = await inStep(t);
  const { directory, faults } = district.microsoft;
  directory.deltaPage = 1;
  await using control = new RawClient(district.microsoft);
  await control.control('POST', '/delta/expire');
  const group = classOf(district, '51');
  const student = studentIn(group);
  directory.removeLink(group, 'members', student);
  t.match(await later(district), { done: 1, failed: 0, problems: 0 });
  t.ok(group.members.has(student));

  directory.removeLink(group, 'members', student);
  faults.add({ match: { path: '/groups/delta' }, kind: '503', times: 10, skip: 0, delay: 0 });
  t.match(await later(district), { done: 0, state: 'errors', problems: 1 });
  t.same(await codes(district), ['DriftUnreadable directory']);
  faults.clear();
  t.match(await later(district), { done: 1, state: 'success', problems: 0 });
});

t.test('without the permission to see members nobody is added again', async (t) => {
  const district = await inStep(t);
  const { app } = district.microsoft;
  app.roles = app.roles.filter((role) => role !== 'Member.Read.Hidden');
  await using control = new RawClient(district.microsoft);
  await control.control('POST', '/delta/expire');
  district.clock.advance(61 * minutes);
  t.match(await later(district), { done: 0, failed: 0, problems: 1 });
  t.same(await codes(district), ['DriftUnreadable directory']);
});

t.test(
  'after an upgrade, a property that the earlier delta link did not select is followed, and nothing is lost',
  async (t) => {
    const mode = { students: 'create', teachers: 'create' } as const;
    const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: false });
    t.teardown(() => district.close());
    setPolicy(district, { attributes: 'repair' });
    const { microsoft, store, tenantId, clock } = district;
    const properties = { ...district.profile.properties, student: ['studentNumber', 'homeRoom'] };
    district.profile = parseProfile({ ...district.profile, properties }, 'test');
    const roster = smallRoster(6).map((one) => (one.kind === 'student' ? { ...one, homeRoom: '12B' } : one));
    await district.commit(roster);
    await district.run();
    t.match(await later(district, 61 * minutes), { done: 0, failed: 0, problems: 0 }, 'in step');

    // The state of an earlier version: a link that selects less, with or without a record of its selection.
    const client = district.client();
    const older = 'displayName,externalSource,primaryRole,student,teacher';
    for (const [round, selected] of [older, null].entries()) {
      let deltaLink = '';
      const pages = client.pages(`/education/users/delta?$select=${older}`, anyObject);
      for await (const page of pages) deltaLink = page.deltaLink ?? '';
      await store.withTenant(tenantId, async ({ db }) => {
        const values = { delta_link: deltaLink, selected, read_at: timestamp(clock) };
        await db.updateTable('drift_reading').set(values).where('collection', '=', 'users').execute();
      });
      const [moved, renamed] = [userOf(district, `student${round}`), userOf(district, `student${round + 2}`)];
      microsoft.directory.users.update(moved, { officeLocation: 'Attic' });
      microsoft.directory.users.update(renamed, { displayName: 'Somebody' });
      t.match(await later(district, 61 * minutes), { done: 2, failed: 0, problems: 0 }, `after "${selected}"`);
      t.equal(moved.props.officeLocation, '12B');
      t.not(renamed.props.displayName, 'Somebody', 'and changes that the link would have shown are noticed too');

      microsoft.directory.deltaPage = 2;
      microsoft.stats.reset();
      t.match(await later(district, 61 * minutes), { done: 0, problems: 0 });
      const { byPath } = microsoft.stats;
      t.ok((byPath.get('GET /education/users/delta') ?? 99) <= 2, 'everything was read once: now the link is followed');
    }
  },
);
