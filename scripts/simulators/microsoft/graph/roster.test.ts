/** Schools, classes, groups, memberships and licenses. */
import t from 'tap';
import { RawClient } from '../contract/raw-client.ts';
import { startMicrosoftSimulator } from '../server.ts';

const simulator = await startMicrosoftSimulator({ people: 80, seed: 3, lag: 0 });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
const people = simulator.directory.users
  .values()
  .map((user) => user.id)
  .toArray();
const link = (id: string, set = 'directoryObjects'): string => `https://graph.microsoft.com/v1.0/${set}/${id}`;
const ref = (id: string, set?: string): object => ({ '@odata.id': link(id, set) });
const exists = (relation: string): string =>
  `One or more added object references already exist for the following modified properties: '${relation}'.`;

let counter = 0;
async function makeClass(): Promise<string> {
  counter += 1;
  const answer = await graph.call('POST', '/education/classes', {
    displayName: `Class ${counter}`,
    mailNickname: `Section_${counter}`,
    externalId: `S${counter}`,
    externalSource: 'sis',
    term: { displayName: 'Fall', startDate: '2026-08-20', endDate: '2026-12-18' },
  });
  t.equal(answer.status, 201);
  return answer.text('id');
}

t.test('a school holds people and classes', async (t) => {
  const school = await graph.call('POST', '/education/schools', {
    displayName: 'North',
    externalId: '100',
    schoolNumber: '1',
  });
  t.equal(school.status, 201);
  const path = `/education/schools/${school.text('id')}`;
  const classId = await makeClass();
  const [user = ''] = people;
  t.equal((await graph.call('POST', `${path}/classes/$ref`, ref(classId, 'education/classes'))).status, 204);
  t.equal((await graph.call('POST', `${path}/users/$ref`, ref(user, 'education/users'))).status, 204);
  t.equal((await graph.call('POST', `${path}/users/$ref`, ref(user))).text('error.message'), exists('members'));
  t.match((await graph.call('GET', `${path}/users?$select=id`)).rows(), [{ id: user }]);
  t.match((await graph.call('GET', `${path}/classes`)).rows(), [{ id: classId, term: { startDate: '2026-08-20' } }]);
  t.match((await graph.call('GET', `/education/users/${user}/schools`)).rows(), [{ displayName: 'North' }]);
  t.match((await graph.call('GET', `/education/classes/${classId}/schools`)).rows(), [{ displayName: 'North' }]);
  t.match((await graph.call('GET', "/education/schools?$filter=externalId eq '100'")).rows(), [
    { displayName: 'North' },
  ]);
  t.match((await graph.call('GET', `${path}/administrativeUnit`)).body, { displayName: 'North' });
  t.match((await graph.call('PATCH', path, { displayName: 'Northern' })).body, { displayName: 'Northern' });
  t.equal((await graph.call('DELETE', `${path}/users/${user}/$ref`)).status, 204);
  t.equal((await graph.call('DELETE', `${path}/users/${user}/$ref`)).status, 404, 'no longer a member');
  t.equal((await graph.call('DELETE', `${path}/users/${user}`)).status, 501, 'what real Graph does is not known');
  const delta = await graph.all('/education/schools/delta');
  t.match(delta.value, [{ displayName: 'Northern' }]);
  t.equal((await graph.call('DELETE', path)).status, 204);
  t.match((await graph.all(delta.deltaLink)).value, [{ '@removed': { reason: 'deleted' } }]);
  t.equal((await graph.call('GET', `/education/classes/${classId}`)).status, 200, 'its classes stay');
});

t.test('a class is a hidden group with the same id', async (t) => {
  const id = await makeClass();
  t.match((await graph.call('GET', `/groups/${id}`)).body, {
    id,
    groupTypes: ['Unified'],
    visibility: 'HiddenMembership',
    mail: `Section_${counter}@district.example`,
    creationOptions: ['ExchangeProvisioningFlags:461', 'classAssignments'],
  });
  const twin = await graph.call('POST', '/education/classes', {
    displayName: 'Twin',
    mailNickname: `section_${counter}`,
  });
  t.match(twin.body, {
    error: { code: 'Request_BadRequest', details: [{ code: 'ObjectConflict', target: 'mailNickname' }] },
  });
  const noCheck = await graph.call('POST', '/education/classes', {
    displayName: 'Twin',
    mailNickname: 'other',
    externalId: `S${counter}`,
  });
  t.equal(noCheck.status, 201, 'externalId is not a key: a repeated POST creates a second class');
  t.equal((await graph.call('GET', `/education/classes?$filter=externalId eq 'S${counter}'`)).rows().length, 2);
  t.equal((await graph.call('PATCH', `/education/classes/${id}`, { description: '' })).status, 400);
  t.equal((await graph.call('PATCH', `/education/classes/${id}`, { term: { endDate: 'soon' } })).status, 400);
  const delta = await graph.all('/education/classes/delta?$select=displayName');
  t.equal((await graph.call('DELETE', `/education/classes/${id}`)).status, 204);
  t.equal((await graph.call('GET', `/groups/${id}`)).status, 404, 'the group goes with it');
  t.same((await graph.all(delta.deltaLink)).value, [], 'class deltas do not report deletions');
  t.match((await graph.all('/groups/delta?$select=displayName')).value.length, simulator.directory.groups.size);
});

