/** `/users` and `/education/users`: creation rules, reads, filters, paging, delta. */
import t from 'tap';
import type { Clock } from '../../../../shared/clock.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startMicrosoftSimulator } from '../server.ts';

let now = Date.parse('2026-09-01T08:00:00Z');
const clock: Clock = { now: () => now, sleep: async () => {} };
const simulator = await startMicrosoftSimulator({ people: 1200, seed: 7, lag: 0, clock });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
const domain = 'students.district.example';

let counter = 0;
function person(more: Record<string, unknown> = {}): Record<string, unknown> {
  counter += 1;
  return {
    accountEnabled: true,
    displayName: `New Person ${counter}`,
    mailNickname: `new.person${counter}`,
    userPrincipalName: `new.person${counter}@${domain}`,
    passwordProfile: { password: 'Correct-Horse-9', forceChangePasswordNextSignIn: true },
    ...more,
  };
}

t.test('creates an account that both APIs show', async (t) => {
  const student = { externalId: '4711', studentNumber: '100', grade: '7', birthDate: '2014-02-28' };
  const made = await graph.call(
    'POST',
    '/education/users',
    person({ primaryRole: 'student', student, usageLocation: 'us' }),
  );
  t.equal(made.status, 201);
  t.equal(made.at('passwordProfile'), undefined, 'a password is never shown');
  t.match(made.body, { primaryRole: 'student', student, usageLocation: 'US' });
  t.equal(made.headers.location, `${simulator.baseUrl}/v1.0/education/users/${made.text('id')}`);
  const core = await graph.call('GET', `/users/${made.text('id')}?$select=id,mailNickname,usageLocation`);
  t.match(core.body, { id: made.text('id'), mailNickname: made.text('mailNickname') });
  t.equal(core.at('displayName'), undefined, 'only what was selected');
  const plain = await graph.call('GET', `/users/${made.text('userPrincipalName')}`);
  t.equal(plain.at('id'), made.at('id'), 'by userPrincipalName');
  t.equal(plain.at('mailNickname'), undefined, 'not among the default properties');
  t.equal(plain.at('accountEnabled'), undefined, 'not among the default properties');
  t.equal((await graph.call('GET', `/users('${made.text('id')}')`)).status, 200, 'OData key syntax');
});

t.test('refuses accounts that the directory does not allow', async (t) => {
  const bad: [string, Record<string, unknown>, RegExp][] = [
    ['accent in the name', { userPrincipalName: `josé@${domain}` }, /userPrincipalName/],
    ['dot before the @', { userPrincipalName: `jo.@${domain}` }, /userPrincipalName/],
    ['65 characters before the @', { userPrincipalName: `${'x'.repeat(65)}@${domain}` }, /userPrincipalName/],
    ['a foreign domain', { userPrincipalName: 'jo@elsewhere.example' }, /verified domain names/],
    ['a nickname with a space', { mailNickname: 'jo doe' }, /mailNickname/],
    ['a weak password', { passwordProfile: { password: 'lowercaseonly' } }, /password complexity/],
    ['a password outside ASCII', { passwordProfile: { password: 'Pässwort-9' } }, /password complexity/],
    ['no country', { usageLocation: 'ZZ' }, /usageLocation/],
    ['an empty text', { department: '' }, /department/],
    ['257 characters', { displayName: 'x'.repeat(257) }, /displayName/],
    ['an unknown property', { favoriteColor: 'red' }, /favoriteColor/],
    ['no name', { displayName: undefined }, /A value is required for property 'displayName'/],
  ];
  for (const [what, wrong, message] of bad) {
    const answer = await graph.call('POST', '/users', person(wrong));
    t.equal(answer.status, 400, what);
    t.equal(answer.at('error.code'), 'Request_BadRequest', what);
    t.match(answer.text('error.message'), message, what);
  }
  const taken = person();
  t.equal((await graph.call('POST', '/users', taken)).status, 201);
  const again = await graph.call(
    'POST',
    '/users',
    person({ userPrincipalName: String(taken.userPrincipalName).toUpperCase() }),
  );
  t.match(again.body, {
    error: {
      code: 'Request_BadRequest',
      message: 'Another object with the same value for property userPrincipalName already exists.',
      details: [{ code: 'ObjectConflict', target: 'userPrincipalName' }],
    },
  });
  const sameNickname = person({ mailNickname: taken.mailNickname });
  t.equal((await graph.call('POST', '/users', sameNickname)).status, 201, 'a mailNickname is not unique among users');
});

