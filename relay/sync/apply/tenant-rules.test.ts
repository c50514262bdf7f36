/**
 * Tenants with their own rules: what they refuse is reported to the person who can fix it, and everything else continues.
 */

import t, { type Test } from 'tap';
import { faultOrder } from '../../../scripts/simulators/microsoft/fault-order.ts';
import { defaultRoles } from '../../../scripts/simulators/microsoft/graph/permissions.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import { answerOf, explain } from '../../explain/explain.ts';
import { readFacts } from '../../explain/facts.ts';
import { asSectionId } from '../../model/keys.ts';
import { fixerOf } from '../../model/problem.ts';
import type { Role } from '../../model/role.ts';
import { parseProfile } from '../../profile/profile.ts';
import { readProblems } from '../../store/runs/problems.ts';
import { type District, type Mode, openDistrict, profileFor, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';

const match: Mode = { students: 'match', teachers: 'match' };
const students = 8;

async function open(t: Test, options: object = {}): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode: match, students, accounts: true });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, ...options }, 'test');
  await district.commit(smallRoster(students));
  return district;
}

async function problemsOf({ store, tenantId }: District) {
  const problems = await store.withTenant(tenantId, readProblems);
  return problems.map(({ subject, code, message, action }) => ({ subject, code, message, action, who: fixerOf(code) }));
}

function account({ microsoft }: District, name: string) {
  const [user] = microsoft.directory.users.find('userPrincipalName', `${name}@contoso.edu`);
  if (user === undefined) throw new Error(name);
  return user;
}

t.test('owners are added one by one if a PATCH with them is refused, and members as usual', async (t) => {
  const district = await open(t);
  district.microsoft.directory.rules.refusesOwnersInPatch = true;
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  const dump = await district.dump();
  t.ok(dump.class.every(({ owners, members }) => owners?.length === 1 && (members?.length ?? 0) > 1));
  t.match(await district.run(), { done: 0 });
});

t.test('owners are added one by one for every kind of refusal of a PATCH', async (t) => {
  const refusals = [
    { status: 400, code: 'Request_BadRequest', message: "Invalid property 'owners'." },
    { status: 400, code: 'Request_UnsupportedQuery', message: 'The operation is not supported for owners.' },
    { status: 403, code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' },
    {
      status: 405,
      code: 'Request_BadRequest',
      message: 'Specified HTTP method is not allowed for the request target.',
    },
    { status: 422, code: 'UnprocessableEntity', message: 'owners cannot be bound.' },
    { status: 501, code: 'NotImplemented', message: 'Not implemented.' },
  ];
  for (const answer of takesAll ? refusals : refusals.filter(({ status }) => status === 403 || status === 501)) {
    const district = await open(t);
    const match = { method: 'PATCH', path: '^/groups/[^/]+$' };
    // The six requests for owners: those for members have the same path and come later.
    district.microsoft.faults.add(faultOrder.parse({ match, kind: 'answer', answer, times: 6 }));
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 }, `${answer.status}`);
    const dump = await district.dump();
    t.ok(dump.class.every(({ owners }) => owners?.length === 1));
  }
});

t.test('the permission that owners need is checked before anything is written', async (t) => {
  const district = await open(t);
  const { app } = district.microsoft;
  app.roles = defaultRoles.filter((role) => role !== 'Group.ReadWrite.All').concat('GroupMember.ReadWrite.All');
  await t.rejects(district.run(), { code: 'GRAPH_CONSENT_MISSING', message: /not granted Group\.ReadWrite\.All/ });
  t.equal(district.microsoft.stats.writes, 0);
  app.roles = defaultRoles;
  district.clock.advance(60_000);
  t.match(await district.run(), { state: 'success', problems: 0 });
});

t.test('members that need User.ReadWrite.All name that permission', async (t) => {
  const district = await open(t);
  const { app, directory } = district.microsoft;
  directory.rules.memberWritesNeedUserWrite = true;
  app.roles = [...defaultRoles.filter((role) => role !== 'User.ReadWrite.All'), 'User.Read.All'];
  t.match(await district.run(), { state: 'errors' });
  const problems = await problemsOf(district);
  t.same([...new Set(problems.map(({ code, who }) => `${code} ${who}`))], ['PermissionMissing microsoft']);
  t.match(problems[0], { message: /permission User\.ReadWrite\.All\.$/ });
  app.roles = defaultRoles;
  t.match(await district.run(), { state: 'success', problems: 0 });
});

