/** Changes over real HTTP: who may make them, exactly once, and only to a version that the client has seen. */
import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { readAudit } from '../../store/audit/audit.ts';
import { type ApiSetting, apiSetting } from '../../testing/api.ts';
import { addAgent, addTenant, connected } from '../../testing/relay-double.ts';

const of = (path: string) => `tenants/contoso/${path}`;

async function problem(answer: Response): Promise<Record<string, unknown>> {
  return { ...((await answer.json()) as object), status: answer.status, type: answer.headers.get('content-type') };
}

t.test('profiles, runs, holds, people and access', async (t) => {
  const setting = await apiSetting(t);
  await t.test('a profile changes only with the version that the client has seen', (t) => versions(t, setting));
  await t.test('its state changes separately, and every change is in the audit log', (t) => moves(t, setting));
  await t.test('holds are approved and rejected', (t) => holds(t, setting));
  await t.test('account links are set by hand', (t) => links(t, setting));
  await t.test('rules are scored, licenses and domains listed, profiles checked', (t) => asking(t, setting));
  await t.test('a serving relay notices requests about runs', (t) => runs(t, setting));
  await t.test('agents are enrolled and revoked', (t) => agents(t, setting));
  await t.test('lists continue where a page ended', (t) => cursors(t, setting));
});

async function versions(t: Test, { send }: ApiSetting): Promise<void> {
  const first = await send('GET', of('profiles/test'));
  const etag = first.headers.get('etag') ?? '';
  t.match(etag, /^"[0-9a-f]{32}"$/);
  const profile = (await first.json()) as { guards: object };
  t.equal((await send('GET', of('profiles/test'), { headers: { 'if-none-match': etag } })).status, 304);

  const changed = { ...profile, guards: { ...profile.guards, expiryDays: 3 } };
  const put = (headers: Record<string, string>, body: unknown = changed) =>
    send('PUT', of('profiles/test'), { body, headers });
  t.match(await problem(await put({})), {
    ...{ status: 428, code: 'PRECONDITION_MISSING', type: 'application/problem+json; charset=utf-8' },
    ...{ title: 'Precondition missing', detail: String, action: String, retry: 'fix' },
  });
  t.match(await problem(await put({ 'if-match': '"0"' })), { status: 412, code: 'PRECONDITION_FAILED' });
  t.match(await problem(await put({ 'if-none-match': '*' })), { status: 412 }, 'it already exists');
  t.match(await problem(await put({ 'if-match': 'x' })), {
    ...{ status: 400, code: 'API_HEADER_INVALID', message: /header If-Match is not valid: it must be an ETag/ },
  });
  const done = await put({ 'if-match': `"0", ${etag}` });
  t.equal(done.status, 200);
  t.match(await done.json(), { isNew: false, profile: { state: 'enabled', guards: { expiryDays: 3 } }, problems: [] });
  const now = done.headers.get('etag') ?? '';
  t.not(now, etag);
  t.match(
    await problem(await put({ 'if-match': etag })),
    { status: 412 },
    "two clients with the same version do not undo each other's changes",
  );
  t.match(await problem(await put({ 'if-match': now }, { ...changed, name: 'other' })), {
    ...{ status: 400, message: /name: it must be "test"/ },
  });
  t.match(await problem(await put({ 'if-match': now }, { ...changed, mode: 7 })), {
    status: 422,
    code: 'PROFILE_INVALID',
  });
  const misfit = {
    ...changed,
    mode: { students: 'create', teachers: 'match' },
    domains: { students: 'nowhere.example' },
  };
  t.match(await problem(await put({ 'if-match': now }, misfit)), {
    ...{ status: 409, code: 'PROFILE_CHANGE_REFUSED', problems: [{ field: 'domains.students', severity: 'error' }] },
  });
  t.equal((await send('GET', of('profiles/test'))).headers.get('etag'), now, 'none of that was stored');

  const second = { ...profile, name: 'A/B ü', schools: ['2'], state: 'enabled' };
  const path = of(`profiles/${encodeURIComponent(second.name)}`);
  const made = await send('PUT', path, { body: second, headers: { 'if-none-match': '*' } });
  t.equal(made.status, 201);
  t.match(await made.json(), { isNew: true, profile: { state: 'preview' }, notices: [/"state"/] });
  t.match(await problem(await send('DELETE', path)), { status: 428 });
  t.equal((await send('DELETE', path, { headers: { 'if-match': made.headers.get('etag') ?? '' } })).status, 200);
  t.equal((await send('GET', path)).status, 404);
}

