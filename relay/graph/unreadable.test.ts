/** Answers that are not Microsoft's: they count as temporary, are retried, and nothing is ever taken from them. */
import t, { type Test } from 'tap';
import type { GivenAnswer } from '../../scripts/simulators/microsoft/fault-order.ts';
import { openDistrict } from '../testing/district.ts';
import { sendBatch } from './batch.ts';
import { readGroup, readUserChanges } from './directory.ts';
import { readObjectChanges } from './education-delta.ts';
import { readGroupChanges } from './group-delta.ts';
import { lookUpCreations } from './lookups.ts';
import { readSchool } from './school-contents.ts';
import { readDomains, readSkus } from './tenant.ts';

async function open(t: Test) {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 4, accounts: true });
  t.teardown(() => district.close());
  const { directory, faults } = district.microsoft;
  directory.lag = 0;
  const answers = (path: string, answer: GivenAnswer, times: number, skip = 0) =>
    faults.add({ match: { path }, kind: 'answer', answer, times, skip, delay: 0 });
  return { district, directory, faults, answers, client: district.client() };
}

const strange: GivenAnswer[] = [
  { status: 200, body: '<!DOCTYPE html><title>Web filter</title><p>This page is blocked.</p>' },
  { status: 200, body: '' },
  { status: 200, body: '{"value":[{"id":"1","userPrincipalName":"ana@contoso' },
  { status: 200, body: null },
  { status: 200, body: [] },
  { status: 200, body: '"a string"' },
  { status: 200, body: { blocked: true } },
  { status: 200, body: { value: 'none' } },
  // The result of an action, and nothing else.
  { status: 200, body: { value: true } },
  { status: 200, body: { value: [null] } },
  { status: 200, body: { value: [] }, headers: { 'Content-Encoding': 'gzip' } },
  { status: 206, body: { value: [] } },
  { status: 202, body: '' },
  { status: 204, body: '' },
  { status: 408, code: 'RequestTimeout', message: 'Timed out.' },
  { status: 423, code: 'resourceLocked', message: 'Locked.' },
  { status: 511, body: '<html>Sign in to the network</html>' },
  { status: 302, body: '', headers: { Location: 'https://filter.example/login' } },
  { status: 403, body: '<html>Forbidden by policy</html>' },
  { status: 404, body: { message: 'no route' } },
];

t.test(
  'reads: retries each kind of foreign answer, and takes no collection without items for an empty one',
  async (t) => {
    const { directory, answers, client, faults } = await open(t);
    const school = directory.addSchool({ displayName: 'School' }, 'once');
    const [user] = directory.users.values();
    const group = directory.addGroup({ displayName: 'Class', mailNickname: 'class' }, true, 'once');
    if (user === undefined) return t.fail('nobody');
    directory.addToSchool(school, user);
    directory.addLink(group, 'members', user);
    const people = directory.users.size;
    const reads: Record<string, [string, () => Promise<number>]> = {
      users: ['^/users/delta', async () => (await readUserChanges(client, undefined)).upserts.length - people + 1],
      groups: ['^/groups/delta', async () => (await readGroupChanges(client, undefined, () => true)).groups.size],
      classes: [
        '/classes/delta',
        async () => (await readObjectChanges(client, 'classes', undefined, () => true)).objects.size,
      ],
      members: ['/members', async () => (await readGroup(client, group.id, 'members'))?.size ?? 0],
      school: ['/schools/.*/users', async () => (await readSchool(client, school.id))?.users.size ?? 0],
      domains: ['^/domains', async () => (await readDomains(client)).length],
      licenses: ['^/subscribedSkus', async () => (await readSkus(client)).length],
    };
    for (const [name, [path, read]] of Object.entries(reads)) {
      for (const answer of strange) {
        answers(path, answer, 2);
        t.equal(await read(), 1, `${name} after ${answer.status} ${JSON.stringify(answer.body)}`);
        t.same(faults.waiting(), []);
      }
    }
    directory.groups.update(group, { externalId: '980', externalSource: 'sis' });
    const creation = { kind: 'createClass', key: 'class:980', body: { externalId: '980' } } as const;
    for (const body of [{ blocked: true }, { id: 'x' }, '<html>', '', []]) {
      answers('externalId', { status: 200, body }, 1);
      t.equal(
        (await lookUpCreations(client, [creation])).size,
        0,
        'a look-up without a readable answer does not count',
      );
      t.same((await lookUpCreations(client, [creation])).get(creation)?.ours, [group.id]);
    }
  },
);

