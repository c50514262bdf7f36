/** What a tenant may have changed from the default: names, permissions, protection, and who is in a class team. */
import t from 'tap';
import { RawClient } from './contract/raw-client.ts';
import { usualRules } from './directory/tenant-rules.ts';
import { startMicrosoftSimulator } from './server.ts';

const simulator = await startMicrosoftSimulator({ people: 40, lag: 0, teamLag: 0, teamDuration: 0 });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
t.afterEach(async () => {
  await graph.control('PATCH', '/settings', { rules: usualRules() });
});
const { directory } = simulator;
const { roles } = simulator.app;
const people = [...directory.users.values()].filter((user) => user.props.onPremisesSyncEnabled !== true);
const person = (at: number) => people[at]?.id ?? '';
const reference = (id: string) => `${simulator.baseUrl}/v1.0/directoryObjects/${id}`;
let counter = 0;
const names = () => {
  counter += 1;
  return { displayName: `Class ${counter}`, mailNickname: `rules_${counter}` };
};
const newClass = async (body: object = names()) => await graph.call('POST', '/education/classes', body);
const bind = (relation: string, ...ids: string[]) => ({ [`${relation}@odata.bind`]: ids.map(reference) });
const has = async (id: string, relation: string) =>
  (await graph.call('GET', `/groups/${id}/${relation}?$select=id`)).rows().map((row) => row.id);

t.test('removing an owner may end the membership too', async (t) => {
  const id = (await newClass()).text('id');
  const both = { ...bind('members', person(0), person(1)), ...bind('owners', person(0), person(1)) };
  t.equal((await graph.call('PATCH', `/groups/${id}`, both)).status, 204);
  await graph.control('PATCH', '/settings', { rules: { ownerRemovalEndsMembership: true } });
  t.equal((await graph.call('DELETE', `/groups/${id}/owners/${person(0)}/$ref`)).status, 204);
  t.strictSame(await has(id, 'members'), [person(1)]);
  t.strictSame(await has(id, 'owners'), [person(1)]);
});

t.test('writing members may require User.ReadWrite.All', async (t) => {
  const id = (await newClass()).text('id');
  await graph.control('PATCH', '/settings', {
    rules: { memberWritesNeedUserWrite: true },
    roles: roles.filter((role) => role !== 'User.ReadWrite.All'),
  });
  const before = graph.token;
  await graph.signIn();
  await graph.control('PATCH', '/settings', { roles });
  const denied = { status: 403, body: { error: { code: 'Authorization_RequestDenied' } } };
  t.match(await graph.call('PATCH', `/groups/${id}`, bind('members', person(0))), denied);
  const ref = { '@odata.id': reference(person(0)) };
  t.match(await graph.call('POST', `/groups/${id}/members/$ref`, ref), denied);
  t.equal((await graph.call('PATCH', `/groups/${id}`, bind('owners', person(0)))).status, 204, 'owners do not');
  graph.token = before;
  t.equal((await graph.call('PATCH', `/groups/${id}`, bind('members', person(0)))).status, 204);
});

t.test('a PATCH may refuse owners', async (t) => {
  const id = (await newClass()).text('id');
  await graph.control('PATCH', '/settings', { rules: { refusesOwnersInPatch: true } });
  const both = { ...bind('members', person(0)), ...bind('owners', person(0)) };
  t.equal((await graph.call('PATCH', `/groups/${id}`, both)).status, 400);
  t.strictSame(await has(id, 'members'), [], 'nothing was done');
  const ref = { '@odata.id': reference(person(0)) };
  t.equal((await graph.call('POST', `/groups/${id}/owners/$ref`, ref)).status, 204);
  t.strictSame(await has(id, 'owners'), [person(0)]);
});