t.test('PATCH: 204 from the directory API, 200 and the entity from the education API', async (t) => {
  const made = await graph.call('POST', '/users', person({ department: 'A' }));
  const id = made.text('id');
  t.equal((await graph.call('PATCH', `/users/${id}`, { department: null, employeeId: 'E1' })).status, 204);
  const read = await graph.call('GET', `/users/${id}?$select=department,employeeId`);
  t.match(read.body, { department: null, employeeId: 'E1' });
  const edu = await graph.call('PATCH', `/education/users/${id}`, {
    primaryRole: 'teacher',
    teacher: { externalId: '9' },
  });
  t.equal(edu.status, 200);
  t.match(edu.body, { primaryRole: 'teacher', teacher: { externalId: '9' } });
  const merged = await graph.call('PATCH', `/education/users/${id}`, { teacher: { teacherNumber: '77' } });
  t.strictSame(merged.at('teacher'), { externalId: '9', teacherNumber: '77' });
  const quiet = await graph.call('PATCH', `/education/users/${id}`, { middleName: 'Q' }, { prefer: 'return=minimal' });
  t.equal(quiet.status, 204);
  t.equal((await graph.call('PATCH', `/users/${id}`, { displayName: null })).status, 400, 'a name cannot be cleared');
});

t.test('accounts from on-premises are read-only except for what the cloud owns', async (t) => {
  const { value } = await graph.all('/users?$filter=onPremisesSyncEnabled eq true&$select=id,usageLocation');
  t.ok(value.length > 20, `${value.length} of the seeded accounts are synchronized`);
  const id = String(value[0]?.id);
  const refused = await graph.call('PATCH', `/users/${id}`, { displayName: 'Renamed' });
  t.equal(refused.status, 400);
  t.match(refused.text('error.message'), /on-premises mastered Directory Sync objects/);
  t.equal((await graph.call('PATCH', `/users/${id}`, { usageLocation: 'CA' })).status, 204);
  const edu = await graph.call('PATCH', `/education/users/${id}`, {
    primaryRole: 'student',
    student: { externalId: '5' },
  });
  t.equal(edu.status, 200);
});

t.test('pages a collection with opaque tokens and keeps the filter', async (t) => {
  const whole = await graph.all('/users?$top=999&$select=id');
  t.equal(whole.value.length, simulator.directory.users.size);
  t.equal(whole.pages, 2);
  t.equal(new Set(whole.value.map((user) => user.id)).size, whole.value.length, 'nobody twice');
  const first = await graph.call('GET', '/users?$select=id');
  t.equal(first.rows().length, 100, 'the default page');
  t.match(first.text('@odata.nextLink'), /\$select=id&\$skiptoken=/);
  const staff = await graph.all("/users?$filter=startsWith(userPrincipalName,'visitor')&$top=1");
  t.equal(staff.pages, 3);
  for (const top of ['0', '1000', 'x']) {
    const refused = await graph.call('GET', `/users?$top=${top}`);
    t.match(
      refused.text('error.message'),
      `Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`,
    );
  }
});

t.test('filters as the directory does', async (t) => {
  const { value: some } = await graph.all("/users?$filter=userType eq 'Member'&$top=20&$select=id,mailNickname,mail");
  const [one] = some;
  const quoted = encodeURIComponent(`mailNickname eq '${String(one?.mailNickname)}'`);
  t.equal((await graph.call('GET', `/users?$filter=${quoted}`)).rows().length, 1);
  const ids = some.slice(0, 15).map((user) => `'${String(user.id)}'`);
  t.equal((await graph.call('GET', `/users?$filter=id in (${ids.join(',')})`)).rows().length, 15);
  const tooMany = await graph.call('GET', `/users?$filter=id in (${[...ids, "'x'"].join(',')})`);
  t.match(tooMany.body, {
    error: {
      code: 'Request_UnsupportedQuery',
      message:
        "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15.",
    },
  });
  const apostrophe = encodeURIComponent("startsWith(surname,'O''Neil') and accountEnabled eq true");
  const neils = await graph.all(`/users?$filter=${apostrophe}&$select=surname`);
  t.ok(neils.value.length > 0 && neils.value.every((user) => user.surname === "O'Neil"));

  const advanced = "/users?$count=true&$top=1&$filter=endsWith(mail,'@staff.example')";
  t.equal((await graph.call('GET', advanced)).text('error.code'), 'Request_UnsupportedQuery');
  const counted = await graph.call('GET', advanced, undefined, { ConsistencyLevel: 'eventual' });
  t.ok(Number(counted.at('@odata.count')) > 50, 'the count is on the first page');
  t.equal((await graph.call('GET', '/users?$filter=shoeSize eq 1')).status, 400);
  t.match((await graph.call('GET', '/users?$filter=mail eq')).text('error.message'), /Syntax error at position/);
  t.equal((await graph.call('GET', "/education/users?$filter=student/externalId eq '1'")).status, 400);
  t.equal((await graph.call('GET', '/users?$expand=manager')).status, 501, 'never silently ignored');
});

