import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import { createAuthority } from '../../../scripts/simulators/authority.ts';
import { checkAnswerSchema, checkSubprotocol, linkPath } from '../../../shared/link.ts';
import { issueCode, revokeAgent } from '../../store/agents/agents.ts';
import { redeemCode } from '../../store/tenants/system.ts';
import { connectDouble, newKey, postEnroll, signToken } from '../../testing/agent-double.ts';
import { addAgent, addTenant, connected, setUp, startTestRelay } from '../../testing/relay-double.ts';

t.test('a code enrolls one agent, and every wrong code gets the same answer', async (t) => {
  const { relay, tenant } = await setUp(t);
  const { code } = await relay.store.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
  const { publicKey } = await newKey();
  const request = { code, name: 'sis01', agentVersion: '0.1.0', publicKey };
  t.match(await postEnroll(relay.url, request), {
    status: 201,
    body: { tenantId: tenant.id, tenantName: 'contoso schools' },
  });
  const used = await postEnroll(relay.url, request);
  t.match(used, { status: 403, body: { code: 'ENROLLMENT_CODE_INVALID', retry: 'fix' } });
  t.same(await postEnroll(relay.url, { ...request, code: 'AAAA-BBBB-CCCC' }), used);

  const malformed = await postEnroll(relay.url, { ...request, publicKey: { ...publicKey, d: 'private' } });
  t.match(malformed, { status: 400, body: { code: 'FRAME_MALFORMED' } });
  t.match(await postEnroll(relay.url, '{"code":'), { status: 400, body: { code: 'FRAME_MALFORMED' } });
  t.match(await postEnroll(relay.url, { ...request, name: 'x'.repeat(20_000) }), { status: 413 });
  const log = JSON.stringify(relay.events());
  t.match(log, /agent\.enrolled/);
  t.notMatch(log, code);
});

t.test('wrong codes are limited per address, and a good one is still accepted', async (t) => {
  const { relay, tenant } = await setUp(t);
  const wrong = { code: 'AAAA-BBBB-CCCC', name: 'x', agentVersion: '0', publicKey: (await newKey()).publicKey };
  const statuses = [];
  for (let at = 0; at < 12; at++) statuses.push((await postEnroll(relay.url, wrong)).status);
  t.same(statuses, [...Array(10).fill(403), 429, 429]);
  for (let at = 0; at < 12; at++) {
    const { code } = await relay.store.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
    const right = { ...wrong, code, publicKey: (await newKey()).publicKey };
    t.equal((await postEnroll(relay.url, right)).status, 201, 'good ones are not counted');
  }
});

t.test('an invalid public key does not use up the code', async (t) => {
  const { relay, tenant } = await setUp(t);
  const { code } = await relay.store.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
  const { publicKey } = await newKey();
  const request = { code, name: 'sis01', agentVersion: '0', publicKey };
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  for (const [what, key] of Object.entries({
    'wrong type': { ...publicKey, kty: 'EC', crv: 'P-256' },
    X25519: { ...publicKey, crv: 'X25519' },
    RSA: { kty: 'RSA', n, e },
    'too short': { ...publicKey, x: publicKey.x.slice(1) },
    garbage: { ...publicKey, x: '!'.repeat(43) },
    'low order': { ...publicKey, x: Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64url') },
    'not a point': { ...publicKey, x: Buffer.concat([Buffer.from([2]), Buffer.alloc(31)]).toString('base64url') },
    nothing: null,
  })) {
    const answer = await postEnroll(relay.url, { ...request, publicKey: key });
    t.match(answer, { status: 400, body: { code: 'FRAME_MALFORMED', message: /publicKey/ } }, what);
  }
  t.match(await postEnroll(relay.url, request), { status: 201 });
});

t.test('the upgrade is refused with an answer that says why', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const { privateKey } = await newKey();
  const attempt = async (claims: Record<string, unknown>, nowMs?: number, identity = agent) =>
    await connectDouble(relay.url, agent, { token: await signToken(identity, claims, nowMs) });
  const now = Math.floor(Date.now() / 1000);
  const invalid = { status: 401, code: 'AGENT_TOKEN_INVALID' };
  t.match(await attempt({}, undefined, { ...agent, privateKey }), invalid, 'signed with another key');
  t.match(await attempt({ aud: 'another-service' }), invalid);
  t.match(await attempt({ iss: randomUUID() }), invalid);
  t.match(await attempt({}, Date.now() - 5 * 60_000), invalid, 'five minutes old');
  t.match(await attempt({}, Date.now() + 5 * 60_000), invalid, 'from the future');
  t.match(await attempt({ iat: now, exp: now + 3600 }), invalid, 'lives for an hour');
  t.match(await attempt({ jti: undefined }), invalid, 'could be replayed');
  t.match(await connectDouble(relay.url, agent, { token: 'not.a.token' }), invalid);
  t.match(await attempt({ sub: randomUUID() }), { status: 401, code: 'AGENT_UNKNOWN' });
  t.match(await connectDouble(relay.url, agent, { path: '/elsewhere' }), { status: 404, code: 'PATH_UNKNOWN' });
  t.match(await connectDouble(relay.url, agent, { protocol: 'hallpass.v99' }), {
    status: 426,
    code: 'PROTOCOL_UNSUPPORTED',
  });
  t.equal((await fetch(`${relay.url}/agent/v1/link`)).status, 426, 'no WebSocket request');

  await relay.store.withTenant(tenant.id, (scope) => revokeAgent(scope, agent.agentId, new Date()));
  t.match(await attempt({}), { status: 403, code: 'AGENT_UNKNOWN' }, 'revoked');
  t.equal(relay.connected(), 0);
});