t.test('enforces a naming policy', async (t) => {
  const naming = { prefix: 'EDU ', suffix: '', blockedWords: ['Payroll'] };
  await graph.control('PATCH', '/settings', { rules: { naming } });
  const plain = { displayName: 'Algebra', mailNickname: 'algebra' };
  t.match(await newClass(plain), {
    status: 400,
    body: {
      error: {
        code: 'Request_BadRequest',
        message: /missing a required prefix\/suffix per your organization's Group naming/,
        details: [{ code: 'MissingPrefixSuffix', target: 'displayName', suggestedPropertyValue: 'EDU Algebra' }],
      },
    },
  });
  await graph.control('PATCH', '/settings', { rules: { naming: { blockedWords: ['Payroll'] } } });
  t.equal(
    (await newClass({ ...plain, displayName: 'The PAYROLL class' })).at('error.details.0.code'),
    'ContainsBlockedWord',
  );
  const made = await newClass({ ...plain, displayName: 'Payrolling' });
  t.equal(made.status, 201, 'only whole words count');
  const renamed = await graph.call('PATCH', `/education/classes/${made.text('id')}`, { displayName: 'Payroll' });
  t.equal(renamed.status, 400, 'even when it is renamed');
  const group = { displayName: 'Payroll', mailNickname: 'pay', mailEnabled: false, securityEnabled: true };
  t.equal((await graph.call('POST', '/groups', group)).status, 201, 'security groups follow no policy');
});

t.test('protects some accounts and groups', async (t) => {
  const refuse = async (path: string, body: object) => (await graph.call('PATCH', path, body)).text('error.message');
  const user = `/users/${person(2)}`;
  await graph.control('PUT', `${user}/protection`, { by: 'administrator' });
  t.equal(await refuse(user, { accountEnabled: false }), 'Insufficient privileges to complete the operation.');
  t.equal((await graph.call('PATCH', user, { department: 'x' })).status, 204, 'what is not sensitive can be changed');
  t.equal((await graph.call('DELETE', user)).status, 403);
  await graph.control('PUT', `${user}/protection`, { by: 'restrictedUnit' });
  t.match(await refuse(`/education${user}`, { primaryRole: 'student' }), /restricted management administrative unit/);
  await graph.control('PUT', `${user}/protection`, { by: null });
  t.equal((await graph.call('PATCH', user, { accountEnabled: true })).status, 204);

  const id = (await newClass()).text('id');
  await graph.control('PUT', `/groups/${id}/protection`, { by: 'restrictedUnit' });
  for (const answer of [
    await graph.call('PATCH', `/groups/${id}`, bind('members', person(0))),
    await graph.call('PATCH', `/education/classes/${id}`, { displayName: 'Other' }),
    await graph.call('DELETE', `/education/classes/${id}`),
  ]) {
    t.equal(answer.status, 403);
    t.match(answer.text('error.message'), /restricted management administrative unit/);
  }
});

t.test('a class team waits for a teacher', async (t) => {
  const id = (await newClass()).text('id');
  await graph.call('PATCH', `/groups/${id}`, {
    ...bind('owners', person(0)),
    ...bind('members', person(0), person(1)),
  });
  const body = {
    'template@odata.bind': `${simulator.baseUrl}/v1.0/teamsTemplates('educationClass')`,
    'group@odata.bind': `${simulator.baseUrl}/v1.0/groups('${id}')`,
    channels: [{ displayName: 'Homework', description: 'Every day' }],
  };
  const wrong = await graph.call('POST', '/teams', { ...body, channels: ['Homework'] });
  t.equal(wrong.status, 400);
  t.equal((await graph.call('POST', '/teams', body)).status, 202, 'channels may come with the group');
  const limited = async () => (await graph.call('GET', `/teams/${id}`)).at('isMembershipLimitedToOwners');
  const seen = () => directory.groups.get(id)?.hasStudents;
  t.equal(await limited(), true);
  t.equal((await graph.call('PATCH', `/teams/${id}`, { isMembershipLimitedToOwners: false })).status, 204);
  t.strictSame([await limited(), seen()], [false, false], 'the flag alone adds no student');
  await graph.control('POST', `/teams/${id}/activate`);
  t.strictSame([await limited(), seen()], [false, true]);
  t.equal((await graph.call('PATCH', `/teams/${id}`, { displayName: 'x' })).status, 501);
});