t.test('PATCH with @odata.bind adds up to twenty, all or none', async (t) => {
  const id = await makeClass();
  const bind = (...ids: string[]): object => ({ 'members@odata.bind': ids.map((user) => link(user)) });
  const members = async (): Promise<unknown[]> =>
    (await graph.all(`/education/classes/${id}/members?$select=id`)).value.map((user) => user.id);
  t.equal((await graph.call('PATCH', `/groups/${id}`, bind(...people.slice(0, 20)))).status, 204);
  t.strictSame(await members(), people.slice(0, 20));
  const partly = await graph.call('PATCH', `/groups/${id}`, bind(people[20] ?? '', people[0] ?? ''));
  t.match(partly.body, { error: { code: 'Request_BadRequest', message: exists('members') } });
  t.equal((await members()).length, 20, 'nobody was added');
  const unknown = await graph.call(
    'PATCH',
    `/groups/${id}`,
    bind(people[20] ?? '', '00000000-0000-4000-8000-000000000000'),
  );
  t.equal(unknown.status, 404);
  const many = await graph.call('PATCH', `/groups/${id}`, bind(...people.slice(20, 41)));
  t.equal(many.text('error.message'), 'A resource cannot contain more than 20 link changes.');
  t.equal((await members()).length, 20);
  const both = { ...bind(people[20] ?? ''), 'owners@odata.bind': [link(people[20] ?? '', 'users')] };
  t.equal((await graph.call('PATCH', `/groups/${id}`, both)).status, 204);
  t.match((await graph.call('GET', `/education/classes/${id}/teachers?$select=id`)).rows(), [{ id: people[20] }]);
  t.match((await graph.call('GET', `/education/users/${people[20]}/taughtClasses`)).rows(), [{ id }]);
});

t.test('adds and removes members and teachers one by one', async (t) => {
  const id = await makeClass();
  const path = `/education/classes/${id}`;
  const [a = '', b = ''] = people;
  t.equal((await graph.call('POST', `${path}/members/$ref`, ref(a, 'education/users'))).status, 204);
  t.equal((await graph.call('POST', `/groups/${id}/members/$ref`, ref(a))).text('error.message'), exists('members'));
  t.equal((await graph.call('POST', `${path}/teachers/$ref`, ref(b, 'education/users'))).status, 204);
  t.match((await graph.call('GET', `/groups/${id}/owners`)).rows(), [
    { '@odata.type': '#microsoft.graph.user', id: b },
  ]);
  const last = await graph.call('DELETE', `${path}/teachers/${b}/$ref`);
  t.equal(last.status, 400);
  t.equal(last.text('error.message'), 'The group must have at least one owner, hence this owner cannot be removed.');
  t.equal((await graph.call('POST', `/groups/${id}/owners/$ref`, ref(a))).status, 204);
  t.equal((await graph.call('DELETE', `/groups/${id}/owners/${b}/$ref`)).status, 204);
  t.equal((await graph.call('DELETE', `${path}/members/${a}/$ref`)).status, 204);
  t.equal((await graph.call('DELETE', `${path}/members/${a}/$ref`)).status, 404);
  t.equal((await graph.call('POST', `${path}/members/$ref`, { '@odata.id': 'nonsense' })).status, 400);
});

t.test('some groups accept no members, and a full tenant accepts no objects', async (t) => {
  const { directory } = simulator;
  const unified = { displayName: 'Rule', mailNickname: 'rule', mailEnabled: true, securityEnabled: false };
  const group = await graph.call('POST', '/groups', { ...unified, groupTypes: ['Unified'] });
  const path = `/groups/${group.text('id')}`;
  const found = directory.groups.get(group.text('id'));
  if (found === undefined) throw new Error('no group');
  const [a = ''] = people;
  const add = () => graph.call('PATCH', path, { 'members@odata.bind': [link(a)] });
  directory.groups.update(found, { groupTypes: ['Unified', 'DynamicMembership'] });
  t.match((await add()).text('error.message'), /dynamic membership/);
  directory.groups.update(found, { groupTypes: ['Unified'], onPremisesSyncEnabled: true });
  t.match((await add()).text('error.message'), /on-premises mastered/);
  directory.groups.update(found, { onPremisesSyncEnabled: null });
  t.equal((await add()).status, 204);

  await graph.control('PATCH', '/settings', { quota: 1 });
  for (const [where, body] of [
    ['/education/schools', { displayName: 'Full' }],
    ['/education/classes', { displayName: 'Full', mailNickname: 'full' }],
    ['/groups', { ...unified, mailNickname: 'full', groupTypes: ['Unified'] }],
  ] as const) {
    const full = await graph.call('POST', where, body);
    t.match(full, { status: 403, body: { error: { code: 'Directory_QuotaExceeded' } } }, where);
  }
  await graph.control('PATCH', '/settings', { quota: 300_000 });
});