t.test('a token opens one connection', async (t) => {
  const { relay, agent } = await setUp(t);
  const token = await signToken(agent);
  const first = await connectDouble(relay.url, agent, { token });
  t.notOk('status' in first);
  t.match(await connectDouble(relay.url, agent, { token }), { status: 401, code: 'AGENT_TOKEN_INVALID' });
});

t.test('a check learns its identity, and does not affect the connection of the same agent', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const working = await connected(relay, agent);
  await working.hello();
  const check = async () => {
    const headers = { authorization: `Bearer ${await signToken(agent)}` };
    const socket = new WebSocket(`${relay.url.replace(/^http/, 'ws')}${linkPath}`, checkSubprotocol, { headers });
    const closed = once(socket, 'close');
    const [data] = await once(socket, 'message');
    return { answer: checkAnswerSchema.parse(JSON.parse(String(data))), code: (await closed)[0] };
  };
  t.match(await check(), {
    code: 1000,
    answer: { tenantId: tenant.id, tenantName: 'contoso schools', protocol: 1, fields: {} },
  });
  t.equal(relay.connected(), 1);
  await working.acked(working.begin(randomUUID()));

  await relay.store.withTenant(tenant.id, (scope) => revokeAgent(scope, agent.agentId, new Date()));
  t.match(await connectDouble(relay.url, agent, { protocol: checkSubprotocol }), {
    status: 403,
    code: 'AGENT_UNKNOWN',
  });
});

t.test('an address with too many refusals has to wait, except with a good token', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  for (let at = 0; at < 60; at++) await connectDouble(relay.url, agent, { token: 'nonsense' });
  const bad = await connectDouble(relay.url, agent, { token: 'nonsense' });
  t.match(bad, { status: 429, code: 'ATTEMPTS_EXCEEDED', retryAfter: /^\d+$/ });
  await (await connected(relay, agent)).hello();
  // Even with the name of another agent at the same address: only that agent has to wait.
  const other = await addAgent(relay, tenant.id);
  const forged = { ...other, privateKey: (await newKey()).privateKey };
  for (let at = 0; at < 61; at++) await connectDouble(relay.url, forged);
  t.match(await connectDouble(relay.url, other), { status: 429, code: 'ATTEMPTS_EXCEEDED' });
  await (await connected(relay, agent)).hello();
});

t.test('a token that was used before a restart is used after it', async (t) => {
  const home = t.testdir();
  const first = await startTestRelay(home);
  const tenant = await addTenant(first, 'contoso');
  const agent = await addAgent(first, tenant.id);
  const token = await signToken(agent);
  t.notOk('status' in (await connectDouble(first.url, agent, { token })));
  await first.close();
  const second = await startTestRelay(home);
  t.teardown(() => second.close());
  t.match(await connectDouble(second.url, agent, { token }), { status: 401, code: 'AGENT_TOKEN_INVALID' });
  await (await connected(second, agent)).hello();
});