async function moves(t: Test, { send, relay, district }: ApiSetting): Promise<void> {
  const move = async (name: string, body: object = {}) =>
    (await send('POST', of(`profiles/test/${name}`), { body })).json();
  t.match(await move('pause'), { profile: 'test', state: 'paused', problems: [] });
  t.match(await move('resume'), { state: 'enabled' });
  t.match(await move('preview'), { state: 'preview' });
  t.match(await move('enable', { unchecked: true }), { state: 'enabled' });
  const stale = await send('POST', of('profiles/test/enable'), { headers: { 'if-match': '"0"' } });
  t.equal(stale.status, 412, 'only the previewed version is enabled');
  const entries = await relay.store.withTenant(district.tenantId, (scope) => readAudit(scope, { limit: 4 }));
  t.match(entries, [
    { action: 'profile.enabled', who: 'token admin', actor: { kind: 'token', role: 'admin', id: String } },
    { action: 'profile.preview' },
    { action: 'profile.enabled', detail: { changes: { state: { before: 'paused', after: 'enabled' } } } },
    { action: 'profile.paused' },
  ]);
}

async function holds(t: Test, { send }: ApiSetting): Promise<void> {
  const { holds } = (await (await send('GET', of('holds'))).json()) as { holds: { key: string; count: number }[] };
  const [hold] = holds;
  if (hold === undefined) throw new Error('nothing is held');
  const decide = (what: string, body: object) => send('POST', of(`holds/${what}`), { body });
  t.match(await problem(await decide('approve', { hold: 'none' })), { status: 404, code: 'HOLD_UNKNOWN' });
  t.match(await problem(await decide('approve', { hold: hold.key, limit: 1 })), {
    status: 409,
    code: 'HOLD_NOT_COVERED',
  });
  t.match(await problem(await decide('approve', { until: '2020-01-01T00:00:00Z' })), { status: 400 });
  t.match(await problem(await decide('approve', { holds: 1 })), {
    status: 400,
    message: /there is nothing called/,
  });
  t.match(await (await decide('reject', { hold: hold.key })).json(), {
    holds: [{ key: hold.key, state: 'rejected', decidedBy: 'token admin', expiresAt: null }],
  });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  t.match(await (await decide('approve', { hold: hold.key, until })).json(), {
    holds: [{ state: 'approved', decidedCount: hold.count, expiresAt: until }],
  });
}

async function links(t: Test, { send, district }: ApiSetting): Promise<void> {
  const { directory } = district.microsoft;
  const names = { userPrincipalName: 'by.hand@contoso.edu', mailNickname: 'hand', displayName: 'Hand' };
  const account = directory.addUser(names, 'once');
  const put = (person: string, to: string) => send('PUT', of(`links/${person}`), { body: { account: to } });
  t.match(await (await put('students:10', account.id)).json(), {
    ...{ person: 'students:10', userPrincipalName: 'by.hand@contoso.edu', former: null, listedBy: null },
  });
  t.match(await problem(await put('students:11', account.id)), { status: 409, code: 'LINK_TAKEN' });
  t.match(await problem(await put('students:11', 'nobody@contoso.edu')), { status: 404, code: 'ACCOUNT_UNKNOWN' });
  t.match(await (await send('GET', of('links?role=students&limit=1'))).json(), {
    links: [{ personId: '10', rule: 'manual by token admin' }],
    next: String,
  });
  t.match(await (await send('DELETE', of('links/students:10'))).json(), { person: 'students:10', wasLinked: true });
  t.match(await problem(await send('DELETE', of('links/students:10'))), { status: 404, code: 'LINK_UNKNOWN' });
}

async function asking(t: Test, { send, tokenOf }: ApiSetting): Promise<void> {
  const match = await send('POST', of('match'), { body: { roles: ['students'] } });
  t.match(await match.json(), { roles: [{ role: 'students', recommended: { target: String } }] });
  t.match(await (await send('POST', of('profiles/test/check'))).json(), { ready: true, problems: [] });
  t.match(await (await send('GET', of('domains'))).json(), { domains: [{ domain: 'contoso.edu' }] });
  t.match(await (await send('GET', of('licenses'))).json(), { licenses: [{ seats: Number }] });
  const both = await Promise.all([send('POST', of('match')), send('POST', of('match'))]);
  t.same(both.map(({ status }) => status).sort(), [200, 429], 'one at a time');
  const viewer = await send('POST', of('match'), { token: await tokenOf('viewer') });
  t.match(await problem(viewer), { status: 403, code: 'ROLE_INSUFFICIENT' });
}

