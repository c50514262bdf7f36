/** Tokens from the command line: shown once, listed without the secret, revoked for good. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandLine } from '../testing/command-line.ts';

t.test('shows a token once and stores its hash; list and audit log use its id', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  const graphTenant = '11111111-2222-4333-8444-555555555555';
  await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', graphTenant);

  const made = await cli('token', 'create', 'contoso', '--name', 'dashboard', '--by', 'Kim Lee');
  const [token] = /hallpass_[\w-]{43}/.exec(made.out) ?? [];
  if (token === undefined) return t.fail(made.out);
  t.match(made.out, 'http://127.0.0.1:8640/api/v1/tenants/contoso/status');
  const other = JSON.parse((await cli('token', 'create', 'contoso', '--name', 'b', '--days', '1', '--json')).out);
  t.not(other.token, token);

  const [first] = JSON.parse((await cli('token', 'list', 'contoso', '--json')).out);
  t.match(first, {
    name: 'dashboard',
    createdBy: 'kim',
    role: 'viewer',
    opensOthers: false,
    lastUsedAt: null,
    revokedAt: null,
  });
  t.equal(Date.parse(first.expiresAt) - Date.parse(first.createdAt), 90 * 86_400_000, 'valid for 90 days');
  t.match((await cli('token', 'list', 'contoso')).out, /dashboard .* never +valid until /);

  t.match(await cli('token', 'revoke', 'contoso', first.id), { code: 0, out: `Revoked ${first.id}.\n` });
  t.match((await cli('token', 'list', 'contoso')).out, /dashboard .* revoked 2/);
  const log = (await cli('audit', 'contoso', '--json')).out;
  t.match(JSON.parse(log).entries, [
    { action: 'token.revoke', who: 'kim', detail: { token: first.id } },
    { action: 'token.create', detail: { name: 'b' } },
    {
      action: 'token.create',
      who: 'kim',
      note: 'Kim Lee',
      actor: { kind: 'terminal', role: 'operator' },
      detail: { token: first.id, name: 'dashboard', expiresAt: first.expiresAt },
    },
  ]);
  t.notMatch(log, /hallpass_/);
  for (const name of readdirSync(home).filter((file) => file.startsWith('relay.db'))) {
    t.notOk(readFileSync(join(home, name)).includes(token), `${name} contains nothing of it`);
  }
});

t.test('a token has a role, and access to the districts that it was created for', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  for (const [slug, digit] of Object.entries({ contoso: '1', fabrikam: '2', litware: '3' })) {
    await cli(
      'tenant',
      'add',
      slug,
      '--name',
      slug,
      '--graph-tenant',
      `${digit.repeat(8)}-2222-4333-8444-555555555555`,
    );
  }
  const make = (...options: string[]) => cli('token', 'create', 'contoso', '--name', 'n', ...options);
  t.match(await make('--role', 'admin', '--also', 'fabrikam'), { code: 0 });
  t.match(await make('--all-districts'), { code: 0 });
  t.match(await make('--role', 'operator'), { code: 0 });
  t.match(await make('--role', 'king'), { code: 64, err: /--role/ });
  t.match(await make('--also', 'nowhere'), { code: 78, err: /TENANT_UNKNOWN/ });
  const listed = async (slug: string) => JSON.parse((await cli('token', 'list', slug, '--json')).out);
  t.match(await listed('contoso'), [{ role: 'admin' }, { role: 'viewer' }, { role: 'operator', opensOthers: true }]);
  t.equal((await listed('fabrikam')).length, 3);
  t.equal((await listed('litware')).length, 2);
  t.match(
    JSON.parse((await cli('audit', 'litware', '--json')).out).entries.length,
    3,
    'every district to which it has access is listed',
  );
  const [{ id }] = await listed('contoso');
  t.match(await cli('token', 'revoke', 'fabrikam', id), { code: 0 });
  t.match(await listed('contoso'), [{ revokedAt: String }, {}, {}]);
  await cli('tenant', 'remove', 'fabrikam', '--confirm', 'fabrikam');
  await cli('tenant', 'remove', 'contoso', '--confirm', 'contoso');
  t.match(await listed('litware'), [{ role: 'viewer' }, { role: 'operator' }], 'those of every district stay');
});

t.test('a token has the named scopes, or all that its role can use except first passwords', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  await cli('tenant', 'add', 'contoso', '--name', 'C', '--graph-tenant', '11111111-2222-4333-8444-555555555555');
  const make = (...options: string[]) => cli('token', 'create', 'contoso', '--name', 'n', ...options);
  const scopesOf = async (...options: string[]) => JSON.parse((await make('--json', ...options)).out).scopes;
  t.same(await scopesOf('--role', 'admin', '--scope', 'holds', 'status', 'holds'), ['holds', 'status']);
  t.same(await scopesOf('--role', 'admin', '--scope', 'passwords'), ['passwords']);
  const usual = ['status', 'agents', 'profiles', 'runs', 'holds', 'problems', 'links', 'audit', 'tenants', 'alerts'];
  t.same(await scopesOf(), usual);
  t.match(await make('--scope', 'links'), { code: 0, out: /^Scopes {3}links$/m });
  t.match(await make('--scope', 'settings'), { code: 78, err: /TOKEN_SCOPE_USELESS.*"viewer".*"settings"/ });
  t.match(await make('--scope', 'everything'), { code: 64, err: /--scope/ });
  const list = (await cli('token', 'list', 'contoso')).out;
  t.match(list, /admin +holds status +2.*admin +passwords +2.*viewer +all +2.*viewer +links +2/s);
  t.match(JSON.parse((await cli('audit', 'contoso', '--json')).out).entries[0].detail, { scopes: ['links'] });
});

t.test('says what is wrong with a command, and does not repeat a secret given by mistake', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  const add = (slug: string, digit: string) =>
    cli('tenant', 'add', slug, '--name', slug, '--graph-tenant', `${digit.repeat(8)}-2222-4333-8444-555555555555`);
  await add('contoso', '1');
  await add('fabrikam', '2');
  const { token, id } = JSON.parse((await cli('token', 'create', 'contoso', '--name', 'a', '--json')).out);
  t.match(await cli('token', 'create', 'contoso'), { code: 64, err: /--name/ });
  t.match(await cli('token', 'create', 'contoso', '--name', 'two\nlines'), { code: 64 });
  t.match(await cli('token', 'create', 'contoso', '--name', 'a', '--days', '0'), { code: 64, err: /--days/ });
  t.match(await cli('token', 'revoke', 'fabrikam', id), { code: 78, err: /TOKEN_NOT_FOUND/ }, 'of another tenant');
  const mistaken = await cli('token', 'revoke', 'contoso', token);
  t.match(mistaken, { code: 78, err: /TOKEN_NOT_FOUND.*hallpass_…/ });
  t.notMatch(mistaken.err, token);
  t.match(JSON.parse((await cli('token', 'list', 'contoso', '--json')).out), [{ id, revokedAt: null }]);
});