t.test('a naming policy is reported to the administrators, in its own words', async (t) => {
  const district = await open(t);
  district.microsoft.directory.rules.naming = { prefix: '', suffix: '', blockedWords: ['Course'] };
  t.match(await district.run(), { state: 'errors' });
  const problems = await problemsOf(district);
  t.match(problems[0], {
    subject: /^class:/,
    code: 'GroupNamingPolicy',
    who: 'microsoft',
    message: /words that are blocked/,
  });
  t.equal((await district.dump()).school.length, 2, 'everything else goes on');
  district.microsoft.directory.rules.naming = null;
  t.match(await district.run(), { state: 'success', problems: 0 });
});

t.test('a protected account is reported as protected, and not as a missing permission', async (t) => {
  for (const by of ['administrator', 'restrictedUnit'] as const) {
    const district = await open(t, { policies: { studentGone: 'disable', goneForDays: 0 } });
    await district.run();
    account(district, 'student0').protection = by;
    const gone = new Set(['10', '300', '301', '302']);
    await district.commit(smallRoster(students).filter(({ id }) => !gone.has(id)));
    await district.run();
    const [problem, ...others] = await problemsOf(district);
    t.match(problem, { subject: 'students:10', code: 'AccountProtected', who: 'microsoft' });
    t.match(problem, { action: /Leave the account as it is.*link set/ });
    t.same(others, []);
    account(district, 'student0').protection = undefined;
    t.match(await district.run(), { state: 'success', problems: 0 });
  }
});

t.test('a protected account is reported as protected, for every operation', async (t) => {
  const skuPolicy = { studentGone: 'disable', goneForDays: 0 };
  const graded = (grade: string): RosterRecord[] =>
    smallRoster(students).map((one) => (one.kind === 'student' && one.id === '10' ? { ...one, grade } : one));
  const gone = smallRoster(students).filter(({ id }) => !['10', '300', '301', '302'].includes(id));
  const steps: Record<string, (district: District) => Promise<void>> = {
    updateUser: (district) => district.commit(graded('12')),
    disableUser: (district) => district.commit(gone),
  };
  for (const [kind, change] of Object.entries(steps)) {
    const district = await open(t, { policies: skuPolicy });
    await district.run();
    account(district, 'student0').protection = 'restrictedUnit';
    await change(district);
    await district.commit([...(kind === 'disableUser' ? gone : graded('12'))]);
    const report = await district.run();
    t.equal(report.failed, 1, kind);
    t.match(await problemsOf(district), [
      { subject: 'students:10', code: 'AccountProtected', message: new RegExp(kind), who: 'microsoft' },
    ]);
    account(district, 'student0').protection = undefined;
    t.match(await district.run(), { state: 'success', problems: 0 });
    if (kind !== 'disableUser') continue;
    account(district, 'student0').protection = 'administrator';
    await district.commit(smallRoster(students));
    await district.run();
    t.match(await problemsOf(district), [{ code: 'AccountProtected', message: /enableUser/ }], 'and not enabled again');
  }
  const create: Mode = { students: 'create', teachers: 'create' };
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  t.teardown(() => district.close());
  const licenses = { students: null, teachers: null, usageLocation: 'US' };
  const licensed = district.profile;
  district.profile = parseProfile({ ...licensed, licenses }, 'test');
  await district.commit(smallRoster(students));
  await district.run();
  account(district, 'student0').protection = 'restrictedUnit';
  district.profile = licensed;
  await district.run();
  t.match(await problemsOf(district), [
    { subject: 'students:10', code: 'AccountProtected', message: /assignLicence/, who: 'microsoft' },
  ]);
});

