/** Signing in: which failures pass, which someone must fix, and how soon a consent is noticed. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { createClientCertificate } from '../../scripts/simulators/authority.ts';
import { type FaultOrder, faultOrder, type GivenAnswer } from '../../scripts/simulators/microsoft/fault-order.ts';
import { startMicrosoftSimulator } from '../../scripts/simulators/microsoft/server.ts';
import { VirtualClock } from '../../shared/testing/virtual-clock.ts';
import { checkSettings } from '../settings/settings.ts';
import { openCredentials } from './credentials.ts';
import { openTransport } from './transport.ts';

/** A tenant's sign-in service, and the credentials of a relay that has just started. */
async function open(t: Test, certificates: string[] = []) {
  const clock = new VirtualClock(Date.now());
  const microsoft = await startMicrosoftSimulator({ people: 1, clock, certificates });
  const [secretFile, caFile] = [join(t.testdir(), 'secret'), join(t.testdirName, 'ca.pem')];
  await writeFile(caFile, microsoft.ca);
  const transport = await openTransport(caFile);
  t.teardown(async () => {
    await transport.close();
    await microsoft.close();
  });
  const { baseUrl, clientId, tenantId } = microsoft;
  const { graph } = checkSettings({ graph: { baseUrl, authority: baseUrl, clientId, secretFile, caFile } });
  const restarted = async (secret = microsoft.clientSecret ?? '') => {
    await writeFile(secretFile, secret);
    return openCredentials(graph, transport, clock);
  };
  return { microsoft, tenantId, restarted, clock, transport, graph, caFile };
}

t.test('a sign-in that gets no answer is a temporary failure, not a refusal', async (t) => {
  const { microsoft, tenantId, restarted } = await open(t);
  const codes: Partial<Record<FaultOrder['kind'], string>> = {
    drop: 'GRAPH_UNREACHABLE',
    '429': 'GRAPH_THROTTLED',
    '500': 'GRAPH_FAILED',
    '503': 'GRAPH_FAILED',
  };
  for (const [kind, code] of Object.entries(codes)) {
    for (const path of ['/token$', '/openid-configuration$']) {
      const credentials = await restarted();
      microsoft.faults.add(faultOrder.parse({ match: { path }, kind, retryAfter: 7 }));
      const wait = kind === 'drop' ? undefined : 7000;
      await t.rejects(credentials.token(tenantId), { code, retryAfterMs: wait }, `${kind} of ${path}`);
      t.same(microsoft.faults.waiting(), []);
      // MSAL by itself would answer from memory for a minute.
      await t.resolves(credentials.token(tenantId), `after ${kind} of ${path}`);
    }
  }
});

t.test('someone must fix a wrong secret or a tenant that does not exist', async (t) => {
  const { tenantId, restarted } = await open(t);
  const credentials = await restarted();
  await t.rejects(credentials.token('00000000-0000-4000-8000-000000000000'), { code: 'GRAPH_SIGN_IN_REFUSED' });
  const wrong = await restarted('guessed');
  await t.rejects(wrong.token(tenantId), { code: 'GRAPH_SIGN_IN_REFUSED', message: /AADSTS7000215/ });
});

t.test('notices a consent at the next attempt, not when the old token has expired', async (t) => {
  const { microsoft, tenantId, restarted } = await open(t);
  const credentials = await restarted();
  const { roles } = microsoft.app;
  microsoft.app.roles = ['EduRoster.ReadWrite.All'];
  const missing = { code: 'GRAPH_CONSENT_MISSING', message: /User\.Read\.All, Group\.ReadWrite\.All/ };
  await t.rejects(credentials.token(tenantId), missing);
  await t.rejects(credentials.token(tenantId), missing, 'asks again');
  microsoft.app.roles = roles;
  await t.resolves(credentials.token(tenantId));
  const { tokens } = microsoft.stats;
  await credentials.token(tenantId);
  t.equal(microsoft.stats.tokens, tokens, 'keeps a valid token');
});