async function runs(t: Test, { send, relay, district }: ApiSetting): Promise<void> {
  const controls: [name: string, ...string[]][] = [
    ['start', district.tenantId],
    ['cancel', `cancel ${district.tenantId}`],
    ['restart', `cancel ${district.tenantId}`, district.tenantId],
  ];
  for (const [name, ...expected] of controls) {
    const since = relay.woken.length;
    const answer = await send('POST', of(`runs/${name}`));
    t.equal(answer.status, 202);
    while (relay.woken.length < since + expected.length) await new Promise(setImmediate);
    t.same(relay.woken.slice(since), expected, name);
  }
}

async function agents(t: Test, { send, relay, district }: ApiSetting): Promise<void> {
  const identity = await addAgent(relay, district.tenantId);
  const agent = await connected(relay, identity);
  await agent.hello();
  const made = await send('POST', of('enrollment-codes'));
  t.equal(made.status, 201);
  t.match(await made.json(), { code: /^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/, relay: relay.url });
  t.match(await (await send('GET', of('agents'))).json(), { agents: [{ id: identity.agentId, revokedAt: null }] });
  t.match(await (await send('POST', of(`agents/${identity.agentId}/revoke`))).json(), { revokedBefore: null });
  t.equal(await agent.closed, 4001);
}

async function cursors(t: Test, { send }: ApiSetting): Promise<void> {
  const lists = [
    ['audit', 'entries'],
    ['runs', 'runs'],
    ['runs/1', 'operations'],
    ['problems', 'problems'],
    ['links', 'links'],
  ] as const;
  for (const [path, name] of lists) {
    const page = async (query: string) => {
      const answer = await send('GET', of(`${path}?${query}`));
      t.equal(answer.status, 200, `${path}?${query}`);
      const { next, [name]: things } = (await answer.json()) as { next: string | null } & Record<string, unknown[]>;
      return { next, things: things ?? [] };
    };
    const whole = await page('limit=1000');
    t.ok(whole.things.length > 1 && whole.next === null, `${path} has more than one page`);
    const parts: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { next, things }: { next: string | null; things: unknown[] } = await page(
        `limit=1${cursor && `&cursor=${cursor}`}`,
      );
      parts.push(...things);
      cursor = next;
    }
    t.same(parts, whole.things, path);
  }
  t.match(await problem(await send('GET', of('audit?cursor=x'))), {
    status: 400,
    message: /cursor: it must be "next"/,
  });
}

const { send, relay, token, tokenOf, district } = await apiSetting(t);

t.test('no token creates or revokes one that can do more', async (t) => {
  const other = await addTenant(relay, 'fabrikam');
  const [operator, both] = [await tokenOf('operator', 'all'), await tokenOf('admin', [district.tenantId, other.id])];
  const make = (body: object, token?: string) =>
    send('POST', of('tokens'), { body: { name: 'n', ...body }, ...(token && { token }) });
  t.equal((await make({})).status, 201, 'a viewer');
  t.equal((await make({ role: 'admin' })).status, 201);
  t.match(await problem(await make({ role: 'operator' })), { status: 403, code: 'ROLE_INSUFFICIENT' });
  t.match(await problem(await make({ also: 'all' })), { status: 403 });
  t.match(
    await problem(await make({ also: ['fabrikam'] })),
    { status: 404 },
    'of a district to which it has no access',
  );
  t.equal((await make({ also: ['fabrikam'] }, both)).status, 201);
  const made = await make({ role: 'operator' }, operator);
  t.equal(made.status, 201);
  const { id, token } = (await made.json()) as { id: string; token: string };
  t.match(await (await send('GET', 'fleet', { token })).json(), { districts: [{ slug: String }, { slug: String }] });
  t.match(await (await send('GET', 'fleet')).json(), { districts: [{ slug: 'contoso' }] }, 'only its own districts');
  t.match(await problem(await send('POST', of(`tokens/${id}/revoke`))), { status: 403 }, "an operator's");
  t.equal((await send('POST', of(`tokens/${id}/revoke`), { token: operator })).status, 200);
  t.equal((await send('GET', 'fleet', { token })).status, 401);
  const list = await send('GET', of('tokens'));
  t.notMatch(await list.text(), /hallpass_|fabrikam/);
});

