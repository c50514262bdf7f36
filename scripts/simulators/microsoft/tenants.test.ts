/** Several tenants in one process: none sees anything of another, and they share only the application's limits. */
import t from 'tap';
import { VirtualClock } from '../../../shared/testing/virtual-clock.ts';
import { RawClient } from './contract/raw-client.ts';
import { startMicrosoftSimulator } from './server.ts';

const simulator = await startMicrosoftSimulator({
  clock: new VirtualClock(),
  people: 60,
  lag: 0,
  tenants: [{ people: 20 }, { people: 5, roles: ['User.Read.All'] }],
});
const [first, second, third] = simulator.tenants;
if (first === undefined || second === undefined || third === undefined) throw new Error('three tenants');
const clientOf = ({ tenantId }: { tenantId: string }) => RawClient.signedIn({ ...simulator, tenantId });
const [ours, theirs, others] = [await clientOf(first), await clientOf(second), await clientOf(third)];
t.teardown(async () => {
  for (const client of [ours, theirs, others]) await client[Symbol.asyncDispose]();
  await simulator.close();
});
const control = (tenant: { tenantId: string }, method: string, path: string, body?: unknown) =>
  ours.control(method, `/tenants/${tenant.tenantId}${path}`, body);

t.test('each has its own directory', async (t) => {
  const idsOf = async (client: RawClient) => (await client.all('/users?$select=id&$top=999')).value.map(({ id }) => id);
  const [mine, yours] = [await idsOf(ours), await idsOf(theirs)];
  t.equal(mine.length, first.directory.users.size);
  t.equal(yours.length, second.directory.users.size);
  t.notOk(mine.some((id) => yours.includes(id)));
  t.equal((await theirs.call('GET', `/users/${mine[0]}`)).status, 404);
  t.equal((await theirs.call('PATCH', `/users/${mine[0]}`, { department: 'x' })).status, 404);
  const made = await theirs.call('POST', '/education/classes', { displayName: 'C', mailNickname: 'same' });
  t.equal(made.status, 201);
  const twin = await ours.call('POST', '/education/classes', { displayName: 'C', mailNickname: 'same' });
  t.equal(twin.status, 201, 'names are unique in a tenant and not beyond');
  t.equal((await ours.call('GET', `/groups/${made.text('id')}`)).status, 404);
  const reference = { '@odata.id': `${simulator.baseUrl}/v1.0/directoryObjects/${yours[0]}` };
  t.equal((await ours.call('POST', `/groups/${twin.text('id')}/members/$ref`, reference)).status, 404);
  t.match((await theirs.call('GET', '/organization')).rows(), [{ id: second.tenantId }]);
});

t.test('a delta link of one tenant does not work in another', async (t) => {
  const { deltaLink } = await ours.all('/users/delta?$select=id,department');
  const [user] = second.directory.users.values();
  if (user === undefined) return t.fail('nobody');
  second.directory.users.update(user, { department: 'secret' });
  t.notMatch(JSON.stringify((await ours.all(deltaLink)).value), /secret/);
});

t.test('consent, faults, counts and settings apply to one tenant', async (t) => {
  t.equal((await others.call('GET', '/users')).status, 200);
  t.equal((await others.call('GET', '/education/classes')).status, 403, 'its administrator granted less');
  await control(second, 'POST', '/faults', { match: { path: '^/users' }, kind: '503', times: 'always' });
  t.equal((await theirs.call('GET', '/users')).status, 503);
  t.equal((await ours.call('GET', '/users')).status, 200);
  await control(second, 'DELETE', '/faults');
  await control(second, 'POST', '/faults', { match: { path: '/token$' }, kind: '503' });
  await ours.signIn();
  t.not(ours.token, '');
  t.same(second.faults.waiting().length, 1, 'the sign-in of the other waits for it');
  await control(second, 'DELETE', '/faults');
  await control(second, 'DELETE', '/stats');
  const before = first.stats.requests;
  await theirs.call('GET', '/users');
  t.equal((await control(second, 'GET', '/stats')).at('requests'), 1);
  t.equal(first.stats.requests, before);
  await control(second, 'PATCH', '/settings', { rules: { naming: { prefix: 'X ' } }, quota: 1 });
  t.equal((await ours.call('POST', '/education/classes', { displayName: 'D', mailNickname: 'd' })).status, 201);
  await control(second, 'PATCH', '/settings', { rules: { naming: null }, quota: 1000 });
  t.equal((await ours.control('GET', '/tenants/nobody/stats')).status, 501);
});

t.test('a tenant that has used up its own limits does not delay the others', async (t) => {
  await control(second, 'PATCH', '/settings', { tenantSpeed: 0.0005 });
  const statuses = [];
  for (let at = 0; at < 4; at += 1) statuses.push((await theirs.call('GET', '/users?$select=id')).status);
  t.equal(statuses.at(-1), 429);
  const refused = await theirs.call('GET', '/users?$select=id');
  t.match(String(refused.headers['x-ms-throttle-scope']), new RegExp(`^Tenant_Application/.*/${second.tenantId}$`));
  t.equal((await ours.call('GET', '/users?$select=id')).status, 200);
  await control(second, 'PATCH', '/settings', { tenantSpeed: 1 });
  t.equal((await theirs.call('GET', '/users?$select=id')).status, 200);
});

t.test("what one tenant uses of the application's limits is missing for the others", async (t) => {
  await control(first, 'PATCH', '/settings', { appSpeed: 0.0001 });
  const body = () => ({ department: 'x' });
  const path = '/groups/00000000-0000-4000-8000-000000000000';
  const statuses: number[] = [];
  for (let at = 0; at < 4; at += 1) statuses.push((await theirs.call('PATCH', path, body())).status);
  t.notOk(statuses.slice(0, 3).includes(429));
  t.equal(statuses.at(-1), 429, 'three and a half writes in five minutes');
  const refused = await ours.call('PATCH', path, body());
  t.equal(refused.status, 429);
  t.match(String(refused.headers['x-ms-throttle-scope']), new RegExp(`^Application/Write/.*/${first.tenantId}$`));
  await control(first, 'PATCH', '/settings', { appSpeed: 1 });
  t.not((await ours.call('PATCH', path, body())).status, 429);
});

t.test('refuses a sign-in to a tenant that does not exist', async (t) => {
  const stranger = await RawClient.signedIn({ ...simulator, tenantId: '00000000-0000-4000-8000-000000000001' });
  t.teardown(() => stranger[Symbol.asyncDispose]());
  t.equal(stranger.token, '');
});