t.test('reads with whichever application may, and writes with one alone', async (t) => {
  const clock = new VirtualClock(Date.now());
  const microsoft = await startMicrosoftSimulator({ people: 1, clock, roles: null, reader: {} });
  const dir = t.testdir({
    ca: microsoft.ca,
    writer: microsoft.clientSecret ?? '',
    reader: microsoft.reader?.clientSecret ?? '',
  });
  const transport = await openTransport(join(dir, 'ca'));
  t.teardown(async () => {
    await transport.close();
    await microsoft.close();
  });
  const { baseUrl, clientId, tenantId, reader } = microsoft;
  const readerSettings = { readerClientId: reader?.clientId, readerSecretFile: join(dir, 'reader') };
  const addresses = { baseUrl, authority: baseUrl, caFile: join(dir, 'ca') };
  const app = { clientId, secretFile: join(dir, 'writer'), ...readerSettings };
  const { graph } = checkSettings({ graph: { ...addresses, ...app } });
  const credentials = await openCredentials(graph, transport, clock);
  const [first] = microsoft.tenants;
  const [writing, reading] = first?.apps ?? [];
  if (writing === undefined || reading === undefined) throw new Error('two applications');
  const consent = (one: typeof writing, roles: readonly string[] | null) => {
    Object.assign(one, { roles: roles ?? [], isKnown: roles !== null });
  };
  const appOf = (token: string) => decodeJwt(token).appid;
  const notGranted = (roles: RegExp) => ({ code: 'GRAPH_CONSENT_MISSING', message: roles });

  await t.rejects(
    credentials.token(tenantId),
    notGranted(/User\.Read\.All, EduRoster\.Read\.All, GroupMember\.Read\.All/),
  );
  consent(reading, ['User.Read.All', 'EduRoster.Read.All']);
  await t.rejects(credentials.token(tenantId), notGranted(/granted GroupMember\.Read\.All/));
  consent(reading, reading.requires);
  t.equal(appOf(await credentials.token(tenantId)), reading.clientId);
  await t.rejects(credentials.needWrite(tenantId), notGranted(/EduRoster\.ReadWrite\.All, Group\.ReadWrite\.All/));
  microsoft.faults.add(faultOrder.parse({ match: { path: '/token$' }, kind: '503' }));
  await t.rejects(credentials.needWrite(tenantId), { code: 'GRAPH_FAILED' }, 'no answer is no refusal');
  consent(writing, writing.requires);
  t.equal(appOf(await credentials.token(tenantId)), reading.clientId, 'a preview needs no more');
  await t.resolves(credentials.needWrite(tenantId));
  t.equal(appOf(await credentials.token(tenantId)), writing.clientId);
  const { tokens } = microsoft.stats;
  await credentials.needWrite(tenantId);
  t.equal(microsoft.stats.tokens, tokens, 'asks nobody twice');

  consent(writing, ['User.Read.All', 'EduRoster.Read.All', 'Group.Read.All']);
  consent(reading, null);
  await credentials.renew(tenantId);
  t.equal(appOf(await credentials.token(tenantId)), writing.clientId, 'roles that an administrator assigned singly');
  await t.rejects(
    credentials.needWrite(tenantId),
    notGranted(/granted EduRoster\.ReadWrite\.All, Group\.ReadWrite\.All/),
  );
  await writeFile(join(dir, 'writer'), 'guessed');
  const mistaken = await openCredentials(graph, transport, clock);
  await t.rejects(mistaken.token(tenantId), { code: 'GRAPH_SIGN_IN_REFUSED', message: /AADSTS7000215/ });
});