t.test('the scopes of a token limit its subjects', async (t) => {
  const approvals = await tokenOf('admin', undefined, ['holds', 'tokens']);
  t.equal((await send('GET', of('holds'), { token: approvals })).status, 200);
  t.equal((await send('POST', of('holds/reject'), { token: approvals })).status, 200);
  t.match(await problem(await send('GET', of('links'), { token: approvals })), {
    ...{ status: 403, code: 'SCOPE_MISSING', message: /scope "links", which is needed for links/ },
    action: /--scope links/,
  });
  const make = (body: object) => send('POST', of('tokens'), { body: { name: 'n', ...body }, token: approvals });
  t.match(await problem(await make({ role: 'admin', scopes: ['holds', 'runs'] })), {
    ...{ status: 403, code: 'SCOPE_MISSING', message: /scope "runs", which is needed for a token with that scope/ },
  });
  t.match(await (await make({ role: 'admin' })).json(), { scopes: ['holds', 'tokens'] }, 'no more than its own scopes');
  t.match(await problem(await make({ scopes: ['tokens'] })), { status: 400, code: 'TOKEN_SCOPE_USELESS' });
  t.match(await problem(await make({ scopes: [] })), { status: 400, code: 'API_BODY_INVALID' });
  const made = await send('POST', of('tokens'), { body: { name: 'all', role: 'admin' } });
  const { id, scopes } = (await made.json()) as { id: string; scopes: string[] };
  t.ok(scopes.includes('profiles') && !scopes.includes('passwords'), 'first passwords need their own scope');
  t.equal((await send('POST', of(`tokens/${id}/revoke`), { token: approvals })).status, 200, 'one with other scopes');
  const profiles = await tokenOf('admin', undefined, ['profiles']);
  const read = await send('GET', of('profiles/test'), { token: profiles });
  const headers = { 'if-match': read.headers.get('etag') ?? '' };
  const put = await send('PUT', of('profiles/test'), { body: await read.json(), headers, token: profiles });
  t.equal(put.status, 200, 'what a change reads along the way needs no other scope');
});