t.test('DELETE without /$ref deletes the account, as in real Graph', async (t) => {
  const id = await makeClass();
  const victim = people.at(-1) ?? '';
  await graph.call('POST', `/groups/${id}/members/$ref`, ref(victim));
  t.equal((await graph.call('DELETE', `/groups/${id}/members/${victim}`)).status, 204);
  t.equal((await graph.call('GET', `/users/${victim}`)).status, 404);
});

t.test('hidden members require their own permission', async (t) => {
  const id = await makeClass();
  const { roles } = simulator.app;
  await graph.control('PATCH', '/settings', { roles: roles.filter((role) => role !== 'Member.Read.Hidden') });
  await graph.signIn();
  t.equal((await graph.call('GET', `/groups/${id}/members`)).status, 403);
  t.equal((await graph.call('GET', `/education/classes/${id}/members`)).status, 403);
  t.equal((await graph.call('GET', `/education/classes/${id}/teachers`)).status, 200);
  await graph.control('PATCH', '/settings', { roles });
  await graph.signIn();
});

t.test('groups: accepts at most twenty people at creation, and has the one idempotent create', async (t) => {
  const body = {
    displayName: 'Staff',
    mailEnabled: true,
    mailNickname: 'staff',
    securityEnabled: false,
    groupTypes: ['Unified'],
  };
  const bind = (from: number, to: number): string[] => people.slice(from, to).map((user) => link(user));
  const many = { ...body, 'members@odata.bind': bind(0, 20), 'owners@odata.bind': bind(0, 1) };
  t.equal((await graph.call('POST', '/groups', many)).status, 400);
  const made = await graph.call('POST', '/groups', { ...many, 'members@odata.bind': bind(0, 19) });
  t.equal(made.status, 201);
  t.equal((await graph.call('GET', `/groups/${made.text('id')}/members`)).rows().length, 19);
  t.equal((await graph.call('GET', `/education/classes/${made.text('id')}`)).status, 404, 'not a class');
  const late = await graph.call('PATCH', `/groups/${made.text('id')}`, { visibility: 'HiddenMembership' });
  t.equal(late.status, 400);
  t.equal((await graph.call('PATCH', `/groups/${made.text('id')}`, { hideFromAddressLists: true })).status, 501);

  const unique = "/groups(uniqueName='all-staff')";
  const upsert = { ...body, mailNickname: 'allstaff' };
  t.equal((await graph.call('PATCH', unique, upsert)).status, 404);
  t.equal((await graph.call('PATCH', unique, upsert, { prefer: 'create-if-missing' })).status, 201);
  t.equal(
    (await graph.call('PATCH', unique, upsert, { prefer: 'create-if-missing' })).status,
    400,
    'groupTypes cannot change',
  );
  t.equal((await graph.call('PATCH', unique, { displayName: 'All' }, { prefer: 'create-if-missing' })).status, 204);
  t.match((await graph.call('GET', unique)).body, { displayName: 'All' });
});

t.test('groups: two security groups may have one alias, two Microsoft 365 groups may not', async (t) => {
  const security = { displayName: 'Pupils', mailEnabled: false, mailNickname: 'pupils', securityEnabled: true };
  const made = await graph.call('POST', '/groups', security);
  t.equal((await graph.call('POST', '/groups', { ...security, groupTypes: [] })).status, 201);
  const filter = encodeURIComponent("mailNickname eq 'pupils'");
  t.equal((await graph.call('GET', `/groups?$filter=${filter}&$select=id,securityEnabled`)).rows().length, 2);
  t.equal((await graph.call('PATCH', `/groups/${made.text('id')}`, { displayName: 'Students' })).status, 204);
  const unified = { ...security, mailEnabled: true, groupTypes: ['Unified'] };
  t.equal((await graph.call('POST', '/groups', unified)).status, 201);
  t.equal((await graph.call('POST', '/groups', unified)).status, 400);
});

