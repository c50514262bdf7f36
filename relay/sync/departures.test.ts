/** Former people and sections, by policy, against the Microsoft simulator. */
import t, { type Test } from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { totalsOf } from '../plan/listing.ts';
import { parseProfile } from '../profile/profile.ts';
import { readDepartures } from '../store/applied/departures.ts';
import { readHolds } from '../store/guard/holds.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { readProblems } from '../store/runs/problems.ts';
import { findTenant } from '../store/tenants/system.ts';
import { type District, type Mode, openDistrict, smallRoster } from '../testing/district.ts';
import { noGuards } from '../testing/small-world.ts';
import { planNow } from './plan-now.ts';

const day = 24 * 3_600_000;
const match: Mode = { students: 'match', teachers: 'match' };

async function open(t: Test, policies: object, more: object = {}): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode: match, students: 6, accounts: true });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, guards: noGuards, policies, ...more }, 'test');
  await district.commit(smallRoster(6));
  await district.run();
  return district;
}

/** Without these records and everything that refers to them. */
function without(...ids: string[]): RosterRecord[] {
  return smallRoster(6).filter((one) => {
    const refers = 'sectionId' in one ? [one.sectionId] : [];
    if (one.kind === 'studentEnrollment') refers.push(one.studentId);
    if (one.kind === 'teacherRoster') refers.push(one.teacherId);
    return ![one.id, ...refers].some((id) => ids.includes(id));
  });
}

async function disabled({ dump }: District): Promise<string[]> {
  return (await dump()).user.filter((one) => one.accountEnabled === false).map(nameOf);
}

function nameOf({ userPrincipalName = '' }: { userPrincipalName?: string }): string {
  return userPrincipalName;
}

/** When somebody was last signed out; undefined for never. */
async function sessionsFrom({ dump }: District, name: string): Promise<unknown> {
  const user = (await dump()).user.find((one) => nameOf(one) === `${name}@contoso.edu`);
  return (user as { signInSessionsValidFromDateTime?: string } | undefined)?.signInSessionsValidFromDateTime;
}

async function classOf({ dump }: District, id: string) {
  const found = (await dump()).class.find(({ externalId }) => externalId === id);
  if (found === undefined) throw new Error(`no class ${id}`);
  return found;
}

async function nextDays(district: District, days: number) {
  let report = await district.run();
  for (let passed = 0; passed < days; passed += 1) {
    district.clock.advance(day);
    report = await district.run();
  }
  return report;
}

t.test('by default nothing happens to departures', async (t) => {
  const district = await open(t, {});
  await district.commit(without('10', '90', '50'));
  await nextDays(district, 20);
  t.same(await disabled(district), []);
  t.match(await classOf(district, '50'), { displayName: 'Course 0 - 1' });
  t.same(
    [...(await district.store.withTenant(district.tenantId, readDepartures)).keys()].sort(),
    ['class:50', 'students:10', 'teachers:90'],
    'but the day of their departure is known',
  );
});

t.test(
  'an account is disabled after the number of days in the profile, and enabled when the person is back',
  async (t) => {
    const district = await open(t, { studentGone: 'disable', goneForDays: 3 });
    await district.commit(without('10', '90'));
    await nextDays(district, 2);
    t.same(await disabled(district), []);
    district.restart();
    t.match(await nextDays(district, 1), { failed: 0 });
    t.same(await disabled(district), ['student0@contoso.edu'], 'the teacher is kept');
    t.match(await district.run(), { done: 0 });

    await district.commit(smallRoster(6));
    t.match(await district.run(), { failed: 0, problems: 0 });
    t.same(await disabled(district), []);
    t.same(await district.store.withTenant(district.tenantId, readDepartures), new Map());
    t.match(await district.run(), { done: 0 });
  },
);

t.test('a person whose account is disabled is signed out everywhere, each time, and nobody else is', async (t) => {
  const district = await open(t, { studentGone: 'disable', revokeSessions: true, goneForDays: 0 });
  const signedOut = async () =>
    (await district.dump()).user
      .filter((one) => 'signInSessionsValidFromDateTime' in one)
      .map(nameOf)
      .sort();
  await district.commit(without('10', '90'));
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.same(await signedOut(), ['student0@contoso.edu'], 'the teacher is kept');
  t.same(await disabled(district), ['student0@contoso.edu']);
  district.restart();
  t.match(await district.run(), { done: 0 }, 'once');
  const first = await sessionsFrom(district, 'student0');
  district.clock.advance(day);
  await district.commit(smallRoster(6));
  await district.run();
  t.equal(await sessionsFrom(district, 'student0'), first, 'a return signs nobody out');
  await district.commit(without('10'));
  await district.run();
  t.ok(String(await sessionsFrom(district, 'student0')) > String(first), 'another departure does');
});