t.test('an agent that reconnects endlessly has to wait, and the others do not', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const other = await addAgent(relay, tenant.id);
  let answer = await connectDouble(relay.url, agent);
  for (let at = 0; at < 40 && !('status' in answer); at++) answer = await connectDouble(relay.url, agent);
  t.match(answer, { status: 429, code: 'LINK_LIMIT_EXCEEDED', retryAfter: /^\d+$/ });
  await (await connected(relay, other)).hello();
});

t.test('the answer to a WebSocket request that lost its headers says who removed them', async (t) => {
  const settings = { listen: { port: 0, trustedProxies: ['127.0.0.1'] } };
  const { relay } = await setUp(t, { settings });
  const get = async (headers: Record<string, string>) => {
    const answer = await fetch(`${relay.url}${linkPath}`, { headers });
    return { status: answer.status, body: await answer.json() };
  };
  const body = { code: 'UPGRADE_MISSING', message: /agent none.*reverse proxy of the relay/, action: /nginx/ };
  t.match(await get({ 'x-forwarded-for': '192.0.2.7' }), { status: 426, body });
  t.match(await get({ 'x-forwarded-for': '192.0.2.7', via: '1.1 filter.district' }), {
    status: 426,
    body: { message: /filter\.district/ },
  });
  const logged = relay.events().filter(({ event }) => event === 'agent.upgrade-missing');
  t.match(logged, [{ proxy: '127.0.0.1', side: 'relay', client: '192.0.2.7' }, { side: 'unknown' }]);
  t.equal(relay.events().filter(({ event }) => event === 'proxy.silent').length, 1, 'set-up had no X-Forwarded-For');
});

t.test('TLS with a certificate of its own', async (t) => {
  const authority = await createAuthority();
  const { cert, key } = await authority.issue(['127.0.0.1']);
  const home = t.testdir({ 'relay.pem': cert, 'relay.key': key, 'broken.key': 'no key' });
  const listen = { port: 0, certFile: join(home, 'relay.pem'), keyFile: join(home, 'relay.key') };
  const relay = await startTestRelay(home, { settings: { listen } });
  t.teardown(() => relay.close());
  t.match(relay.url, /^https:/);
  const tenant = await addTenant(relay, 'contoso');
  const { code } = await relay.store.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
  const { privateKey, publicKey } = await newKey();
  const given = { code, name: 'x', publicKey: publicKey.x, version: '0' };
  const enrolled = await relay.store.system((scope) => redeemCode(scope, given, new Date()));
  const identity = { agentId: enrolled?.agentId ?? '', tenantId: tenant.id, privateKey };
  const double = await connectDouble(relay.url, identity, { ca: authority.ca });
  t.match('status' in double ? double : await double.hello(), { type: 'welcome' });
  await t.rejects(
    connectDouble(relay.url, identity),
    { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    'a client that does not trust the authority does not connect',
  );

  const start = (keyFile: string) => startTestRelay(home, { settings: { listen: { ...listen, keyFile } } });
  await t.rejects(start(join(home, 'broken.key')), { code: 'RELAY_SETTING_INVALID' });
  await t.rejects(start(join(home, 'none.key')), { code: 'FILE_UNREADABLE', message: /none\.key/ });
});

t.test('a reset in the middle of the upgrade harms nobody', async (t) => {
  const { relay, agent } = await setUp(t);
  const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
  socket.write('GET /agent/v1/link HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  socket.resetAndDestroy();
  await (await connected(relay, agent)).hello();
  t.equal(relay.connected(), 1);
});

t.test('plain http is for this computer only', async (t) => {
  const settings = { listen: { host: '0.0.0.0', port: 0 } };
  await t.rejects(startTestRelay(t.testdir(), { settings }), { code: 'LISTEN_INSECURE', message: /0\.0\.0\.0/ });
  const { relay } = await setUp(t);
  const taken = { listen: { port: Number(new URL(relay.url).port) } };
  await t.rejects(startTestRelay(t.testdir({ other: {} }), { settings: taken }), { code: 'PORT_IN_USE' });
  t.same(await (await fetch(`${relay.url}/readyz`)).json(), { status: 'ready' });
  t.equal((await fetch(`${relay.url}/nowhere`)).status, 404);
});