t.test('licenses: require a usage location first, then seats', async (t) => {
  const skus = await graph.call('GET', '/subscribedSkus');
  t.equal(skus.headers['x-ms-resource-unit'], '3');
  const skuId = skus.text('value.0.skuId');
  const made = await graph.call('POST', '/users', {
    accountEnabled: true,
    displayName: 'L',
    mailNickname: 'licensed',
    userPrincipalName: 'licensed@district.example',
    passwordProfile: { password: 'Correct-Horse-9' },
  });
  const path = `/users/${made.text('id')}`;
  const add = { addLicenses: [{ skuId, disabledPlans: [] }], removeLicenses: [] };
  const nowhere = await graph.call('POST', `${path}/assignLicense`, add);
  t.equal(nowhere.text('error.message'), 'License assignment cannot be done for user with invalid usage location.');
  await graph.call('PATCH', path, { usageLocation: 'US' });
  t.equal((await graph.call('POST', `${path}/assignLicense`, add)).status, 200);
  t.equal((await graph.call('POST', `${path}/assignLicense`, add)).status, 200, 'again: no second seat');
  t.equal((await graph.call('GET', '/subscribedSkus')).at('value.0.consumedUnits'), 1);
  t.match((await graph.call('GET', `${path}?$select=assignedLicenses`)).at('assignedLicenses'), [{ skuId }]);
  t.match((await graph.call('GET', `${path}/licenseDetails`)).rows(), [{ skuId }]);
  t.match(
    (await graph.call('POST', `${path}/assignLicense`, { removeLicenses: [] })).text('error.message'),
    /missing parameters are: addLicenses/,
  );
  const wrong = { addLicenses: [{ skuId: people[0] }], removeLicenses: [] };
  t.match(
    (await graph.call('POST', `${path}/assignLicense`, wrong)).text('error.message'),
    /does not correspond to a valid company License/,
  );
  const remove = { addLicenses: [], removeLicenses: [skuId] };
  t.equal((await graph.call('POST', `${path}/assignLicense`, remove)).status, 200);
  t.equal((await graph.call('POST', `${path}/assignLicense`, remove)).status, 400, 'not assigned');
  const sku = simulator.directory.tenant.skus.get(skuId);
  t.equal(sku?.consumed, 0);
  if (sku !== undefined) sku.enabled = 0;
  t.match(
    (await graph.call('POST', `${path}/assignLicense`, add)).text('error.message'),
    /does not have any available licenses/,
  );
});

t.test('members of a group have its licenses', async (t) => {
  const skuId = simulator.directory.tenant.skus.keys().next().value ?? '';
  const sku = simulator.directory.tenant.skus.get(skuId);
  if (sku !== undefined) sku.enabled = sku.consumed + 2;
  const group = await graph.call('POST', '/groups', {
    displayName: 'Licensed',
    mailEnabled: false,
    mailNickname: 'licensed-group',
    securityEnabled: true,
  });
  const path = `/groups/${group.text('id')}`;
  const [early = '', late = '', none = ''] = people;
  for (const id of [early, late, none]) await graph.call('PATCH', `/users/${id}`, { usageLocation: 'US' });
  t.equal((await graph.call('PATCH', path, { 'members@odata.bind': [link(early)] })).status, 204);
  const change = { addLicenses: [{ skuId, disabledPlans: [] }], removeLicenses: [] };
  t.equal((await graph.call('POST', `${path}/assignLicense`, change)).status, 202);
  t.match((await graph.call('GET', `${path}?$select=assignedLicenses`)).at('assignedLicenses'), [{ skuId }]);
  t.equal((await graph.call('PATCH', path, { 'members@odata.bind': [link(late), link(none)] })).status, 204);
  const held = async (id: string) =>
    (await graph.call('GET', `/users/${id}?$select=assignedLicenses`)).at('assignedLicenses');
  t.match(await held(early), [{ skuId }]);
  t.match(await held(late), [{ skuId }]);
  t.same(await held(none), [], 'the seats are gone');
});

t.test('the tenant reports its domains and its name', async (t) => {
  const domains = await graph.call('GET', '/domains');
  t.match(domains.rows(), [{ id: 'district.example', isDefault: true, isVerified: true }]);
  t.match((await graph.call('GET', '/organization')).rows(), [{ id: simulator.tenantId, onPremisesSyncEnabled: true }]);
  t.equal((await graph.call('GET', '/domains/nowhere.example')).status, 404);
});

t.test('answers 501 for what is not implemented', async (t) => {
  for (const [method, path] of [
    ['POST', '/teams/x/clone'],
    ['GET', '/servicePrincipals'],
    ['PUT', '/users/x'],
  ] as const) {
    const answer = await graph.call(method, path, method === 'GET' ? undefined : {});
    t.equal(answer.status, 501);
    t.equal(answer.text('error.message'), `The Microsoft simulator does not implement ${method} ${path}.`);
  }
});

t.test('every answer above agreed with the contract', async (t) => {
  t.strictSame(graph.breaches, []);
});