t.test('delta: a full read, then changes, removals and expiry', async (t) => {
  const full = await graph.all('/users/delta?$select=displayName,mailNickname');
  t.equal(full.value.length, simulator.directory.users.size);
  t.ok(full.pages > 5);
  t.same((await graph.all(full.deltaLink)).value, []);

  const made = await graph.call('POST', '/users', person());
  const id = made.text('id');
  await graph.call('PATCH', `/users/${id}`, { displayName: 'Changed' });
  const changes = await graph.all(full.deltaLink);
  t.match(changes.value, [{ id, displayName: 'Changed' }], 'once, with its latest state');
  await graph.call('DELETE', `/users/${id}`);
  t.match((await graph.all(changes.deltaLink)).value, [{ id, '@removed': { reason: 'changed' } }]);
  t.match(
    (await graph.all(full.deltaLink)).value,
    [{ id, '@removed': { reason: 'changed' } }],
    'an old token still works',
  );

  const latest = await graph.call('GET', '/users/delta?$deltatoken=latest');
  t.same(latest.rows(), []);
  now += 6 * 86_400_000;
  await graph.signIn();
  t.equal((await graph.call('GET', full.deltaLink)).status, 200, 'valid for seven days');
  now += 2 * 86_400_000;
  await graph.signIn();
  const gone = await graph.call('GET', full.deltaLink);
  t.equal(gone.status, 410);
  t.match(String(gone.headers.location), /\/users\/delta\?\$select=displayName,mailNickname$/);
});

t.test('a delta reports only properties that were selected when it began', async (t) => {
  const id = (await graph.call('POST', '/users', person())).text('id');
  const names = await graph.all('/users/delta?$select=displayName');
  const offices = await graph.all('/education/users/delta?$select=displayName,officeLocation');
  const everything = await graph.all('/users/delta');
  t.equal((await graph.call('PATCH', `/users/${id}`, { officeLocation: '12B' })).status, 204);
  const later = await graph.all(names.deltaLink);
  t.same(later.value, []);
  t.match((await graph.all(offices.deltaLink)).value, [{ id, officeLocation: '12B' }]);
  t.match((await graph.all(everything.deltaLink)).value, [{ id }]);
  t.equal((await graph.call('PATCH', `/users/${id}`, { displayName: 'Moved' })).status, 204);
  t.same((await graph.all(later.deltaLink)).value, [{ id, displayName: 'Moved' }], 'and still without the office');
  const now = await graph.all(later.deltaLink);
  t.equal((await graph.call('DELETE', `/users/${id}`)).status, 204);
  t.equal((await graph.call('POST', `/directory/deletedItems/${id}/restore`)).status, 200);
  t.match(
    (await graph.all(now.deltaLink)).value,
    [{ id, displayName: 'Moved' }],
    'a property selected again is reported',
  );
});

t.test('signing someone out everywhere records the time and changes nothing else in the account', async (t) => {
  const made = await graph.call('POST', '/users', person());
  const path = `/users/${made.text('id')}`;
  const validFrom = async () => {
    const answer = await graph.call('GET', `${path}?$select=id,signInSessionsValidFromDateTime`);
    return answer.at('signInSessionsValidFromDateTime');
  };
  t.equal(await validFrom(), null);
  const answer = await graph.call('POST', `${path}/revokeSignInSessions`);
  t.equal(answer.status, 200);
  t.match(answer.body, { '@odata.context': /#Edm.Boolean$/, value: true });
  t.equal(await validFrom(), new Date(now).toISOString());
  const others = await graph.call('GET', `${path}?$select=id,accountEnabled,userPrincipalName`);
  t.match(others.body, { accountEnabled: true, userPrincipalName: made.text('userPrincipalName') });
  const patched = await graph.call('PATCH', path, { signInSessionsValidFromDateTime: null });
  t.equal(patched.status, 400, 'only by the action');
});

t.test('a deleted account can be restored, or is gone for good', async (t) => {
  const made = await graph.call('POST', '/users', person());
  const id = made.text('id');
  t.equal((await graph.call('DELETE', `/users/${id}`)).status, 204);
  t.match((await graph.call('GET', `/users/${id}`)).body, {
    error: {
      code: 'Request_ResourceNotFound',
      message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    },
  });
  const bin = await graph.call('GET', '/directory/deletedItems/microsoft.graph.user');
  t.ok(bin.rows().some((user) => user.id === id));
  t.equal((await graph.call('POST', `/directory/deletedItems/${id}/restore`, {})).status, 200);
  t.equal((await graph.call('GET', `/users/${id}`)).status, 200);
  await graph.call('DELETE', `/users/${id}`);
  t.equal((await graph.call('DELETE', `/directory/deletedItems/${id}`)).status, 204);
  t.equal((await graph.call('POST', `/directory/deletedItems/${id}/restore`, {})).status, 404);
});

t.test('getByIds omits unknown ids', async (t) => {
  const ids = simulator.directory.users
    .values()
    .take(3)
    .map((user) => user.id)
    .toArray();
  const unknown = '00000000-0000-4000-8000-000000000000';
  const answer = await graph.call('POST', '/directoryObjects/getByIds', { ids: [...ids, unknown], types: ['user'] });
  t.equal(answer.rows().length, 3);
  t.equal(answer.headers['x-ms-resource-unit'], '5');
  const cheaper = await graph.call('POST', '/directoryObjects/getByIds?$select=id', { ids });
  t.equal(cheaper.headers['x-ms-resource-unit'], '2');
  const many = { ids: Array.from({ length: 1001 }, () => unknown) };
  t.equal((await graph.call('POST', '/directoryObjects/getByIds', many)).status, 400);
});

t.test('every answer above agreed with the contract', async (t) => {
  t.strictSame(graph.breaches, []);
});