t.test(
  'names a persistent foreign answer with its status and first words, revealing nothing of people or tokens',
  async (t) => {
    const { answers, client, faults } = await open(t);
    const words: [GivenAnswer, RegExp][] = [
      [strange[0] ?? { status: 200 }, /\(status 200\) is not from Microsoft: "Web filter This page is blocked\."/],
      [{ status: 200, body: '' }, /an empty body/],
      [strange[2] ?? { status: 200 }, /truncated JSON/],
      [{ status: 200, body: { blocked: true, by: 'x' } }, /JSON with the fields "blocked, by"/],
      [{ status: 403, body: { message: 'Denied by Contoso Filter' } }, /"Denied by Contoso Filter"/],
    ];
    for (const [answer, message] of words) {
      answers('^/domains', answer, 6);
      const error = await readDomains(client).catch((caught: Error) => caught);
      t.match(error, { code: 'GRAPH_UNREADABLE', message });
      t.notMatch(String(error), /ana@/);
      t.match(error, { action: /filter, proxy or firewall/ });
      t.same(faults.waiting(), []);
    }
    answers('^/domains', { status: 503, body: '<html><h1>Gateway down</h1></html>' }, 6);
    await t.rejects(readDomains(client), { code: 'GRAPH_FAILED', message: /503: "Gateway down"/ });
  },
);

t.test('handles a later page, and a stream that ends midway without an error', async (t) => {
  const { directory, answers, client, faults } = await open(t);
  directory.deltaPage = 3;
  answers('^/users/delta', { status: 200, body: { '@odata.context': 'x', value: [] } }, 1, 1);
  t.equal((await readUserChanges(client, undefined)).upserts.length, directory.users.size, 'a page leads on');
  for (const code of ['CANCEL', 'NO_ERROR', 'INTERNAL_ERROR', 'REFUSED_STREAM'] as const) {
    for (const midway of [true, false]) {
      faults.add({ match: { path: '^/users/delta' }, kind: 'reset', code, midway, times: 1, skip: 1, delay: 0 });
      t.equal((await readUserChanges(client, undefined)).upserts.length, directory.users.size, `${code} ${midway}`);
      t.same(faults.waiting(), []);
    }
  }
  for (const done of [true, false]) {
    faults.add({ match: { path: '^/users/delta' }, kind: 'goaway', done, times: 2, skip: 0, delay: 0 });
    t.equal((await readUserChanges(client, undefined)).upserts.length, directory.users.size);
  }
});

t.test('batches: a request without a readable answer of its own may have been carried out', async (t) => {
  const { answers, client, faults } = await open(t);
  let counter = 0;
  const requests = () =>
    ['a', 'b'].map(() => {
      counter += 1;
      const body = { displayName: 'C', mailNickname: `batch_${counter}` };
      return { method: 'POST' as const, url: '/education/classes', body };
    });
  const path = '^/education/classes$';
  for (const body of ['<html>', '', null, [], { blocked: true }]) {
    answers(path, { status: 201, body }, 1);
    const [first, second] = await sendBatch(client, requests());
    t.equal(first, undefined, JSON.stringify(body));
    t.equal(second?.status, 201);
  }
  // A refusal that is not one of Graph's, but for one without a body: some of Graph's have none.
  for (const [status, body] of [
    [403, '<html>'],
    [404, { blocked: true }],
    [302, ''],
  ] as const) {
    answers(path, { status, body }, 1);
    t.equal((await sendBatch(client, requests()))[0], undefined, `${status}`);
  }
  answers(path, { status: 403, body: '' }, 1);
  t.equal((await sendBatch(client, requests()))[0]?.status, 403);
  for (const kind of ['missing', 'twice'] as const) {
    faults.add({ match: { path }, kind, times: 1, skip: 0, delay: 0 });
    const [first, second] = await sendBatch(client, requests());
    t.equal(first, undefined, kind);
    t.equal(second?.status, 201);
  }
  for (const body of ['<html>', '', null, { responses: 'none' }, { blocked: true }]) {
    answers('batch', { status: 200, body }, 1);
    await t.rejects(sendBatch(client, requests()), { code: 'GRAPH_UNREADABLE', retry: 'retry' });
  }
  answers(
    'batch',
    { status: 200, body: { responses: [{ id: '1', status: 'x' }, 7, { id: '2', status: 204, headers: [1] }] } },
    1,
  );
  const change = { method: 'PATCH' as const, url: '/groups/x', body: {} };
  t.match(await sendBatch(client, [change, change]), [undefined, { status: 204 }]);
});
