/** Teams on classes: created later than requested, by a service that learns of groups later than the directory. */
import t from 'tap';
import type { Clock } from '../../../../shared/clock.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startMicrosoftSimulator } from '../server.ts';

let now = Date.parse('2026-09-01T08:00:00Z');
const clock: Clock = { now: () => now, sleep: async () => undefined };
const simulator = await startMicrosoftSimulator({ people: 40, lag: 0, teamLag: 0, teamDuration: 2000, clock });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
t.afterEach(async () => {
  await graph.control('DELETE', '/faults');
  await graph.control('PATCH', '/settings', { teamLag: 0, teamDuration: 2000, speed: 1 });
});
const root = 'https://graph.microsoft.com/v1.0';
const teacher = [...simulator.directory.users.values()][0]?.id ?? '';

const bodyFor = (groupId: string, template = 'educationClass') => ({
  'template@odata.bind': `${root}/teamsTemplates('${template}')`,
  'group@odata.bind': `${root}/groups('${groupId}')`,
});
let counter = 0;
async function newClass(owner = true): Promise<string> {
  counter += 1;
  const made = await graph.call('POST', '/education/classes', { displayName: 'Art', mailNickname: `art${counter}` });
  const id = made.text('id');
  if (owner) {
    await graph.call('PATCH', `/groups/${id}`, { 'owners@odata.bind': [`${root}/directoryObjects/${teacher}`] });
  }
  return id;
}
const optionsOf = async (id: string) =>
  (await graph.call('GET', `/groups/${id}?$select=id,resourceProvisioningOptions`)).at('resourceProvisioningOptions');

t.test('a class becomes a team after a while, and the operation says when', async (t) => {
  const id = await newClass();
  const answer = await graph.call('POST', '/teams', bodyFor(id));
  t.match(answer, { status: 202, body: undefined });
  t.equal(answer.headers['content-location'], `/teams('${id}')`);
  const operation = String(answer.headers.location);
  t.match(operation, new RegExp(`^/teams\\('${id}'\\)/operations\\('[0-9a-f-]{36}'\\)$`));

  t.match((await graph.call('GET', operation)).body, { status: 'notStarted', operationType: 'createTeam' });
  t.same(await optionsOf(id), []);
  t.equal((await graph.call('GET', `/teams/${id}`)).status, 404);
  t.equal((await graph.call('POST', '/teams', bodyFor(id))).status, 409, 'one is being created already');
  now += 1500;
  t.match((await graph.call('GET', operation)).body, { status: 'inProgress' });
  now += 500;
  t.match((await graph.call('GET', operation)).body, { status: 'succeeded', targetResourceId: id });
  t.same(await optionsOf(id), ['Team']);
  t.match((await graph.call('GET', `/teams/${id}`)).body, { id, specialization: 'educationClass' });
  t.match(await graph.call('POST', '/teams', bodyFor(id)), { status: 409, body: { error: { code: 'Conflict' } } });

  const teams = await graph.all(`/groups?$filter=resourceProvisioningOptions/any(x:x eq 'Team')&$select=id`);
  t.same(teams.value, [{ id }]);
  t.match(
    (await graph.control('GET', '/dump')).body,
    new RegExp(`"id":"${id}".*"resourceProvisioningOptions":\\["Team"\\]`),
  );
});

t.test('the older request creates the team at once', async (t) => {
  const id = await newClass();
  t.match(await graph.call('PUT', `/groups/${id}/team`, {}), { status: 201, body: { id } });
  t.same(await optionsOf(id), ['Team']);
  t.equal((await graph.call('PUT', `/groups/${id}/team`, {})).status, 409);
});

t.test('the Teams service does not know a young group, whatever the directory says', async (t) => {
  await graph.control('PATCH', '/settings', { teamLag: 900_000 });
  const id = await newClass();
  t.equal((await graph.call('GET', `/groups/${id}`)).status, 200);
  const answer = await graph.call('POST', '/teams', bodyFor(id));
  t.match(answer, { status: 404, body: { error: { code: 'NotFound' } } });
  t.match(answer.text('error.message'), /^Failed to execute Templates backend request/);
  t.equal((await graph.call('PUT', `/groups/${id}/team`, {})).status, 404);
  now += 900_000;
  t.equal((await graph.call('POST', '/teams', bodyFor(id))).status, 202);
});

t.test('refuses what cannot become a team', async (t) => {
  const id = await newClass();
  const refused = async (body: object) => (await graph.call('POST', '/teams', body)).text('error.message');
  t.match(await refused(bodyFor(await newClass(false))), /at least one owner/);
  t.match(await refused(bodyFor(id, 'retailStore')), /'retailStore' does not exist/);
  t.match(await refused({ ...bodyFor(id), displayName: 'Art' }), /'displayName' must not be given/);
  t.match(await refused({ 'template@odata.bind': 'educationClass' }), /template@odata.bind/);
  const { 'template@odata.bind': template } = bodyFor(id);
  t.equal((await graph.call('POST', '/teams', { 'template@odata.bind': template })).status, 501, 'without a group');

  const plain = { displayName: 'Club', mailNickname: 'club', mailEnabled: true, securityEnabled: false };
  const group = await graph.call('POST', '/groups', {
    ...plain,
    groupTypes: ['Unified'],
    'owners@odata.bind': [`${root}/users/${teacher}`],
  });
  t.equal(
    await refused(bodyFor(group.text('id'))),
    "Team with template 'educationClass' can not be provisioned using a group which does not belong to a class.",
  );
  t.equal((await graph.call('POST', '/teams', bodyFor(group.text('id'), 'standard'))).status, 202);
});

