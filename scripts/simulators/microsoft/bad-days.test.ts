/** Batches, throttling, replication lag and faults: what a busy or unlucky client meets. */
import t from 'tap';
import type { Clock } from '../../../shared/clock.ts';
import { RawClient } from './contract/raw-client.ts';
import { startMicrosoftSimulator } from './server.ts';

let now = Date.parse('2026-09-01T08:00:00Z');
const slept: number[] = [];
const clock: Clock = {
  now: () => now,
  sleep: async (ms) => {
    slept.push(ms);
  },
};
const simulator = await startMicrosoftSimulator({ people: 40, lag: 0, clock });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
t.afterEach(async () => {
  await graph.control('DELETE', '/faults');
  await graph.control('PATCH', '/settings', { lag: 0, speed: 1 });
  await graph.control('DELETE', '/stats');
});
const json = { 'Content-Type': 'application/json' };
let counter = 0;
const newClass = (): Record<string, string> => {
  counter += 1;
  return { displayName: `Class ${counter}`, mailNickname: `class_${counter}` };
};
const post = (id: string, more: object = {}): object => ({
  id,
  method: 'POST',
  url: '/education/classes',
  headers: json,
  body: newClass(),
  ...more,
});

t.test('a batch answers each request, in its own order', async (t) => {
  const [user] = simulator.directory.users.values();
  const answer = await graph.call('POST', '/$batch', {
    requests: [
      post('a'),
      { id: 'b', method: 'GET', url: `users/${user?.id}?$select=id` },
      { id: 'c', method: 'DELETE', url: '/groups/00000000-0000-4000-8000-000000000000' },
      { id: 'd', method: 'GET', url: '/v1.0/users' },
      { id: 'e', method: 'GET', url: '/education/users?$filter=mail%20eq%20%27x%27' },
      { id: 'f', method: 'POST', url: '/$batch', headers: json, body: { requests: [] } },
      { id: 'g', method: 'GET', url: 'https://graph.microsoft.com/v1.0/users' },
    ],
  });
  t.equal(answer.status, 200);
  const statuses = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => answer.inner(id)?.status);
  t.strictSame(statuses, [201, 200, 404, 400, 200, 400, 400]);
  t.match(answer.inner('d')?.body, { error: { message: "Resource not found for the segment 'v1.0'." } });
  t.equal(answer.at('responses.0.id'), 'g', 'not the order of the requests');
  const stats = await graph.control('GET', '/stats');
  t.match(stats.body, { requests: 1, innerRequests: 7, byPath: { 'POST /education/classes': 1 } });
});

t.test('dependsOn: runs in order, and answers 424 after a failure', async (t) => {
  const answer = await graph.call('POST', '/$batch', {
    requests: [
      post('late', { dependsOn: ['early'] }),
      post('early'),
      post('bad', { body: {} }),
      post('after-bad', { dependsOn: ['BAD'] }),
      post('after-that', { dependsOn: ['after-bad'] }),
    ],
  });
  const status = (id: string): number | undefined => answer.inner(id)?.status;
  t.strictSame(['late', 'early', 'bad', 'after-bad', 'after-that'].map(status), [201, 201, 400, 424, 424]);
});

t.test('refuses a malformed batch as a whole', async (t) => {
  const before = simulator.directory.groups.size;
  const twice = [post('a'), post('A')];
  const bad: [unknown, RegExp][] = [
    [{ requests: Array.from({ length: 21 }, (_, at) => post(String(at))) }, /maximum value of 20/],
    [{ requests: twice }, /unique/],
    [{ requests: [post('a'), { id: 'b', method: 'POST', url: '/users', body: {} }] }, /Content-Type header or body/],
    [
      { requests: [post('a'), { id: 'b', method: 'POST', url: '/users', headers: json }] },
      /Content-Type header or body/,
    ],
    [{ requests: [post('a', { dependsOn: ['z'] })] }, /not in the batch/],
    [{ requests: [{ method: 'GET', url: '/users' }] }, /needs an id/],
    [{}, /must be a list/],
  ];
  for (const [body, message] of bad) {
    const answer = await graph.call('POST', '/$batch', body);
    t.equal(answer.status, 400, String(message));
    t.match(answer.text('error.message'), message);
  }
  t.equal(simulator.directory.groups.size, before, 'nothing was executed');
});