t.test('nobody is signed out whose account could not be disabled or is held', async (t) => {
  const policies = { studentGone: 'disable', revokeSessions: true, goneForDays: 0 };
  const refused = await open(t, policies);
  const answer = { status: 400, code: 'Request_BadRequest', message: 'No.' };
  const match = { method: 'PATCH', path: '^/education/users/' };
  refused.microsoft.faults.add(faultOrder.parse({ match, kind: 'answer', answer, times: 1 }));
  await refused.commit(without('10'));
  t.match(await refused.run(), { failed: 1 });
  t.equal(await sessionsFrom(refused, 'student0'), undefined);
  t.match(await refused.run(), { failed: 0, problems: 0 });
  t.type(await sessionsFrom(refused, 'student0'), 'string');

  const held = await open(t, policies, { guards: { removals: { above: 1 } } });
  await held.commit(without('10', '12'));
  t.match(await held.run(), { failed: 0 });
  t.equal(await sessionsFrom(held, 'student0'), undefined);
  const { store, tenantId, profile, clock } = held;
  await store.withTenant(tenantId, (scope) => setProfile(scope, profile, new Date(clock.now())));
  const tenant = await store.system((scope) => findTenant(scope, 'contoso'));
  const { plan, guarded } = await planNow(store, tenant, undefined, clock);
  t.match(
    totalsOf(plan, guarded).filter(({ kind }) => kind === 'disableUser' || kind === 'revokeSessions'),
    [
      { kind: 'disableUser', planned: 2, held: 2 },
      { kind: 'revokeSessions', planned: 2, held: 2 },
    ],
    'the plan does not promise either',
  );
});

t.test('a lost answer or a missing permission leaves a sign-out to the next run', async (t) => {
  const district = await open(t, { studentGone: 'disable', revokeSessions: true, goneForDays: 0 });
  const match = { method: 'POST', path: 'revokeSignInSessions$' };
  district.microsoft.faults.add(faultOrder.parse({ match, kind: 'lost-answer', times: 1 }));
  await district.commit(without('10'));
  t.match(await district.run(), { failed: 0, problems: 0 });
  t.type(await sessionsFrom(district, 'student0'), 'string');

  const { roles } = district.microsoft.app;
  district.microsoft.app.roles = roles.filter((role) => role !== 'User.ReadWrite.All').concat('User.Read.All');
  // The next token has them.
  district.clock.advance(day);
  await district.commit(without('10', '12'));
  t.match(await district.run(), { failed: 1 });
  const problems = await district.store.withTenant(district.tenantId, readProblems);
  t.match(problems, [{ subject: 'students:12', code: 'PermissionMissing', message: /User\.RevokeSessions\.All/ }]);
  district.microsoft.app.roles = [...district.microsoft.app.roles, 'User.RevokeSessions.All'];
  t.match(await district.run(), { failed: 0, problems: 0 });
  t.type(await sessionsFrom(district, 'student2'), 'string');
});

t.test('the plan shows it before any run has noticed, and stores nothing', async (t) => {
  const district = await open(t, { studentGone: 'disable', goneForDays: 0 });
  const { store, tenantId, clock } = district;
  await store.withTenant(tenantId, (scope) => setProfile(scope, district.profile, new Date(clock.now())));
  await district.commit(without('10'));
  const tenant = await store.system((scope) => findTenant(scope, 'contoso'));
  const { plan, schoolOf } = await planNow(store, tenant, undefined, clock);
  const disables = plan.filter(({ kind }) => kind === 'disableUser');
  t.match(disables, [{ key: 'students:10' }]);
  t.same(disables.map(schoolOf), ['1'], 'in the school that the student was in');
  t.same(await store.withTenant(tenantId, readDepartures), new Map());
  clock.advance(5 * day);
  const waiting = parseProfile({ ...district.profile, policies: { studentGone: 'disable', goneForDays: 3 } }, 'test');
  await store.withTenant(tenantId, (scope) => setProfile(scope, waiting, new Date(clock.now())));
  const later = await planNow(store, tenant, undefined, clock);
  t.same(
    later.plan.filter(({ kind }) => kind === 'disableUser'),
    [],
    'the days count from when it is noticed',
  );
});