t.test('an operation may fail; then there is no team, and another attempt is accepted', async (t) => {
  const id = await newClass();
  await graph.control('POST', '/faults', { match: { method: 'POST', path: '^/teams$' }, kind: 'fails-later' });
  const operation = String((await graph.call('POST', '/teams', bodyFor(id))).headers.location);
  now += 2000;
  t.match((await graph.call('GET', operation)).body, { status: 'failed', error: { code: 'InternalServerError' } });
  t.same(await optionsOf(id), []);
  t.equal((await graph.call('POST', '/teams', bodyFor(id))).status, 202);
});

t.test('archives and restores a team a while after the request', async (t) => {
  const id = await newClass();
  const isArchived = async () => (await graph.call('GET', `/teams/${id}`)).at('isArchived');
  t.equal((await graph.call('POST', `/teams/${id}/archive`)).status, 404, 'a class without a team');
  await graph.call('PUT', `/groups/${id}/team`, {});
  t.equal((await graph.call('POST', `/teams/${id}/unarchive`)).status, 400, 'it is not archived');

  const answer = await graph.call('POST', `/teams/${id}/archive`, {});
  t.match(answer, { status: 202, body: undefined });
  const operation = String(answer.headers.location);
  t.match((await graph.call('GET', operation)).body, { status: 'notStarted', operationType: 'archiveTeam' });
  t.equal(await isArchived(), false);
  t.equal((await graph.call('POST', `/teams/${id}/archive`)).status, 409, 'it is already in progress');
  now += 2000;
  t.match((await graph.call('GET', operation)).body, { status: 'succeeded' });
  t.equal(await isArchived(), true);
  t.equal((await graph.call('POST', `/teams/${id}/archive`)).status, 400);
  t.match((await graph.control('GET', '/dump')).body, new RegExp(`"id":"${id}".*"isArchived":true`));

  t.equal((await graph.call('POST', `/teams/${id}/unarchive`)).status, 202);
  now += 2000;
  t.equal(await isArchived(), false);
  await graph.control('POST', '/faults', { match: { method: 'POST', path: '/archive$' }, kind: 'fails-later' });
  await graph.call('POST', `/teams/${id}/archive`);
  now += 2000;
  t.equal(await isArchived(), false, 'it failed');
});

t.test('archiving requires an owner and accepts no other parameters', async (t) => {
  const id = await newClass();
  await graph.call('PUT', `/groups/${id}/team`, {});
  const refused = async (body: object) =>
    (await graph.call('POST', `/teams/${id}/archive`, body)).text('error.message');
  t.match(await refused({ shouldSetSpoSiteReadOnlyForMembers: true }), /application context/);
  t.match(await refused({ reason: 'summer' }), /'reason' does not exist/);
  const group = simulator.directory.groups.get(id);
  for (const owner of group?.owners ?? []) if (group) simulator.directory.removeLink(group, 'owners', owner);
  t.match(await refused({}), /at least one owner/);
});

t.test('Teams has its own limits and its own permission', async (t) => {
  const ids = await Promise.all(Array.from({ length: 11 }, () => newClass()));
  now += 10_000;
  await graph.control('DELETE', '/stats');
  const statuses: number[] = [];
  for (const id of ids) statuses.push((await graph.call('POST', '/teams', bodyFor(id))).status);
  t.same(statuses, [...Array(10).fill(202), 429]);
  now += 1000;
  const again = await graph.call('POST', '/teams', bodyFor(ids[10] ?? ''));
  t.equal(again.status, 202);
  t.equal(again.headers['x-ms-resource-unit'], undefined, 'the directory does not count it');

  const { id: tooFast } = { id: ids[0] ?? '' };
  const gets = await Promise.all(Array.from({ length: 31 }, () => graph.call('GET', `/teams/${tooFast}`)));
  t.equal(gets.filter(({ status }) => status === 429).length, 1);
  t.equal(gets.find(({ status }) => status === 429)?.headers['retry-after'], '1');

  await graph.control('PATCH', '/settings', { roles: ['EduRoster.ReadWrite.All', 'GroupMember.ReadWrite.All'] });
  await graph.signIn();
  t.equal((await graph.call('POST', `/teams/${tooFast}/archive`)).status, 403);
  t.match(await graph.call('POST', '/teams', bodyFor(ids[0] ?? '')), {
    status: 403,
    body: { error: { code: 'Authorization_RequestDenied' } },
  });
});

t.test('every request and answer agreed with the contract', async (t) => {
  t.same(graph.breaches, []);
});