t.test('a role-assignable group is reported as protected, and everything else continues', async (t) => {
  const create: Mode = { students: 'create', teachers: 'create' };
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  t.teardown(() => district.close());
  const { directory } = district.microsoft;
  const kind = { mailEnabled: false, securityEnabled: true, groupTypes: [], isAssignableToRole: true };
  const group = directory.addGroup({ ...kind, displayName: 'Licensed', mailNickname: 'licensed' }, false, 'once');
  const licenses = { students: { group: group.id }, teachers: null, usageLocation: 'US' };
  district.profile = parseProfile({ ...district.profile, licenses }, 'test');
  await district.commit(smallRoster(students));
  await district.run();
  t.match(await problemsOf(district), [
    { subject: `licence:${group.id}`, code: 'GroupProtected', who: 'microsoft', message: /administrator roles/ },
  ]);
  const dump = await district.dump();
  t.ok(dump.class.every(({ members }) => (members?.length ?? 0) > 1));
});

t.test('a guest refused by a group keeps nobody else out of it, and is named', async (t) => {
  const { identity } = profileFor(match);
  for (const [name, key] of Object.entries({ student2: 'students:12', teacher0: 'teachers:90' })) {
    const district = await open(t, { identity: { ...identity, guests: 'match' } });
    const { directory } = district.microsoft;
    directory.users.update(account(district, name), { userType: 'Guest' });
    directory.rules.guestsInGroups = false;
    const another = { id: '79', schoolId: '1', sectionId: '50', teacherId: '92' };
    await district.commit([...smallRoster(students), { kind: 'teacherRoster', ...another }]);
    await district.run();
    const { class: classes, user } = await district.dump();
    const guest = user.find((one) => one.id === account(district, name).id);
    t.notOk(
      classes.some(({ members }) => members?.includes(guest?.id ?? '')),
      name,
    );
    const art = classes.find(({ externalId }) => externalId === '50');
    const wanted = ['student0', 'student2', 'student4', 'student6', 'teacher0', 'teacher2'].filter(
      (one) => one !== name,
    );
    const namesOf = (ids: string[] = []) =>
      ids.map((id) => user.find((one) => one.id === id)?.userPrincipalName?.split('@')[0]).sort();
    t.match(
      namesOf(art?.members).filter((one) => wanted.includes(one ?? '')),
      namesOf(art?.members),
    );
    t.ok(namesOf(art?.owners).includes('teacher2'), 'the other teacher is an owner');
    const problems = await problemsOf(district);
    t.ok(problems.every(({ code, who }) => code === 'MemberRefused' && who === 'microsoft'));
    t.ok(
      problems.every(({ subject }) => subject.endsWith(key)),
      problems.map(({ subject }) => subject).join(),
    );

    const [role = '', personId = ''] = key.split(':');
    const question = { role: role as Role, personId, sectionId: asSectionId('50') };
    const facts = await district.store.withTenant(district.tenantId, (scope) =>
      readFacts(scope, question, district.clock.now()),
    );
    t.match(answerOf(explain(facts)), { status: 'stopped', fact: /refused.*[Gg]uest/, next: /Allow guests/ });

    t.match(await district.run(), { done: 0 }, 'nobody is added twice');
    directory.rules.guestsInGroups = true;
    t.match(await district.run(), { state: 'success', problems: 0 });
    t.match(await district.run(), { done: 0 });
  }
});

t.test('everybody after any number of guests is added', async (t) => {
  const { identity } = profileFor(match);
  const district = await openDistrict({ dir: t.testdir(), mode: match, students: 24, accounts: true });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, identity: { ...identity, guests: 'match' } }, 'test');
  const { directory } = district.microsoft;
  directory.rules.guestsInGroups = false;
  // In the order in which they are sent.
  const inClass = Array.from({ length: 12 }, (_, at) => `student${at * 2}`).sort();
  for (const name of inClass.slice(0, 8)) directory.users.update(account(district, name), { userType: 'Guest' });
  await district.commit(smallRoster(24));
  await district.run();
  const { class: classes, user } = await district.dump();
  const members = classes.flatMap(({ externalId, members = [] }) => (externalId === '50' ? members : []));
  const students = user.filter(({ id, primaryRole }) => members.includes(id) && primaryRole === 'student');
  t.same(students.map((one) => one.userPrincipalName?.split('@')[0]).sort(), inClass.slice(8).sort());
});