t.test('a repeated request gets the same answer, and is carried out once', async (t) => {
  const post = (path: string, key: string, body: object = {}) =>
    send('POST', of(path), { body, headers: { 'idempotency-key': key } });
  const count = async () =>
    (await relay.store.withTenant(district.tenantId, (scope) => readAudit(scope, { limit: 1000 }))).length;
  const key = randomUUID();
  const before = await count();
  const [first, again] = [await post('profiles/test/pause', key), await post('profiles/test/pause', key)];
  t.same([again.status, await again.text()], [first.status, await first.text()]);
  t.same([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')], [null, 'true']);
  t.equal(again.headers.get('etag'), first.headers.get('etag'));
  t.equal(await count(), before + 1);
  t.match(await problem(await post('profiles/test/pause', key, { unchecked: true })), {
    status: 409,
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  t.match(await problem(await post('profiles/test/preview', key)), { status: 409 });
  const wrong = randomUUID();
  t.match(await problem(await post('holds/approve', wrong, { hold: 'none' })), { status: 404 });
  t.match(await problem(await post('holds/approve', wrong, { hold: 'none' })), { status: 404, code: 'HOLD_UNKNOWN' });
  t.match(await problem(await post('runs/start', 'two words')), { status: 400, code: 'IDEMPOTENCY_KEY_INVALID' });

  const secret = randomUUID();
  const made = await (await post('tokens', secret, { name: 'once' })).text();
  const repeated = await post('tokens', secret, { name: 'once' });
  t.same(
    [repeated.status, await repeated.text()],
    [201, made],
    'also an answer that is shown once, for the same token',
  );
  const { token } = JSON.parse(made) as { token: string };
  const kept = await relay.store.system(({ db }) => db.selectFrom('kept_answer').selectAll().execute());
  t.notMatch(JSON.stringify(kept), token, 'and the database alone does not reveal it');
  const at = new Date(Date.now() - 25 * 3_600_000).toISOString();
  await relay.store.system(({ db }) => db.updateTable('kept_answer').set({ begun_at: at }).execute());
  t.equal((await post('profiles/test/preview', key)).status, 200, 'a key is free again after a day');
  const lost = randomUUID();
  t.equal((await post('runs/start', lost)).status, 202);
  const begun = (ms: number) => ({ status: null, begun_at: new Date(Date.now() - ms).toISOString() });
  const interrupt = (ms: number) =>
    relay.store.system(({ db }) => db.updateTable('kept_answer').set(begun(ms)).where('status', '=', 202).execute());
  await interrupt(60_000);
  t.match(await problem(await post('runs/start', lost)), { status: 409, code: 'IDEMPOTENCY_UNDER_WAY' });
  await relay.store.system(({ db }) =>
    db.updateTable('kept_answer').set({ status: 202 }).where('status', 'is', null).execute(),
  );
  await interrupt(121_000);
  t.equal((await post('runs/start', lost)).status, 202, 'an interrupted request is carried out again');
  const same = randomUUID();
  const at_once = await Promise.all([post('runs/start', same), post('runs/start', same)]);
  const done = at_once.filter(({ status, headers }) => status === 202 && headers.get('idempotency-replayed') === null);
  t.equal(done.length, 1, 'of two at the same time, one is carried out');
});

t.test('errors are problem details, with the members and, if asked for, the content type of 0.2.0', async (t) => {
  const old = await send('GET', of('runs/999'), { headers: { accept: 'application/json' } });
  t.equal(old.headers.get('content-type'), 'application/json; charset=utf-8');
  const { type, code, message } = (await old.json()) as Record<string, string>;
  t.match({ code, message }, { code: 'RUN_UNKNOWN', message: String });
  const explained = await fetch(`${relay.url}${type}`);
  t.match(await explained.json(), { code: 'RUN_UNKNOWN', meaning: String }, 'without a token');
  t.equal((await fetch(`${relay.url}/api/v1/errors/constructor`)).status, 404);
  const post = (body: string, headers: Record<string, string> = {}) =>
    send('POST', of('runs/start'), { body, headers });
  t.match(await problem(await post('{"a":')), { status: 400, code: 'API_BODY_INVALID', message: /line 1/ });
  t.match(await problem(await post('{"a":1,"a":2}')), { status: 400, message: /given twice/ });
  t.match(await problem(await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' })), {
    status: 415,
    code: 'API_CONTENT_TYPE',
  });
  t.match(await problem(await post(' '.repeat(300_000))), { status: 413, code: 'API_BODY_TOO_LARGE' });
  t.match(await problem(await send('POST', of('status'))), { status: 405, code: 'METHOD_NOT_ALLOWED' });
  const unsigned = await fetch(`${relay.url}/api/v1/${of('runs/start')}`, {
    method: 'POST',
    body: 'x'.repeat(300_000),
  });
  t.equal(unsigned.status, 401, 'the body of a request without a token is not read');
  t.notMatch(JSON.stringify(relay.events()), token);
});

t.test('the audit log keeps the note of a change', async (t) => {
  const etag = (await send('GET', of('profiles/test'))).headers.get('etag') ?? '';
  const noted = (method: string, path: string, note: string) =>
    send(method, of(path), { headers: { 'hallpass-note': note, 'if-match': etag } });
  t.equal((await noted('POST', 'runs/start', ' Ticket 4711 ')).status, 202);
  t.equal((await noted('DELETE', 'profiles/test', encodeURIComponent('50 % für Ünal 💡'))).status, 200);
  const audit = () => relay.store.withTenant(district.tenantId, (scope) => readAudit(scope, { limit: 2 }));
  t.match(await audit(), [
    { action: 'profile.remove', who: 'token admin', note: '50 % für Ünal 💡' },
    { action: 'run.start', note: 'Ticket 4711', actor: { kind: 'token', role: 'admin' } },
  ]);
  const before = await audit();
  for (const note of ['', '50 %', '%0A', '%ff', 'für', 'x'.repeat(501)]) {
    const answer = await problem(await noted('POST', 'runs/start', note));
    t.match(answer, { status: 400, code: 'API_HEADER_INVALID', message: /Hallpass-Note .* 1 to 500 characters/ }, note);
  }
  t.same(await audit(), before);
});
