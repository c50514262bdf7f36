/** Accounts that Hallpass creates, and accounts that others manage, against the Microsoft simulator. */

import t, { type Test } from 'tap';
import { Agent, fetch } from 'undici';
import { outcomeOf } from '../graph/outcome.ts';
import type { Operation } from '../model/operation.ts';
import { personKey } from '../model/person-key.ts';
import { isCreation } from '../operations/registry.ts';
import { parseProfile } from '../profile/profile.ts';
import { readGivenNames } from '../store/accounts/given-names.ts';
import { readPasswords } from '../store/accounts/initial-passwords.ts';
import { linkByHand, listLinks, unlinkByHand } from '../store/accounts/links.ts';
import { type District, type Mode, openDistrict, profileFor, skuId, smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';
import { purposeOf } from './apply/new-accounts.ts';

const match: Mode = { students: 'match', teachers: 'match' };
const create: Mode = { students: 'create', teachers: 'create' };
const students = 12;

async function open(t: Test, mode: Mode, change: object = {}): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode.students === 'match' });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...profileFor(mode), ...change }, 'test');
  await district.commit(smallRoster(students));
  return district;
}

/** An administrator's edit. */
async function edit(district: District, method: string, path: string, body?: object): Promise<void> {
  const dispatcher = new Agent({ connect: { ca: district.microsoft.ca } });
  const answer = await fetch(`${district.microsoft.baseUrl}/_sim${path}`, {
    method,
    dispatcher,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  await answer.text();
  await dispatcher.close();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
}

/** Whether every waiting password is that of its account. */
async function passwordsFit({ store, tenantId, vault, microsoft }: District): Promise<boolean[]> {
  const waiting = await store.withTenant(tenantId, readPasswords);
  const { users } = microsoft.directory;
  return await Promise.all(
    waiting.map(async ({ role, personId, sealed, objectId, userPrincipalName }) => {
      const user = users.get(objectId);
      const password = await vault.open(sealed, purposeOf(tenantId, personKey(role, personId)));
      return user?.props.userPrincipalName === userPrincipalName && microsoft.directory.hasPassword(user, password);
    }),
  );
}

t.test(
  'accounts get a name by pattern, with a number if the profile says so, and a sealed password that waits',
  async (t) => {
    const pattern = { pattern: '{givenName}.{surname:5}', onCollision: 'number' };
    const district = await open(t, create, { accounts: { students: { username: pattern } } });
    for (const path of ['/education/users', '/education/users']) {
      district.microsoft.faults.add({ match: { path }, kind: 'lost-answer', times: 2, skip: 3, delay: 0 });
    }
    t.match(await district.run(), { state: 'success', failed: 0 });
    const { user } = await district.dump();
    t.equal(user.length, students + 4, 'no account twice');
    const names = user.map((one) => one.userPrincipalName).filter((name) => name?.startsWith('ana'));
    t.same(
      names.sort(),
      Array.from({ length: students }, (_, index) => `ana.simic${index === 0 ? '' : index + 1}@contoso.edu`).sort(),
    );
    const fit = await passwordsFit(district);
    t.equal(fit.length, students + 4);
    t.ok(
      fit.every((fits) => fits),
      'each is that of the account, even if an answer was lost',
    );
    const rows = await district.store.withTenant(district.tenantId, (scope) =>
      scope.db.selectFrom('initial_password').select('sealed').execute(),
    );
    t.ok(rows.every(({ sealed }) => /^v1\.[0-9a-f]{8}\.[\w-]{50,}$/.test(sealed)));
    let given = 0;
    await district.store.withTenant(district.tenantId, async (scope) => {
      for await (const [name] of readGivenNames(scope)) if (name !== '') given += 1;
    });
    t.equal(given, students + 4);
  },
);

t.test('a run killed between request and answer keeps the passwords that the accounts have', async (t) => {
  for (const writes of takesAll ? [3, 9, 14] : [9]) {
    const district = await open(t, create);
    const kill = new AbortController();
    const watch = setInterval(() => {
      if (district.microsoft.stats.writes >= writes) kill.abort(new Error('killed'));
    }, 1);
    await district.run({ signal: kill.signal }).catch(() => undefined);
    clearInterval(watch);
    t.match(await district.run(), { state: 'success' }, `killed after ${writes} writes`);
    const fit = await passwordsFit(district);
    t.same([fit.length, fit.every((fits) => fits)], [students + 4, true]);
  }
});

t.test('a name is never reused for another person after the account is gone', async (t) => {
  const pattern = { pattern: '{givenName}', onCollision: 'number' };
  const district = await open(t, create, { accounts: { students: { username: pattern } } });
  await district.run();
  await edit(district, 'DELETE', '/users/ana@contoso.edu');
  const roster = smallRoster(students).filter(
    (one) => one.id !== '10' && !('studentId' in one && one.studentId === '10'),
  );
  const newcomer = { kind: 'student' as const, id: '9', schoolId: '1', givenName: 'Ana', surname: 'Lee' };
  await district.commit([...roster, newcomer]);
  t.match(await district.run(), { state: 'success' });
  const { user } = await district.dump();
  const theirs = user.find((one) => one.student?.externalId === '9');
  t.equal(theirs?.userPrincipalName, `ana${students + 1}@contoso.edu`);
});

t.test('licenses through a group: twenty people per request, and existing members are no error', async (t) => {
  const district = await open(t, create);
  const { directory } = district.microsoft;
  const group = directory.addGroup({ displayName: 'A1', mailNickname: 'a1', mailEnabled: false }, false);
  const disabledPlans: string[] = [];
  directory.groups.update(group, { assignedLicenses: [{ skuId, disabledPlans }] });
  const { usageLocation } = district.profile.licenses;
  district.profile = {
    ...district.profile,
    licenses: { students: { group: group.id }, teachers: { group: group.id }, usageLocation },
  };
  district.microsoft.faults.add({
    match: { path: `/groups/${group.id}` },
    kind: 'lost-answer',
    times: 1,
    skip: 0,
    delay: 0,
  });
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.equal(group.members.size, students + 4);
  const { user } = await district.dump();
  t.ok(user.every((one) => one.licenses?.[0] === skuId));
  const { byPath } = district.microsoft.stats.toJSON() as { byPath: Record<string, number> };
  t.notOk(
    Object.keys(byPath).some((path) => path.includes('assignLicense')),
    'nobody was licensed one by one',
  );
  t.match(await district.run(), { done: 0 });
});

t.test('a deleted group is a problem until there is another one', async (t) => {
  const district = await open(t, create);
  const { licenses } = district.profile;
  const gone = { group: 'a7e30c5b-0000-4000-8000-000000000001' };
  district.profile = { ...district.profile, licenses: { ...licenses, students: gone } };
  t.match(await district.run(), { state: 'errors', failed: 1, problems: 1 });
  t.match(await district.run(), { state: 'errors', failed: 1, problems: 1 }, 'tried again, and reported once');
  district.profile = { ...district.profile, licenses };
  t.match(await district.run(), { state: 'success', problems: 0 });
});

t.test('an account mastered on-premises receives education properties and nothing else', async (t) => {
  const district = await open(t, create);
  await district.run();
  await edit(district, 'PATCH', '/users/student0@contoso.edu', { onPremisesSyncEnabled: true });
  const change = (of: string, values: object) =>
    smallRoster(students).map((record) =>
      record.id === of && record.kind === 'student' ? { ...record, ...values } : record,
    );
  await district.commit(change('10', { surname: 'New', grade: '10' }));
  t.match(await district.run(), { state: 'success', done: 1, problems: 0 });
  const user = (await district.dump()).user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
  t.match(user, { displayName: 'Ana Šimić 0', student: { grade: '10' } });
  await edit(district, 'PATCH', '/users/student0@contoso.edu', { onPremisesSyncEnabled: false });
  t.match(await district.run(), { state: 'success', done: 1 });
  const now = (await district.dump()).user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
  t.match(now, { displayName: 'Ana New' }, 'once it is mastered in the cloud, its names are kept up to date');
});

t.test('a refusal because of on-premises management says so', async (t) => {
  const operation: Operation = {
    ...{ kind: 'updateUser', key: 'students:1', personKey: 'students:1', reason: 'r' },
    ...{ before: {}, body: { displayName: 'x' } },
  };
  const message = 'Unable to update the specified properties for on-premises mastered Directory Sync objects.';
  const body = { error: { code: 'Request_BadRequest', message } };
  const outcome = outcomeOf(operation, { status: 400, headers: new Headers(), body }, 0);
  t.match(outcome, { kind: 'failed', error: { code: 'OnPremisesAccount', message: /updateUser students:1/ } });
  t.notOk(isCreation(operation));
});

t.test('a teacher who left is removed if the policy says so, once there is another owner', async (t) => {
  const district = await open(t, match, { policies: { teacherLeftClass: 'remove' } });
  await district.run();
  const withoutTeacher = smallRoster(students).filter(({ id }) => id !== '70');
  await district.commit(withoutTeacher);
  t.match(await district.run(), { done: 0 }, 'the last owner stays');
  await district.commit([
    ...withoutTeacher,
    { kind: 'teacherRoster', id: '79', schoolId: '1', sectionId: '50', teacherId: '92' },
  ]);
  t.match(await district.run(), { state: 'success', done: 4 });
  const dump = await district.dump();
  const stamp = new Map(dump.user.map((user) => [user.id, user.teacher?.externalId]));
  const one = dump.class.find(({ externalId }) => externalId === '50');
  t.same(
    one?.owners?.map((id) => stamp.get(id)),
    ['92'],
  );
  t.same(
    one?.members?.flatMap((id) => stamp.get(id) ?? []),
    ['92'],
  );
});

t.test(
  'a link made by hand takes effect in a running relay, survives the rules, and changes neither account',
  async (t) => {
    const district = await open(t, match);
    await district.run();
    const { store, tenantId } = district;
    await edit(district, 'POST', '/users', {
      ...{ userPrincipalName: 'other@contoso.edu', mailNickname: 'other', displayName: 'Other', usageLocation: 'US' },
    });
    const objectId =
      (await district.dump()).user.find((one) => one.userPrincipalName === 'other@contoso.edu')?.id ?? '';
    const person = { role: 'students', personId: '10' } as const;
    const at = (ms: number) => new Date(district.clock.now() + ms).toISOString();
    const before = (await store.withTenant(tenantId, listLinks)).find(({ personId }) => personId === '10');
    t.match(before, { rule: 'studentNumber = mailNickname', userPrincipalName: 'student0@contoso.edu' });
    const takenByHand = (scope: Parameters<typeof linkByHand>[0]) =>
      linkByHand(scope, { ...person, personId: '11', objectId: before?.objectId ?? '' }, 'Kim', at(0));
    await t.rejects(store.withTenant(tenantId, takenByHand), { code: 'LINK_TAKEN', message: /students:10/ });

    await store.withTenant(tenantId, (scope) => linkByHand(scope, { ...person, objectId }, 'Kim Lee', at(1)));
    t.match(await district.run(), { state: 'success' });
    const dump = await district.dump();
    const classesOf = (id: string | undefined) =>
      dump.class.filter(({ members }) => members?.includes(id ?? '')).map(({ externalId }) => externalId);
    t.same(classesOf(objectId), ['50', '52', '54'], 'the new account is in the classes');
    t.same(classesOf(before?.objectId), ['50', '52', '54'], 'and the earlier account was not touched');
    t.match(await district.run(), { done: 0 });
    const links = await store.withTenant(tenantId, listLinks);
    t.match(
      links.find(({ personId }) => personId === '10'),
      { objectId, rule: 'manual by Kim Lee', linkedAt: at(1).slice(0, 10) },
    );

    await store.withTenant(tenantId, (scope) => unlinkByHand(scope, person, at(2)));
    await t.rejects(
      store.withTenant(tenantId, (scope) => unlinkByHand(scope, person, at(3))),
      { code: 'LINK_UNKNOWN' },
    );
    await district.run();
    const again = (await store.withTenant(tenantId, listLinks)).find(({ personId }) => personId === '10');
    t.match(again, { objectId: before?.objectId, rule: 'studentNumber = mailNickname' }, 'the rules decide again');
  },
);