t.test('names a foreign answer with its status and first words, and treats it as temporary', async (t) => {
  const { microsoft, tenantId, restarted } = await open(t);
  const strange: [GivenAnswer, string, RegExp][] = [
    [{ status: 403, body: { blocked: true, by: 'filter' } }, 'GRAPH_UNREADABLE', /status 403.*"blocked, by"/],
    [{ status: 403, body: { error: 'blocked' } }, 'GRAPH_UNREADABLE', /status 403.*"blocked"/],
    [{ status: 403, body: { error: { code: 'x', message: 'Denied here' } } }, 'GRAPH_UNREADABLE', /"Denied here"/],
    [{ status: 403, body: '<html><body>Access denied by policy</body></html>' }, 'GRAPH_UNREADABLE', /"Access denied/],
    [{ status: 200, body: { message: 'Please log in' } }, 'GRAPH_UNREADABLE', /status 200.*"Please log in"/],
    [{ status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: '' } }, 'GRAPH_UNREADABLE', /200/],
    [{ status: 200, body: { access_token: 'no-token-at-all', expires_in: 3599 } }, 'GRAPH_UNREADABLE', /200/],
    [{ status: 200, body: '{"token_type":"Bearer","access_token":"eyJhbGciOi' }, 'GRAPH_UNREADABLE', /truncated JSON/],
    [{ status: 200, body: null }, 'GRAPH_UNREADABLE', /"null"/],
    [{ status: 200, body: '"a string"' }, 'GRAPH_UNREADABLE', /a string/],
    [{ status: 200, body: '' }, 'GRAPH_UNREADABLE', /an empty body/],
    [{ status: 302, body: '', headers: { Location: 'https://filter.example' } }, 'GRAPH_UNREADABLE', /status 302/],
    [{ status: 503, body: { message: 'Upstream is down' } }, 'GRAPH_FAILED', /status 503: "Upstream is down"/],
    [{ status: 503, body: null }, 'GRAPH_FAILED', /status 503/],
    [{ status: 407, body: '<html>Sign in</html>' }, 'GRAPH_UNREACHABLE', /a proxy on the way wants a sign-in/],
    [{ status: 200, body: { access_token: 'a.b.c', expires_in: 0 } }, 'GRAPH_UNREADABLE', /status 200/],
    [
      { status: 400, code: 'temporarily_unavailable', message: 'AADSTS90033: A transient error has occurred.' },
      'GRAPH_FAILED',
      /AADSTS90033/,
    ],
    [
      { status: 400, code: 'invalid_request', message: 'AADSTS90055: The tenant request has been throttled.' },
      'GRAPH_FAILED',
      /AADSTS90055/,
    ],
  ];
  for (const path of ['/token$', '/openid-configuration$']) {
    for (const [answer, code, message] of strange) {
      const credentials = await restarted();
      microsoft.faults.add(faultOrder.parse({ match: { path }, kind: 'answer', answer }));
      await t.rejects(credentials.token(tenantId), { code, message, retry: 'retry' }, JSON.stringify(answer));
      t.same(microsoft.faults.waiting(), []);
      await t.resolves(credentials.token(tenantId));
    }
  }
});

t.test('treats an unreadable token as a foreign answer', async (t) => {
  const { microsoft, tenantId, restarted } = await open(t);
  const credentials = await restarted();
  const answer = { status: 200, body: { token_type: 'Bearer', access_token: 'a.b.c', expires_in: 3599 } };
  microsoft.faults.add(faultOrder.parse({ match: { path: '/token$' }, kind: 'answer', answer }));
  await t.rejects(credentials.token(tenantId), { code: 'GRAPH_UNREADABLE', retry: 'retry', message: /cannot be read/ });
  await t.resolves(credentials.token(tenantId));
});

t.test('while a token is valid, no failure of its renewal withholds it', async (t) => {
  const { microsoft, tenantId, restarted, clock } = await open(t);
  const credentials = await restarted();
  const token = await credentials.token(tenantId);
  const life = 3599_000;
  clock.advance(life - 4 * 60_000);
  const bad = [
    { kind: '503' },
    { kind: 'drop' },
    { kind: 'answer', answer: { status: 200, body: '<html>' } },
    { kind: 'answer', answer: { status: 400, code: 'invalid_client', message: 'AADSTS7000222: It has expired.' } },
    { kind: 'reset', code: 'CANCEL', midway: true },
  ];
  for (const fault of bad) {
    microsoft.faults.clear();
    microsoft.faults.add(faultOrder.parse({ match: { path: '/token$|openid' }, times: 'always', ...fault }));
    const { tokens } = microsoft.stats;
    t.equal(await credentials.token(tenantId), token, JSON.stringify(fault));
    t.equal(await credentials.token(tenantId), token, 'and at once again');
    t.ok(microsoft.stats.tokens <= tokens + 1, 'without asking each time');
    clock.advance(20_000);
  }
  microsoft.faults.clear();
  clock.advance(60_000);
  t.not(await credentials.token(tenantId), token, 'then there is a new one');
});

