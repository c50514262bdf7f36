/**
 * An administrator of one district asks for another one's, at the console and by the API: on every page and route, as a whole page,
 * as the part that changes in place, as CSV, in searches, under the other's name and under the own one with the other's ids. Nothing
 * of it is shown, and nothing of it changes.
 */
import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { beginDraft } from '../app/commands/profile-drafts.ts';
import { invite } from '../app/commands/users.ts';
import { storeFile } from '../settings/settings.ts';
import { addExempt } from '../store/accounts/exempt.ts';
import { addBlackout } from '../store/runs/blackouts.ts';
import { createToken } from '../store/tenants/api-tokens.ts';
import { apiSetting } from '../testing/api.ts';
import { sampleOf } from '../testing/api-samples.ts';
import { signedIn } from '../testing/console.ts';
import { addAgent, addTenant } from '../testing/relay-double.ts';
import { routes } from './api/routes.ts';
import { pages } from './console/pages.ts';

const terminal = { kind: 'terminal', user: 'kim' } as const;
/** What only contoso has: names from its roster and its accounts, and the word that this test leaves everywhere. */
const theirs = /Šimić|Neil|student\d|teacher\d|Course \d|School [12]\b|Contoso|marker/i;
/** Refusals name what was asked for, as it was asked for. */
const echoed = (body: string, asked: readonly string[]) =>
  asked.reduce((rest, word) => rest.replaceAll(word, '').replaceAll(encodeURIComponent(word), ''), body);

const setting = await apiSetting(t);
const { relay, district, home, tokenOf, send } = setting;
const { store } = relay;
const fabrikam = await addTenant(relay, 'fabrikam');
const now = new Date();
const context = { home, store, clock: { now: () => now.getTime(), sleep: async () => undefined } };
const own = await signedIn(relay, now, 'admin', { tenantId: fabrikam.id });
await signedIn(relay, now, 'viewer', { tenantId: district.tenantId });

/** Ids of contoso, by the names that paths and forms have for them. */
const inContoso = { tenant: 'contoso' };
const agent = (await addAgent(relay, district.tenantId)).agentId;
const invitation = await invite(context, terminal, { ...inContoso, role: 'viewer', label: 'Marker Invited' });
const draft = await beginDraft(context, terminal, { ...inContoso, beginning: { from: 'nothing' } });
const [token, blackout] = await store.withTenant(district.tenantId, async (scope) => {
  const period = {
    from: '9999-01-01',
    to: '9999-01-02',
    reason: 'Marker days',
    addedAt: now.toISOString(),
    addedBy: 'kim',
  };
  const left = { account: 'marker@contoso.edu', reason: 'Marker', addedAt: now.toISOString(), addedBy: 'kim' };
  await addExempt(scope, left);
  const made = await createToken(scope, { name: 'marker', days: 1, by: 'kim' }, now);
  return [made.id, (await addBlackout(scope, period)).id];
});
const user = rowsOf().find(([table]) => table === 'user_grant')?.[1] ?? '';
const ids: Record<string, string> = {
  ...{ agent, draft, token, blackout, id: token, invitation: invitation.id, account: 'marker@contoso.edu' },
  ...{ user: /"user_id":"([^"]+)"/.exec(user)?.[1] ?? '', number: '1', role: 'students', hold: 'removeMember:1:share' },
  ...{ profile: 'test', server: 'ps.contoso.org', like: 'contoso test' },
};

/** Every row of contoso, by table. */
function rowsOf(): [table: string, rows: string][] {
  const db = new DatabaseSync(storeFile(home), { readOnly: true, timeout: 5000 });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    return tables.flatMap(({ name }): [string, string][] => {
      const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(String(name));
      if (!columns.some((column) => column.name === 'tenant_id')) return [];
      const rows = db.prepare(`SELECT * FROM "${name}" WHERE tenant_id = ?`).all(district.tenantId);
      return rows.length === 0 ? [] : [[String(name), JSON.stringify(rows)]];
    });
  } finally {
    db.close();
  }
}

/** What changes in one of them changes its line. The relay looks after alerts by itself, every minute. */
function digests(): string[] {
  return rowsOf()
    .filter(([table]) => table !== 'alert')
    .map(([table, rows]) => `${table} ${hash('sha256', rows)}`);
}