t.test('a person who is missing for a few days only has not left', async (t) => {
  const district = await open(t, { studentGone: 'disable', goneForDays: 3 });
  await district.commit(without('10'));
  await nextDays(district, 2);
  await district.commit(smallRoster(6));
  await nextDays(district, 1);
  await district.commit(without('10'));
  await nextDays(district, 2);
  t.same(await disabled(district), [], 'the days are counted again');
});

t.test('an account that somebody enables by hand stays enabled', async (t) => {
  const district = await open(t, { teacherGone: 'disable', goneForDays: 0 });
  await district.commit(without('90'));
  await district.run();
  t.same(await disabled(district), ['teacher0@contoso.edu']);
  const { directory } = district.microsoft;
  const [user] = directory.users.find('userPrincipalName', 'teacher0@contoso.edu');
  if (user !== undefined) directory.users.update(user, { accountEnabled: true });
  district.restart();
  await nextDays(district, 3);
  t.same(await disabled(district), []);
});

t.test('only Active Directory can disable the accounts that it masters', async (t) => {
  const district = await open(t, { studentGone: 'disable', goneForDays: 0 });
  const { directory } = district.microsoft;
  const [user] = directory.users.find('userPrincipalName', 'student0@contoso.edu');
  if (user !== undefined) directory.users.update(user, { onPremisesSyncEnabled: true });
  await district.commit(without('10'));
  t.match(await district.run(), { failed: 0, problems: 1 });
  const problems = await district.store.withTenant(district.tenantId, readProblems);
  t.match(problems, [{ subject: 'students:10', code: 'LeaverOnPremises' }]);
  await district.commit(smallRoster(6));
  t.match(await district.run(), { problems: 0 });
});

t.test('a class ends as in School Data Sync, and all of it is undone when the section is back', async (t) => {
  const sectionGone = ['archiveTeam', 'markExpired', 'removeStudents'];
  const district = await open(t, { sectionGone, goneForDays: 0 }, { classes: { createTeam: true } });
  const before = await classOf(district, '50');
  t.match(before, { resourceProvisioningOptions: ['Team'], isArchived: false });
  await district.commit(without('50'));
  t.match(await district.run(), { failed: 0, waiting: 0 });
  const ended = await classOf(district, '50');
  const month = new Date(district.clock.now()).toISOString();
  t.equal(ended.displayName, `Exp${month.slice(5, 7)}${month.slice(2, 4)}_Course 0 - 1`);
  t.same(ended.members, ended.owners, 'teachers stay');
  t.match(ended, { isArchived: true, mailNickname: 'Section_50', externalId: '50' });
  t.match(await district.run(), { done: 0 });
  t.match(await nextDays(district, 1), { done: 0 });

  await district.commit(smallRoster(6));
  t.match(await district.run(), { failed: 0, waiting: 0, problems: 0 });
  const back = await classOf(district, '50');
  t.match(back, { displayName: 'Course 0 - 1', isArchived: false });
  t.same(new Set(back.members), new Set(before.members));
  t.match(await district.run(), { done: 0 });
});

t.test('a class without a team needs no archiving, and one renamed by hand keeps its name with the mark', async (t) => {
  const district = await open(
    t,
    { sectionGone: ['markExpired', 'archiveTeam'], goneForDays: 0 },
    { classes: { displayName: 'create-only' } },
  );
  const { directory } = district.microsoft;
  const [group] = directory.groups.find('externalId', '50');
  if (group !== undefined) directory.groups.update(group, { displayName: 'Art with Kim' });
  district.clock.advance(day / 24);
  await district.run();
  district.clock.advance(day / 24);
  await district.run();
  await district.commit(without('50'));
  t.match(await district.run(), { failed: 0, waiting: 0, done: 2 });
  t.match((await classOf(district, '50')).displayName, /^Exp\d{4}_Art with Kim$/);
  t.equal(district.microsoft.stats.byPath.get('POST /teams/{id}/archive'), undefined);
  await district.commit(smallRoster(6));
  await district.run();
  t.equal((await classOf(district, '50')).displayName, 'Art with Kim');
});

