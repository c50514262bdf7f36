/** First passwords over real HTTP: exported once, to the client that asked, and readable nowhere else. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { FirstPassword } from '../../app/queries/passwords.ts';
import type { AccessScope } from '../../model/access-scope.ts';
import { createToken } from '../../store/tenants/api-tokens.ts';
import { commandLine } from '../../testing/command-line.ts';
import { openDistrict, smallRoster } from '../../testing/district.ts';
import { startTestRelay } from '../../testing/relay-double.ts';

async function setUp(t: Test) {
  const home = t.testdir();
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 3, accounts: false });
  t.teardown(() => district.close());
  await district.commit(smallRoster(3));
  await district.run();
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const tokenOf = async (scopes: AccessScope[]) => {
    const given = { name: 'portal', days: 1, by: 'kim', role: 'admin', scopes } as const;
    return (await relay.store.withTenant(district.tenantId, (scope) => createToken(scope, given, new Date()))).token;
  };
  const token = await tokenOf(['passwords', 'audit']);
  const ask = (method: string, path: string, more: Record<string, string> = {}, body?: object) =>
    fetch(`${relay.url}/api/v1/tenants/contoso/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...more },
      ...(body && { body: JSON.stringify(body) }),
    });
  const cli = commandLine(home, 'kim');
  const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).out);
  const exported = async (key: string, more: Record<string, string> = {}, query = '') => {
    const answer = await ask('POST', `passwords/export${query}`, { 'idempotency-key': key, ...more });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  /** The contents of the state folder and the log. */
  const written = () =>
    [
      JSON.stringify(relay.events()),
      ...readdirSync(home)
        .filter((name) => name.startsWith('relay.db'))
        .map((name) => readFileSync(join(home, name), 'latin1')),
    ].join('');
  return { home, district, relay, ask, tokenOf, json, exported, written };
}

function passwordsIn(text: string): FirstPassword[] {
  return (JSON.parse(text) as { passwords: FirstPassword[] }).passwords;
}

t.test('they are exported once, and again to a client that lost the answer', async (t) => {
  const { district, ask, tokenOf, json, exported, written } = await setUp(t);
  const { next, ...listed } = (await (await ask('GET', 'passwords')).json()) as Record<string, unknown>;
  t.same([listed, next], [await json('passwords', 'list', 'contoso'), null]);
  t.equal((listed.passwords as unknown[]).length, 7);
  const page = (await (await ask('GET', 'passwords?limit=2')).json()) as { next: string };
  t.match(await (await ask('GET', `passwords?limit=9&cursor=${page.next}`)).json(), { passwords: { length: 5 } });

  const bare = await ask('POST', 'passwords/export');
  t.match([bare.status, await bare.json()], [400, { code: 'IDEMPOTENCY_KEY_MISSING' }]);
  const others = { authorization: `Bearer ${await tokenOf(['status', 'links'])}` };
  t.match(await exported('one', others), { status: 403, text: /SCOPE_MISSING.*"passwords/s });
  t.equal((await json('passwords', 'list', 'contoso')).passwords.length, 7, 'all of them wait');

  const first = await exported('one', { 'hallpass-note': 'Ticket 4711' });
  t.equal(first.status, 200);
  t.equal(first.headers.get('cache-control'), 'no-store');
  const passwords = passwordsIn(first.text);
  const { users } = district.microsoft.directory;
  for (const { userPrincipalName, password } of passwords) {
    const user = users.find('userPrincipalName', userPrincipalName)[0];
    t.ok(user && district.microsoft.directory.hasPassword(user, password), `${userPrincipalName} can sign in`);
    t.notOk(written().includes(password), 'it is readable nowhere, although the answer is kept');
  }
  t.match(passwords, [{ person: 'students:10', school: 'School 1', givenName: 'Ana' }, {}, {}, {}, {}, {}, {}]);
  t.same((await json('passwords', 'list', 'contoso')).passwords, []);

  const again = await exported('one', { 'hallpass-note': 'Ticket 4711' });
  t.same([again.status, again.text, again.headers.get('idempotency-replayed')], [200, first.text, 'true']);
  t.same(passwordsIn((await exported('two')).text), [], 'not for a later request');
  const stranger = { authorization: `Bearer ${await tokenOf(['passwords'])}`, 'hallpass-note': 'Ticket 4711' };
  t.same(passwordsIn((await exported('one', stranger)).text), [], 'nor to another token with the same key');
  const audit = (await (await ask('GET', 'audit')).json()) as { entries: unknown[] };
  t.match(audit.entries, [
    { action: 'passwords.export', who: 'token portal', note: 'Ticket 4711', detail: { count: 7 } },
  ]);
});

t.test('so many at a time as are asked for, with how many are left', async (t) => {
  const { exported, json } = await setUp(t);
  const some = await exported('one', {}, '?limit=3');
  const { left } = JSON.parse(some.text);
  t.same([passwordsIn(some.text).length, left], [3, 4]);
  t.equal((await json('passwords', 'list', 'contoso')).passwords.length, 4);
  const table = await exported('two', { accept: 'text/csv' }, '?limit=3');
  t.equal(table.headers.get('hallpass-left'), '1');
  const rest = await exported('three');
  t.match(JSON.parse(rest.text), { passwords: [{ person: /^teachers:/ }], left: 0 });
  t.match(await exported('four', {}, '?limit=5001'), { status: 400 });
});

t.test('as CSV, and for accounts whose password was renewed', async (t) => {
  const { ask, exported, json } = await setUp(t);
  const table = await exported('one', { accept: 'text/csv' });
  t.match(table.headers.get('content-type'), /^text\/csv/);
  t.equal(table.headers.get('content-disposition'), 'attachment; filename="contoso-passwords.csv"');
  const [headings, ...lines] = table.text.slice(0, -2).split('\r\n');
  t.equal(headings, '"person","school","givenName","surname","userPrincipalName","password"');
  t.equal(lines.length, 7);
  const renew = async (body: object) => {
    const answer = await ask('POST', 'passwords/renew', {}, body);
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  t.match(await renew({}), { status: 400, message: /it must name either unknown or person/ });
  t.match(await renew({ unknown: true }), { status: 200, renewed: 0, failed: [], left: 0 });
  t.match(await renew({ person: 'students:99' }), { status: 404, code: 'LINK_UNKNOWN' });
  t.match(await renew({ person: 'students:10' }), { status: 200, renewed: 1, failed: [], left: 0 });
  t.match(await json('passwords', 'list', 'contoso'), { passwords: [{ person: 'students:10' }] });
  t.match(passwordsIn((await exported('two')).text), [{ person: 'students:10', password: String }]);
});

t.test('without the key that sealed them, nothing is exported and nothing deleted', async (t) => {
  const { home, exported, json } = await setUp(t);
  writeFileSync(join(home, 'secret.key'), Buffer.alloc(32, 1).toString('base64'), { mode: 0o600 });
  t.match(await exported('one'), { status: 409, text: /KEY_WRONG/ });
  t.equal((await json('passwords', 'list', 'contoso')).passwords.length, 7);
});
