/** Faults that answer what the order says: any status, code, message and body, alone, in a batch and at the sign-in. */
import t from 'tap';
import { RawClient } from './contract/raw-client.ts';
import { startMicrosoftSimulator } from './server.ts';

const simulator = await startMicrosoftSimulator({ people: 40, lag: 0 });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
t.afterEach(async () => {
  await graph.control('DELETE', '/faults');
});
const json = { 'Content-Type': 'application/json' };
const tokenPath = `/${simulator.tenantId}/oauth2/v2.0/token`;
let counter = 0;
const newClass = () => {
  counter += 1;
  return { displayName: `Class ${counter}`, mailNickname: `ordered_${counter}` };
};
const has = (name: string) => simulator.directory.groups.find('mailNickname', name).length > 0;
const order = (kind: string, path: string, more: object = {}) =>
  graph.control('POST', '/faults', { match: { path }, kind, ...more });

t.test('a status with a code and a message gets the body that every error of Graph has', async (t) => {
  const details = [{ code: 'PropertyConflict', target: 'displayName', message: 'It is blocked.' }];
  const answer = { status: 400, code: 'Request_BadRequest', message: 'It is blocked.', details };
  await order('answer', '^/education/classes$', { answer });
  const body = newClass();
  const refused = await graph.call('POST', '/education/classes', body);
  t.equal(refused.status, 400);
  t.match(refused.body, {
    error: { code: 'Request_BadRequest', message: 'It is blocked.', details, innerError: { 'request-id': String } },
  });
  t.notOk(has(body.mailNickname), 'nothing was created');
  await order('answer', '^/education/classes$', { answer: { status: 202 }, done: true });
  const accepted = await graph.call('POST', '/education/classes', body);
  t.match(accepted, { status: 202, body: undefined });
  t.ok(has(body.mailNickname), 'with "done" it is created nevertheless');
});

t.test('bodies: raw text, a page, nothing, JSON of another shape, headers', async (t) => {
  const bodies: [unknown, unknown, RegExp | undefined][] = [
    ['<html>blocked</html>', '<html>blocked</html>', /^text\/html/],
    ['{"value":[{"id"', '{"value":[{"id"', /^application\/json/],
    ['', undefined, undefined],
    [null, null, /^application\/json/],
    [['a'], ['a'], /^application\/json/],
    [{ items: [] }, { items: [] }, /^application\/json/],
  ];
  for (const [body, seen, type] of bodies) {
    await order('answer', '^/users', { answer: { status: 200, body, headers: { 'X-Filter': 'yes' } } });
    const answer = await graph.call('GET', '/users');
    t.equal(answer.status, 200);
    t.strictSame(answer.body, seen);
    t.equal(answer.headers['x-filter'], 'yes');
    if (type !== undefined) t.match(answer.headers['content-type'], type);
  }
});

t.test('a fault lasts until it is removed', async (t) => {
  const made = await order('answer', '^/users', { answer: { status: 403, code: 'x' }, times: 'always' });
  const [id] = made.at('ids') as number[];
  for (let at = 0; at < 5; at++) t.equal((await graph.call('GET', '/users')).status, 403);
  t.match((await graph.control('GET', '/faults')).body, [{ id, left: 'always' }]);
  t.equal((await graph.control('DELETE', `/faults/${id}`)).status, 204);
  t.equal((await graph.control('DELETE', `/faults/${id}`)).status, 404);
  t.equal((await graph.call('GET', '/users')).status, 200);
  t.equal((await order('answer', '^/users')).status, 400, 'an answer must be given');
});

t.test('cuts an answer in the middle', async (t) => {
  await order('cut', '^/users');
  const half = await graph.call('GET', '/users');
  t.equal(half.status, 200);
  t.match(half.body, /^\{"@odata\.context"/);
  await order('cut', '^/users', { after: 5 });
  t.equal((await graph.call('GET', '/users')).body, '{"@od');
});

t.test('inside a batch: gives one answer, omits one, sends one twice, and one that is not JSON', async (t) => {
  const bodies = [newClass(), newClass(), newClass(), newClass()];
  const requests = bodies.map((body, at) => {
    return { id: String(at + 1), method: 'POST', url: '/education/classes', headers: json, body };
  });
  const path = '^/education/classes$';
  await order('answer', path, { answer: { status: 403, code: 'Authorization_RequestDenied', message: 'No.' } });
  await order('missing', path);
  await order('twice', path);
  await order('answer', path, { answer: { status: 200, body: '<html>' } });
  const batch = await graph.call('POST', '/$batch', { requests });
  t.match(batch.inner('1'), { status: 403, body: { error: { code: 'Authorization_RequestDenied' } } });
  t.match(batch.inner('4'), { status: 200, body: '<html>' });
  const ids = (batch.at('responses') as { id: string; status: number }[]).map(({ id, status }) => `${id} ${status}`);
  t.strictSame(ids.toSorted(), ['1 403', '3 201', '3 500', '4 200']);
  t.strictSame(
    bodies.map((body) => has(body.mailNickname)),
    [false, true, true, false],
  );
  await order('answer', 'batch', { answer: { status: 200, body: { responses: 'none' } } });
  t.equal((await graph.call('POST', '/$batch', { requests })).at('responses'), 'none', 'the batch as a whole');
});

t.test('outside of a batch, a missing answer is a broken connection', async (t) => {
  const body = newClass();
  await order('missing', '^/education/classes$');
  await t.rejects(graph.call('POST', '/education/classes', body));
  t.ok(has(body.mailNickname));
});

t.test('orders answers for the sign-in', async (t) => {
  const message = 'AADSTS7000112: Application is disabled.';
  await order('answer', 'oauth2', { answer: { status: 400, code: 'unauthorized_client', message } });
  t.match(await graph.form(tokenPath, {}), {
    status: 400,
    body: { error: 'unauthorized_client', error_description: message, error_codes: [7000112] },
  });
  for (const body of ['<html>blocked</html>', '"a string"', null, { blocked: true }]) {
    await order('answer', 'oauth2', { answer: { status: 403, body } });
    const answer = await graph.form(tokenPath, {});
    t.equal(answer.status, 403);
    t.strictSame(answer.body, body === '"a string"' ? 'a string' : body);
  }
  await order('answer', 'openid-configuration', { answer: { status: 200, body: '{}' } });
  const path = `${simulator.baseUrl}/${simulator.tenantId}/v2.0/.well-known/openid-configuration`;
  t.strictSame((await graph.call('GET', path)).body, {});
  await order('cut', 'openid-configuration');
  t.type((await graph.call('GET', path)).body, 'string');
  await order('empty', 'oauth2');
  t.match(await graph.form(tokenPath, {}), { status: 404, body: undefined });
  await order('lost-answer', 'oauth2');
  await t.rejects(graph.form(tokenPath, {}));
});