t.test('reports a failure once the token has expired', async (t) => {
  const { microsoft, tenantId, restarted, clock } = await open(t);
  const credentials = await restarted();
  await credentials.token(tenantId);
  clock.advance(3600_000);
  microsoft.faults.add(faultOrder.parse({ match: { path: '/token$' }, kind: '503' }));
  await t.rejects(credentials.token(tenantId), { code: 'GRAPH_FAILED' });
  await t.resolves(credentials.token(tenantId));
});

t.test(
  'after a refusal the next attempt uses a fresh assertion: the message is right, and the refusal ends by itself',
  async (t) => {
    const { cert, files } = await certificate();
    const { microsoft, tenantId, transport, graph, clock } = await open(t, [cert]);
    const { certificateFile, keyFile } = await files(t);
    const settings = { ...graph, certificateFile, keyFile };
    const credentials = await openCredentials(settings, transport, clock);
    await t.resolves(credentials.token(tenantId));
    const { roles } = microsoft.app;
    microsoft.app.roles = [];
    await t.rejects(credentials.renew(tenantId), { code: 'GRAPH_CONSENT_MISSING' });
    await t.rejects(
      credentials.renew(tenantId),
      { code: 'GRAPH_CONSENT_MISSING' },
      'and not that the assertion was used',
    );
    microsoft.app.roles = roles;
    await t.resolves(credentials.renew(tenantId));
    const answer = { status: 400, code: 'unauthorized_client', message: 'AADSTS700016: Application not found.' };
    const disabled = { ...answer, headers: { 'Retry-After': '60' }, message: 'AADSTS7000112: It is disabled.' };
    for (const refusal of [answer, disabled]) {
      microsoft.faults.add(
        faultOrder.parse({ match: { path: '/token$' }, kind: 'answer', done: true, answer: refusal }),
      );
      await t.rejects(credentials.renew(tenantId), { code: 'GRAPH_SIGN_IN_REFUSED' });
      await t.resolves(credentials.renew(tenantId), 'at once');
    }
  },
);

t.test('reports wrong settings in sentences', async (t) => {
  const { microsoft, tenantId, restarted, transport, graph, clock } = await open(t);
  await restarted();
  const reasonFor = async (settings: typeof graph, tenant = tenantId) => {
    const credentials = await openCredentials(settings, transport, clock);
    const error = await credentials.token(tenant).catch((caught: Error) => caught);
    const { message } = error as Error;
    t.notMatch(message, /endpoints_resolution|Trace ID|OPENSSL|:error:|routines/i, message);
    return message;
  };
  t.match(
    await reasonFor(graph, '00000000-0000-4000-8000-000000000000'),
    /has no tenant with this id.*\(AADSTS90002\)/,
  );
  const stranger = '00000000-0000-4000-8000-00000000000a';
  t.match(await reasonFor({ ...graph, clientId: stranger }), /does not know the application.*\(AADSTS700016\)/);
  const wrong = await restarted('guessed');
  await t.rejects(wrong.token(tenantId), { message: /the client secret is wrong.*\(AADSTS7000215\)/ });
  await restarted();
  const { certificateFile, keyFile } = await (await certificate()).files(t);
  t.match(await reasonFor({ ...graph, certificateFile, keyFile }), /certificate is not registered.*\(AADSTS700027\)/);

  const plain = createServer((_request, response) => response.end('plain'));
  plain.listen(0, 'localhost');
  await once(plain, 'listening');
  t.teardown(() => plain.close());
  const { port } = plain.address() as AddressInfo;
  t.match(await reasonFor({ ...graph, authority: `https://localhost:${port}` }), /does not speak TLS on this port/);
  t.match(await reasonFor({ ...graph, authority: `http://localhost:${microsoft.port}` }), /needs https:\/\//);
  t.match(await reasonFor({ ...graph, authority: 'https://nowhere.invalid' }), /no such host name|name server/);
  t.match(
    await reasonFor({ ...graph, authority: `https://[::1]:${port}` }),
    /nothing listens there|does not speak TLS/,
  );
});

/** A key pair for the relay, and the files to give to it. */
async function certificate() {
  const { cert, key } = await createClientCertificate('relay');
  const files = async ({ testdirName }: Test) => {
    const [certificateFile, keyFile] = [join(testdirName, 'relay.pem'), join(testdirName, 'relay.key')];
    await writeFile(certificateFile, cert);
    await writeFile(keyFile, key);
    return { certificateFile, keyFile };
  };
  return { cert, files };
}