t.test('an account that leaves on-premises synchronization is written again, without conflicts', async (t) => {
  const district = await open(t, { policies: { studentGone: 'disable', goneForDays: 0 } });
  const { users } = district.microsoft.directory;
  await district.run();
  users.update(account(district, 'student0'), { onPremisesSyncEnabled: true });
  const gone = new Set(['10', '300', '301', '302']);
  await district.commit(smallRoster(students).filter(({ id }) => !gone.has(id)));
  await district.run();
  t.match(await problemsOf(district), [{ subject: 'students:10', code: 'LeaverOnPremises' }]);
  users.update(account(district, 'student0'), { onPremisesSyncEnabled: null });
  t.match(await district.run(), { state: 'success', done: 1, problems: 0 });
  t.equal(account(district, 'student0').props.accountEnabled, false);
  t.match(await district.run(), { done: 0, problems: 0 });
  users.update(account(district, 'student0'), { onPremisesSyncEnabled: false });
  t.match(await district.run(), { done: 0, problems: 0 }, 'false is no news');
  users.update(account(district, 'student0'), { onPremisesSyncEnabled: true });
  await district.commit(smallRoster(students));
  await district.run();
  t.equal(
    account(district, 'student0').props.accountEnabled,
    false,
    'accounts mastered in Active Directory are left alone',
  );
  users.update(account(district, 'student0'), { onPremisesSyncEnabled: false });
  t.match(await district.run(), { state: 'success', problems: 0 });
  t.equal(account(district, 'student0').props.accountEnabled, true);
  t.match(await district.run(), { done: 0, problems: 0 });
});

t.test('a teacher who left is removed from owners and members, in any tenant', async (t) => {
  for (const ends of [false, true]) {
    const district = await open(t, { policies: { teacherLeftClass: 'remove' } });
    district.microsoft.directory.rules.ownerRemovalEndsMembership = ends;
    await district.run();
    await district.commit([
      ...smallRoster(students).filter(({ id }) => id !== '70'),
      { kind: 'teacherRoster', id: '79', schoolId: '1', sectionId: '50', teacherId: '92' },
    ]);
    t.match(await district.run(), { state: 'success', problems: 0 });
    const dump = await district.dump();
    const one = dump.class.find(({ externalId }) => externalId === '50');
    const before = dump.user.find(({ teacher }) => teacher?.externalId === '90')?.id ?? '';
    t.notOk(one?.members?.includes(before) || one?.owners?.includes(before), 'gone from both');
    t.match(await district.run(), { done: 0, problems: 0 });
  }
});

t.test('a removed owner stays a member where they belong, in any tenant', async (t) => {
  /** @returns whether the run that removes a student from the owners was killed */
  const removed = async (ends: boolean, killedAfter = Number.POSITIVE_INFINITY): Promise<boolean> => {
    const drift = { memberships: 'ignore', foreignMembers: 'remove' };
    const district = await open(t, { drift });
    const { directory } = district.microsoft;
    directory.rules.ownerRemovalEndsMembership = ends;
    await district.run();
    const [group] = directory.groups.find('externalId', '50');
    const student = account(district, 'student0');
    if (group === undefined || !group.members.has(student)) throw new Error('not in the class');
    directory.addLink(group, 'owners', student);
    district.clock.advance(11 * 60_000);
    const isKilled = await district.run({ killedAfter }).then(
      () => false,
      () => true,
    );
    // The operation that may have been carried out is no longer wanted.
    if (isKilled)
      district.profile = { ...district.profile, drift: { ...district.profile.drift, foreignMembers: 'keep' } };
    for (let run = 0; run < 2; run += 1) {
      district.clock.advance(15 * 60_000);
      t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
    }
    t.match(await district.run(), { done: 0 });
    t.ok(isKilled || !group.owners.has(student), 'no owner');
    t.ok(group.members.has(student), `a member ${ends ? 'with' : 'without'} the rule, killed after ${killedAfter}`);
    return isKilled;
  };
  await removed(false);
  let killedAfter = 1;
  while (await removed(true, killedAfter)) killedAfter += takesAll ? 1 : 3;
  t.ok(killedAfter > 3, 'killed before and after the removal');
});