t.test('answers 501 for what only Graph has, and accepts what Graph documents', async (t) => {
  t.equal((await graph.call('GET', '/groups?$select=id,hasMembersWithLicenseErrors')).status, 501);
  t.equal((await graph.call('GET', '/groups?$filter=hasMembersWithLicenseErrors eq true')).status, 501);
  t.equal((await graph.call('GET', '/users?$select=signInActivity')).status, 501);
  t.equal((await graph.call('GET', '/groups?$select=nonsense')).status, 400);
  const createdBy = { user: { displayName: 'Susana', id: person(0) } };
  const made = await newClass({ ...names(), createdBy });
  t.equal(made.status, 201);
  const id = made.text('id');
  t.equal((await graph.call('PATCH', `/education/classes/${id}`, { createdBy })).status, 400, 'but not later');
  t.equal((await graph.call('PATCH', `/groups/${id}`, { allowExternalSenders: true })).status, 501);
});

t.test('unset values of education objects are null when selected', async (t) => {
  const id = (await newClass()).text('id');
  const seen = await graph.call('GET', `/education/classes/${id}?$select=id,course,term,externalSource,classCode`);
  t.match(seen.body, { course: null, term: null, externalSource: null, classCode: null });
  const [user] = (await graph.call('GET', '/education/users?$select=id,student,teacher,externalSource&$top=1')).rows();
  t.match(user, { student: null, teacher: null, externalSource: null });
});

t.test('an account can leave the synchronization', async (t) => {
  const synced = [...directory.users.values()].find((user) => user.props.onPremisesSyncEnabled === true)?.id ?? '';
  t.equal((await graph.call('PATCH', `/users/${synced}`, { department: 'x' })).status, 400);
  const before = (await graph.all('/users/delta?$select=id,onPremisesSyncEnabled')).deltaLink;
  await graph.control('PATCH', `/users/${synced}`, { onPremisesSyncEnabled: null });
  t.equal((await graph.call('PATCH', `/users/${synced}`, { department: 'x' })).status, 204);
  t.match((await graph.all(before)).value, [{ id: synced, onPremisesSyncEnabled: null }]);
});

t.test('every answer agreed with the contract', async (t) => {
  t.strictSame(graph.breaches, []);
});

t.test('an address belongs to only one object, and the recycle bin may keep names', async (t) => {
  const domain = directory.tenant.domains.find((known) => known.isDefault)?.id ?? '';
  const taken = { status: 400, body: { error: { details: [{ code: 'ObjectConflict', target: 'proxyAddresses' }] } } };
  const [one] = people;
  if (one === undefined) throw new Error('nobody');
  directory.users.update(one, { proxyAddresses: [`SMTP:choir@${domain}`, `smtp:band@${domain}`] });
  t.match(await newClass({ displayName: 'Choir', mailNickname: 'Choir' }), taken);
  const account = (name: string) => ({
    ...{ accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: `${name}@${domain}` },
    passwordProfile: { password: 'Long-enough-1' },
  });
  t.match(await graph.call('POST', '/users', account('band')), taken);
  directory.users.update(one, { proxyAddresses: null });
  t.equal((await newClass({ displayName: 'Choir', mailNickname: 'choir' })).status, 201);
  t.match(await graph.call('POST', '/users', account('choir')), taken, 'a group has it');
  await graph.control('PUT', `/contacts/band@${domain}`);
  t.match(await graph.call('POST', '/users', account('band')), taken);
  await graph.control('DELETE', `/contacts/band@${domain}`);
  const made = await graph.call('POST', '/users', account('band'));
  t.equal(made.status, 201);
  await graph.call('DELETE', `/users/${made.text('id')}`);
  await graph.control('PATCH', '/settings', { rules: { deletedKeepNames: true } });
  t.match(await graph.call('POST', '/users', account('band')), {
    body: { error: { details: [{ target: 'userPrincipalName' }] } },
  });
  await graph.control('PATCH', '/settings', { rules: { deletedKeepNames: false } });
  t.equal((await graph.call('POST', '/users', account('band'))).status, 201);
});
