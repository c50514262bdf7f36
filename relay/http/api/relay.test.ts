/** The relay itself over real HTTP: its settings and its own audit log, for operators. */
import t from 'tap';
import { createToken } from '../../store/tenants/api-tokens.ts';
import { commandLine } from '../../testing/command-line.ts';
import { addTenantTo, startTestRelay } from '../../testing/relay-double.ts';

t.test('settings are read and changed as by the command, except files and credentials', async (t) => {
  const home = t.testdir();
  const tenant = await addTenantTo(home, 'contoso');
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const cli = commandLine(home, 'kim');
  const tokenOf = async (role: 'admin' | 'operator') => {
    const given = { name: role, days: 1, by: 'kim', role, tenants: 'all' } as const;
    return (await relay.store.withTenant(tenant.id, (scope) => createToken(scope, given, new Date()))).token;
  };
  const operator = await tokenOf('operator');
  const ask = async (method: string, path: string, body?: object, more: Record<string, string> = {}) => {
    const answer = await fetch(`${relay.url}/api/v1/relay/${path}`, {
      method,
      headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json', ...more },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, etag: answer.headers.get('etag') ?? '', ...said };
  };
  const patch = (body: object, more?: Record<string, string>) => ask('PATCH', 'settings', body, more);
  const stored = async () => JSON.parse((await cli('configure')).out);

  const { status, etag, ...settings } = await ask('GET', 'settings');
  t.same([status, settings], [200, await stored()]);
  const changed = await patch({ journal: { keepDays: 30 }, listen: { publicUrl: 'https://relay.example.org' } });
  t.match(changed, { status: 200, settings: { journal: { keepDays: 30 } }, warnings: [/No proxy is trusted/] });
  t.match(await stored(), { journal: { keepDays: 30 }, listen: { publicUrl: 'https://relay.example.org' } });
  t.match(await patch({ journal: { keepDays: 31 } }, { 'if-match': etag }), {
    status: 412,
    code: 'PRECONDITION_FAILED',
  });
  t.match(await patch({ listen: { publicUrl: null } }, { 'if-match': changed.etag }), { status: 200 });
  t.notOk('publicUrl' in (await stored()).listen, 'null resets to the default');

  const before = await stored();
  const wrong: [body: object, status: number, code: string, message: RegExp][] = [
    [{ journal: { keepDays: 0 } }, 422, 'RELAY_SETTING_INVALID', /journal\.keepDays/],
    [{ journal: { colour: 1 } }, 422, 'RELAY_SETTING_INVALID', /colour/],
    [{ everything: { a: 1 } }, 422, 'RELAY_SETTING_INVALID', /everything/],
    [{ listen: { port: -1, host: '' } }, 422, 'RELAY_SETTINGS_INVALID', /2 mistakes/],
    [{ listen: 7 }, 400, 'API_BODY_INVALID', /listen/],
    [{ graph: { authority: 'https://elsewhere.example' } }, 403, 'SETTING_AT_TERMINAL', /graph\.authority/],
    [{ graph: { secretFile: '/etc/shadow' } }, 403, 'SETTING_AT_TERMINAL', /graph\.secretFile/],
    [{ secrets: { keyFile: '/none' } }, 403, 'SETTING_AT_TERMINAL', /secrets\.keyFile/],
    [{ listen: { certFile: '/a', keyFile: '/b' } }, 403, 'SETTING_AT_TERMINAL', /listen\.(cert|key)File/],
  ];
  for (const [body, status, code, message] of wrong)
    t.match(await patch(body), { status, code, message }, String(message));
  t.same(await stored(), before, 'none of that was stored');
  const admin = { authorization: `Bearer ${await tokenOf('admin')}` };
  for (const [method, path] of [
    ['GET', 'settings'],
    ['PATCH', 'settings'],
    ['GET', 'audit'],
  ] as const) {
    t.match(await ask(method, path, method === 'PATCH' ? {} : undefined, admin), { status: 403 }, `${method} ${path}`);
  }

  const { entries } = JSON.parse((await cli('audit', '--json')).out);
  t.match(await ask('GET', 'audit'), { status: 200, entries, next: null });
  t.match(entries, [
    { action: 'settings.change', who: 'token operator', actor: { kind: 'token', role: 'operator' } },
    { action: 'settings.change', detail: { changes: { journal: {}, listen: {} } } },
  ]);
  const first = await ask('GET', 'audit?limit=1');
  t.match(await ask('GET', `audit?limit=1&cursor=${'next' in first ? first.next : ''}`), {
    entries: [entries[1]],
    next: null,
  });
});