t.test('allows 3,000 writes in 150 seconds, education writes included, and counts each inner request', async (t) => {
  await graph.control('PATCH', '/settings', { speed: 0.01 });
  const path = '/groups/00000000-0000-4000-8000-000000000000';
  const thirty = Array.from({ length: 30 }, (_, at) => ({
    id: String(at),
    method: 'PATCH',
    url: path,
    headers: json,
    body: {},
  }));
  const first = await graph.call('POST', '/$batch', { requests: thirty.slice(0, 20) });
  t.equal(first.inner('0')?.headers['x-ms-throttle-limit-percentage'], undefined, 'silent below 80 %');
  const second = await graph.call('POST', '/$batch', { requests: thirty.slice(20) });
  t.equal(second.inner('29')?.headers['x-ms-throttle-limit-percentage'], '1.00');
  const refused = await graph.call('POST', '/education/classes', newClass());
  t.equal(refused.status, 429);
  t.match(refused.body, { error: { code: 'TooManyRequests', innerError: { status: '429' } } });
  t.equal(
    refused.headers['x-ms-throttle-scope'],
    `Tenant_Application/Write/${simulator.clientId}/${simulator.tenantId}`,
  );
  t.equal(refused.headers['x-ms-throttle-information'], 'WriteLimitExceeded');
  t.ok(Number(refused.headers['x-ms-throttle-limit-percentage']) > 1, 'a refused request still counts');
  const wait = Number(refused.headers['retry-after']);
  t.equal(wait, 10, 'seconds until one write is free again: one for the debt, one for itself');
  const inner = await graph.call('POST', '/$batch', { requests: thirty.slice(0, 1) });
  t.equal(inner.inner('0')?.status, 429);
  t.ok(Number(inner.inner('0')?.headers['Retry-After']) > wait);
  now += 15_000;
  t.equal((await graph.call('POST', '/education/classes', newClass())).status, 201);
  t.equal((await graph.control('GET', '/stats')).at('throttled'), 2);
});