t.test('if the name of a class is unknown, Hallpass reads it before marking it', async (t) => {
  const sectionGone = { sectionGone: ['markExpired'], goneForDays: 0 };
  const renamed = await open(t, sectionGone);
  const { faults } = renamed.microsoft;
  faults.add({ match: { path: '/education/classes/' }, kind: 'lost-answer', times: 100, skip: 0, delay: 0 });
  await renamed.commit(smallRoster(6).map((one) => (one.id === '50' ? { ...one, courseName: 'Music' } : one)));
  t.match(await renamed.run(), { failed: 1 });
  faults.clear();
  await renamed.commit(without('50'));
  faults.add({ match: { path: '/education/classes/' }, kind: '503', times: 1, skip: 0, delay: 0 });
  t.match(await renamed.run(), { failed: 0, done: 0 }, 'Microsoft 365 does not answer now');
  t.match(await renamed.run(), { failed: 0, done: 1 });
  t.match((await classOf(renamed, '50')).displayName, /^Exp\d{4}_Music - 1$/);
  t.match(await renamed.run(), { done: 0 });

  const restored = await open(t, sectionGone, { classes: { displayName: 'create-only' } });
  await restored.forget();
  await restored.commit(smallRoster(6));
  t.match(await restored.run(), { failed: 0 });
  const asked = restored.microsoft.stats.byPath.get('GET /education/classes/{id}');
  t.match(await restored.run(), { done: 0 });
  t.equal(
    restored.microsoft.stats.byPath.get('GET /education/classes/{id}'),
    asked,
    'no request while the section exists',
  );
  await restored.commit(without('50'));
  t.match(await restored.run(), { failed: 0, problems: 0 });
  t.match((await classOf(restored, '50')).displayName, /^Exp\d{4}_Course 0 - 1$/);
});

t.test('Teams may take long: the next run continues, and nothing is requested twice', async (t) => {
  const district = await open(t, { sectionGone: ['archiveTeam'], goneForDays: 0 }, { classes: { createTeam: true } });
  district.microsoft.directory.teams.duration = day / 24;
  await district.commit(without('50'));
  t.match(await district.run(), { failed: 0, waiting: 1, state: 'success' });
  t.match(await district.run(), { failed: 0, waiting: 1 });
  const archives = () =>
    [...district.microsoft.directory.groups.values()].flatMap(({ teamOperations }) =>
      teamOperations.filter(({ type }) => type === 'archiveTeam'),
    );
  t.equal(archives().length, 1);
  district.clock.advance(day / 24);
  t.match(await district.run(), { failed: 0, waiting: 0, done: 1 });
  t.match(await classOf(district, '50'), { isArchived: true });
  t.equal(archives().length, 1);
});

t.test('a refused or early check does not count as a class without a team', async (t) => {
  const archiving = { sectionGone: ['archiveTeam'], goneForDays: 0 };
  const throttled = await open(t, archiving, { classes: { createTeam: true } });
  await throttled.commit(without('50'));
  const { faults, directory } = throttled.microsoft;
  faults.add({ match: { path: '/groups/' }, kind: '429', times: 1, skip: 0, delay: 0 });
  t.match(await throttled.run(), { failed: 0, waiting: 0 });
  t.match(await classOf(throttled, '50'), { isArchived: true });
  t.equal(directory.groups.find('externalId', '50')[0]?.isArchived, true);

  const early = await openDistrict({ dir: t.testdir(), mode: match, students: 6, accounts: true });
  t.teardown(() => early.close());
  const given = { guards: noGuards, policies: archiving, classes: { createTeam: true } };
  early.profile = parseProfile({ ...early.profile, ...given }, 'test');
  early.microsoft.directory.teams.duration = day / 48;
  await early.commit(smallRoster(6));
  t.match(await early.run(), { waiting: 6 }, 'all teams are in creation');
  await early.commit(without('50'));
  await early.run();
  t.match(await classOf(early, '50'), { isArchived: false });
  early.clock.advance(day / 24);
  early.microsoft.directory.teams.duration = 500;
  t.match(await early.run(), { failed: 0, waiting: 0 });
  t.match(await classOf(early, '50'), { isArchived: true, resourceProvisioningOptions: ['Team'] });
});

t.test('many departures at once are held, under the school of the people', async (t) => {
  const district = await open(t, { studentGone: 'disable', goneForDays: 0 }, { guards: { removals: { above: 2 } } });
  await district.commit(without('10', '12', '14'));
  const report = await district.run();
  t.ok(report.held >= 3);
  t.same(await disabled(district), []);
  const holds = await district.store.withTenant(district.tenantId, (scope) => readHolds(scope));
  t.match(
    holds.find(({ kind }) => kind === 'disableUser'),
    { schoolId: '1', count: 3, effect: /^3 accounts are disabled/ },
  );
});
