/** `/groups/delta` with members and owners: full reads, changes, splits, lag, filters and hidden members. */
import t from 'tap';
import { VirtualClock } from '../../../../shared/testing/virtual-clock.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startMicrosoftSimulator } from '../server.ts';

const clock = new VirtualClock();
const simulator = await startMicrosoftSimulator({ people: 60, seed: 3, lag: 0, clock });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
const { directory } = simulator;
const people = [...directory.users.values()].map((user) => user.id);
const path = '/groups/delta?$select=displayName,members,owners';
const link = (id = ''): string => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`;

interface Row {
  id: string;
  displayName?: string;
  '@removed'?: object;
  'members@delta'?: { id: string; '@removed'?: object }[];
  'owners@delta'?: { id: string; '@removed'?: object }[];
}

async function makeClass(name: string, members: readonly string[] = []): Promise<string> {
  const names = { displayName: name, mailNickname: name, externalId: name, externalSource: 'sis' };
  const { status, body } = await graph.call('POST', '/education/classes', names);
  t.equal(status, 201);
  const { id } = body as { id: string };
  for (let at = 0; at < members.length; at += 20) {
    const some = { 'members@odata.bind': members.slice(at, at + 20).map(link) };
    t.equal((await graph.call('PATCH', `/groups/${id}`, some)).status, 204);
  }
  return id;
}

async function read(from: string): Promise<{ rows: Row[]; pages: number; deltaLink: string }> {
  const { value, pages, deltaLink } = await graph.all(from);
  return { rows: value as unknown as Row[], pages, deltaLink };
}

const idsOf = (rows: Row[], group: string, relation: 'members@delta' | 'owners@delta' = 'members@delta'): string[] =>
  rows.filter(({ id }) => id === group).flatMap((row) => (row[relation] ?? []).map(({ id }) => id));

t.test('a full read has everyone, a later one those who came and left', async (t) => {
  const id = await makeClass('First', people.slice(0, 3));
  const full = await read(path);
  t.same(idsOf(full.rows, id).sort(), people.slice(0, 3).sort());
  t.match(
    full.rows.find((row) => row.id === id),
    { displayName: 'First', 'members@delta': [{ '@odata.type': '#microsoft.graph.user' }] },
  );
  t.same((await read(full.deltaLink)).rows, [], 'nothing happened');

  t.equal((await graph.control('DELETE', `/groups/${id}/members/${people[0]}`)).status, 204);
  t.equal((await graph.control('PUT', `/groups/First/owners/${people[5]}`)).status, 204);
  const { rows } = await read(full.deltaLink);
  t.match(rows, [
    {
      id,
      'members@delta': [{ id: people[0], '@removed': { reason: 'deleted' } }],
      'owners@delta': [{ id: people[5] }],
    },
  ]);
  t.equal(rows.length, 1);
  t.match((await read(full.deltaLink)).rows, rows, 'a link can be used again');

  t.equal((await graph.control('PUT', `/groups/${id}/members/${people[0]}`)).status, 204);
  t.match((await read(full.deltaLink)).rows[0]?.['members@delta'], [{ id: people[0] }], 'the latest state counts');
  t.equal((await graph.call('PATCH', `/education/classes/${id}`, { classCode: 'X' })).status, 200);
  t.match((await graph.all('/education/classes/delta?$select=classCode')).value, [{ id, classCode: 'X' }]);
});

t.test('a client that does not select members gets none', async (t) => {
  const id = await makeClass('Quiet');
  const names = await read('/groups/delta?$select=displayName');
  t.notOk('members@delta' in (names.rows[0] ?? {}));
  const classes = await graph.all('/education/classes/delta?$select=displayName');
  t.equal((await graph.control('PUT', `/groups/${id}/members/${people[1]}`)).status, 204);
  t.same((await read(names.deltaLink)).rows, []);
  t.same((await graph.all(classes.deltaLink)).value, []);
  t.equal((await graph.control('PATCH', `/groups/${id}`, { displayName: 'Loud' })).status, 204);
  t.match((await read(names.deltaLink)).rows, [{ id, displayName: 'Loud' }]);
});

t.test('splits a large membership over pages with the same id', async (t) => {
  const id = await makeClass('Large', people.slice(0, 45));
  t.equal((await graph.control('PATCH', '/settings', { deltaPage: 2 })).status, 204);
  const full = await read(path);
  const parts = full.rows.filter((row) => row.id === id);
  t.ok(parts.length >= 3, `${parts.length} parts of at most 20 links`);
  t.ok(parts.every((row) => (row['members@delta']?.length ?? 0) <= 20));
  t.same(idsOf(full.rows, id).sort(), people.slice(0, 45).sort(), 'everybody once');
  t.same((await read(full.deltaLink)).rows, []);
  t.equal((await graph.control('PATCH', '/settings', { deltaPage: 200 })).status, 204);
});

t.test('pages may be empty, and a filter accepts up to 50 ids', async (t) => {
  const ids: string[] = [];
  for (let index = 0; index < 30; index += 1) ids.push(await makeClass(`Many${index}`, people.slice(index, index + 1)));
  t.equal((await graph.control('PATCH', '/settings', { deltaPage: 1 })).status, 204);
  const filter = (some: readonly string[]) =>
    `$filter=${encodeURIComponent(some.map((id) => `id eq '${id}'`).join(' or '))}`;
  const one = await read(`${path}&${filter([ids[29] ?? ''])}`);
  t.same(idsOf(one.rows, ids[29] ?? ''), [people[29]]);
  t.equal(one.rows.length, 1);
  t.ok(one.pages > 1, 'the first page found nothing and had a next link');
  t.equal((await graph.control('PATCH', '/settings', { deltaPage: 200 })).status, 204);
  t.equal((await graph.control('DELETE', `/groups/${ids[0]}/members/${people[0]}`)).status, 204);
  t.same((await read(one.deltaLink)).rows, [], 'another group');
  const many = Array.from({ length: 51 }, () => ids[0] ?? '');
  t.equal((await graph.call('GET', `${path}&${filter(many)}`)).status, 400);
  t.equal((await graph.call('GET', `${path}&$filter=displayName eq 'x'`)).status, 400);
});

t.test('a deleted group is reported as removed; a deleted person leaves', async (t) => {
  const [gone, stays] = [await makeClass('Gone', people.slice(0, 2)), await makeClass('Stays', people.slice(58, 60))];
  const full = await read(path);
  t.equal((await graph.control('DELETE', `/groups/${gone}`)).status, 204);
  t.equal((await graph.control('DELETE', `/users/${people[59]}`)).status, 204);
  const { rows } = await read(full.deltaLink);
  t.match(
    rows.find(({ id }) => id === gone),
    { '@removed': { reason: 'changed' } },
  );
  t.match(rows.find(({ id }) => id === stays)?.['members@delta'], [{ id: people[59], '@removed': {} }]);
});

t.test('a recent write shows later, and is reported then', async (t) => {
  const id = await makeClass('Late', people.slice(0, 1));
  t.equal((await graph.control('PATCH', '/settings', { lag: 10_000 })).status, 204);
  t.equal((await graph.call('PATCH', `/groups/${id}`, { 'members@odata.bind': [link(people[1])] })).status, 204);
  t.equal((await graph.call('DELETE', `/groups/${id}/members/${people[0]}/$ref`)).status, 204);
  const full = await read(path);
  t.same(idsOf(full.rows, id), [people[0]], 'unchanged');
  t.same(
    (await graph.call('GET', `/groups/${id}/members?$select=id`)).rows().map((row) => row.id),
    [people[0]],
  );
  clock.advance(10_000);
  const { rows } = await read(full.deltaLink);
  t.match(
    rows
      .find((row) => row.id === id)
      ?.['members@delta']?.map((one) => [one.id, '@removed' in one])
      .sort(),
    [
      [people[0], true],
      [people[1], false],
    ].sort(),
  );
  t.same(
    (await graph.call('GET', `/groups/${id}/members?$select=id`)).rows().map((row) => row.id),
    [people[1]],
  );
  t.equal((await graph.control('PATCH', '/settings', { lag: 0 })).status, 204);
});

t.test('links live for seven days, and hidden members require their permission', async (t) => {
  const id = await makeClass('Hidden', people.slice(0, 2));
  const full = await read(path);
  clock.advance(7 * 86_400_000 + 1000);
  await graph.signIn();
  const gone = await graph.call('GET', full.deltaLink);
  t.equal(gone.status, 410);
  t.match(String(gone.headers.location), /\/groups\/delta\?\$select=displayName,members,owners$/);

  const { roles } = simulator.app;
  t.equal((await graph.control('PATCH', '/settings', { roles: ['GroupMember.Read.All'] })).status, 204);
  await graph.signIn();
  t.same(idsOf((await read(path)).rows, id), [], 'they cannot be told from none');
  t.equal((await graph.control('PATCH', '/settings', { roles: [...roles] })).status, 204);
  t.same(graph.breaches, [], 'every answer agrees with the contract');
});