t.test('charges reads resource units by what they ask for', async (t) => {
  const units = async (path: string): Promise<unknown> => (await graph.call('GET', path)).headers['x-ms-resource-unit'];
  t.equal(await units('/users'), '2');
  t.equal(await units('/users?$select=id'), '1');
  t.equal(await units('/users?$select=id&$top=5'), '1', 'never below 1');
  t.equal(await units('/subscribedSkus'), '3');
  t.equal(await units('/education/users'), undefined, 'the education service counts requests');
  await graph.control('PATCH', '/settings', { speed: 0.001 });
  t.equal(await units('/users'), '2');
  const refused = await graph.call('GET', '/users');
  t.equal(refused.status, 429, 'a small tenant has 3,500 units, here 3.5');
  t.match(String(refused.headers['x-ms-throttle-scope']), /^Tenant_Application\/ReadWrite\//);
});

t.test('a new object is missing for a while, by id, in lists, in filters and in deltas', async (t) => {
  const before = await graph.all('/education/classes/delta');
  await graph.control('PATCH', '/settings', { lag: 5000 });
  const body = newClass();
  const made = await graph.call('POST', '/education/classes', body);
  const id = made.text('id');
  const filter = `/education/classes?$filter=mailNickname eq '${body.mailNickname}'`;
  const seen = async (): Promise<unknown[]> => [
    (await graph.call('GET', `/education/classes/${id}`)).status,
    (await graph.call('GET', `/groups/${id}/members`)).status,
    (await graph.call('GET', filter)).rows().length,
    (await graph.all('/education/classes')).value.some((row) => row.id === id),
  ];
  t.strictSame(await seen(), [404, 404, 0, false]);
  const early = await graph.all(before.deltaLink);
  t.same(early.value, []);
  const twin = await graph.call('POST', '/education/classes', body);
  t.equal(twin.at('error.details.0.code'), 'ObjectConflict', 'but its name is taken immediately');
  now += 5000;
  t.strictSame(await seen(), [200, 200, 1, true]);
  t.match((await graph.all(early.deltaLink)).value, [{ id }], 'the delta has not lost it');
});

t.test('faults: returns errors, skips requests, and counts', async (t) => {
  const match = { method: 'post', path: '^/education/classes$' };
  await graph.control('POST', '/faults', { match, kind: '503', times: 2, skip: 1, retryAfter: 2.128 });
  const answers = [];
  for (let at = 0; at < 4; at++) answers.push(await graph.call('POST', '/education/classes', newClass()));
  t.strictSame(
    answers.map((answer) => answer.status),
    [201, 503, 503, 201],
  );
  t.equal(answers[1]?.headers['retry-after'], '2.128');
  await graph.control('POST', '/faults', [
    { match: {}, kind: 'empty' },
    { match: {}, kind: 'html' },
    { match: {}, kind: 'slow', delay: 1234 },
  ]);
  const empty = await graph.control('GET', '/faults');
  t.match(empty.body, [{ kind: 'empty', left: 1 }, { kind: 'html' }, { kind: 'slow' }]);
  t.match(await graph.call('GET', '/users'), { status: 404, body: undefined });
  t.match((await graph.call('GET', '/users')).body, /<html>/);
  t.equal((await graph.call('GET', '/users')).status, 200);
  t.strictSame(slept, [1234]);
  graph.breaches.length = 0; // the empty answer and the page break the contract on purpose
});

t.test('a lost answer: makes the change and breaks the connection', async (t) => {
  const has = (name: string | undefined): boolean =>
    simulator.directory.groups.find('mailNickname', name ?? '').length > 0;
  const classes = { path: '/education/classes' };
  await graph.control('POST', '/faults', { match: classes, kind: 'lost-answer' });
  const lost = newClass();
  await t.rejects(graph.call('POST', '/education/classes', lost), { code: 'UND_ERR_SOCKET' });
  t.ok(has(lost.mailNickname));
  await graph.control('POST', '/faults', { match: classes, kind: 'drop' });
  const dropped = newClass();
  await t.rejects(graph.call('POST', '/education/classes', dropped), { code: 'UND_ERR_SOCKET' });
  t.notOk(has(dropped.mailNickname), 'a dropped request did nothing');

  await graph.control('POST', '/faults', { match: classes, kind: 'lost-answer', skip: 1 });
  const bodies = [newClass(), newClass(), newClass()];
  const requests = bodies.map((body, at) => post(String(at), { body }));
  await t.rejects(graph.call('POST', '/$batch', { requests }), { code: 'UND_ERR_SOCKET' }, 'the whole batch is lost');
  t.ok(
    bodies.every((body) => has(body.mailNickname)),
    'and all of it was applied',
  );
  await graph.control('POST', '/faults', { match: classes, kind: '429', skip: 1, retryAfter: 7 });
  const partly = await graph.call('POST', '/$batch', { requests: [post('a'), post('b')] });
  t.match(
    partly.inner('b'),
    { status: 429, headers: { 'Retry-After': '7' } },
    'a fault inside a batch hits one request',
  );
  t.equal(partly.inner('a')?.status, 201);
  await graph.control('POST', '/faults', [
    { match: { path: 'batch' }, kind: '503' },
    { match: { path: 'batch' }, kind: 'lost-answer' },
  ]);
  const body = newClass();
  t.equal((await graph.call('POST', '/$batch', { requests: [post('a', { body })] })).status, 503, 'the batch itself');
  await t.rejects(graph.call('POST', '/$batch', { requests: [post('a', { body })] }), { code: 'UND_ERR_SOCKET' });
  t.ok(has(body.mailNickname));
});

t.test('the token endpoint can fail, too', async (t) => {
  await graph.control('POST', '/faults', { match: { path: 'oauth2' }, kind: '429', retryAfter: 3 });
  const answer = await graph.form(`/${simulator.tenantId}/oauth2/v2.0/token`, {});
  t.equal(answer.status, 429);
  t.equal(answer.headers['retry-after'], '3');
});

t.test('answers malformed requests as Graph does', async (t) => {
  const path = '/users/%E0%A4%A';
  t.equal((await graph.call('GET', path)).status, 400);
  t.equal((await graph.call('PATCH', '/users/x', 'not an object')).status, 404, 'the id is checked first');
  const id = simulator.directory.users.values().next().value?.id;
  t.equal((await graph.call('PATCH', `/users/${id}`, ['list'])).status, 400);
  t.equal((await graph.call('GET', '/groups(odd)')).status, 400);
  t.strictSame(graph.breaches, [], 'every answer above agreed with the contract');
});