/** The path with the district and ids of contoso in it. */
function filled(path: string, slug: string): string {
  return path
    .replace(':slug', slug)
    .replace(/:(\w+)/g, (_, name: string) => (name === 'id' ? '10' : (ids[name] ?? '1')));
}

t.test('the test leaves what it looks for', async (t) => {
  const operator = await signedIn(relay, now, 'operator');
  const seen = await Promise.all(
    ['people', 'problems', 'users', 'exempt', 'blackouts', 'holds'].map(
      async (path) => (await operator.get(`/console/districts/contoso/${path}`)).body,
    ),
  );
  for (const body of seen) t.match(body, theirs);
  t.ok(rowsOf().length > 15, `${rowsOf().length} tables`);
  t.not(ids.user, '');
});

t.test('every page, its CSV and the part that changes in place', async (t) => {
  const before = digests();
  for (const { path, isAcross, table } of pages) {
    for (const slug of isAcross ? [''] : ['contoso', 'fabrikam']) {
      const address = `/console${filled(path, slug)}`;
      const asked = [address, `${address}?q=Šimić`, ...(table === undefined ? [] : [`${address}.csv`])];
      for (const one of asked) {
        for (const headers of [{}, { 'hx-request': 'true', 'hx-request-type': 'partial' }]) {
          const { status, body } = await own.get(one, headers);
          if (slug === 'contoso') t.match(String(status), /^40[34]$/, `${one}: ${status}`);
          t.notMatch(echoed(body, [...Object.values(ids), 'contoso', 'Šimić']), theirs, `${one}: ${status}`);
        }
      }
    }
  }
  t.strictSame(digests(), before);
});

t.test('every form, with the ids of the other district', async (t) => {
  const before = digests();
  const csrf = /name="token" value="([^"]*)"/.exec((await own.get('/console/me')).body)?.[1] ?? '';
  for (const { path, isAcross, forms } of pages) {
    for (const { name } of forms) {
      for (const slug of isAcross ? [''] : ['contoso', 'fabrikam']) {
        const address = `/console${filled(path, slug).replace(/\/$/, '')}/${name}`;
        const given = Object.entries(ids).filter(([field]) => field !== 'token');
        for (const fields of [{}, ...given.map(([field, value]) => ({ [field]: value }))]) {
          const { status, body } = await own.post(address, { ...fields, token: csrf });
          if (slug === 'contoso') t.match(String(status), /^40[34]$/, `${address}: ${status}`);
          t.notMatch(echoed(body, [...Object.values(ids), 'contoso']), theirs, `${address} ${JSON.stringify(fields)}`);
        }
      }
    }
  }
  t.strictSame(digests(), before, 'nothing of contoso has changed');
});

t.test('every route of the API, as JSON and as CSV', async (t) => {
  const others = await tokenOf('admin', [fabrikam.id]);
  for (const route of routes) {
    const { params, query, body, headers } = await sampleOf(setting, route, 'admin');
    const before = digests();
    for (const slug of route.isAcross ? [''] : ['contoso', 'fabrikam']) {
      const path = route.path
        .replace('{slug}', slug)
        .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? '1'));
      for (const accept of route.hasCsv ? ['application/json', 'text/csv'] : ['application/json']) {
        const asked = `${path}?${new URLSearchParams(query as Record<string, string>)}`;
        const answer = await send(route.method, asked, {
          ...(body !== undefined && { body }),
          headers: { ...headers, accept, authorization: `Bearer ${others}` },
        });
        const text = await answer.text();
        const words = [...Object.values(params), 'contoso', ...(body === undefined ? [] : [body])];
        if (slug === 'contoso') t.match(String(answer.status), /^40[34]$/, `${route.method} ${path}: ${answer.status}`);
        if (answer.status >= 300 || route.method === 'GET')
          t.notMatch(echoed(text, words), theirs, `${route.method} ${path} ${accept}: ${answer.status}`);
      }
    }
    t.strictSame(digests(), before, `${route.method} ${route.path} leaves contoso as it is`);
  }
});
