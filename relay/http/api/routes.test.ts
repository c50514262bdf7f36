/** docs/api.md lists the paths, roles and scopes that exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { access, isChange } from '../../app/access.ts';
import { accessScopes } from '../../model/access-scope.ts';
import { routes } from './routes.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8');
const [questions = '', changes = ''] =
  page.split('## Questions')[1]?.split('## What goes wrong')[0]?.split('## Changes') ?? [];

/** The first cells of a table's rows. */
function cells(text: string): string[] {
  return [...text.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell);
}

t.test('the page lists every question, and who may ask it', async (t) => {
  const documented = cells(questions).flatMap((cell) => [...cell.matchAll(/`(\/[^`]*)`(\*?)/g)]);
  const asked = documented.map(([, path = '', star]) => `${path} ${star === '*' ? 'admin' : 'viewer'}`);
  const there = routes
    .filter(({ method }) => method === 'GET')
    .map(({ path, action }) => `/${plain(path)} ${access[action].roles.viewer ? 'viewer' : 'admin'}`);
  t.same(asked.sort(), there.sort());
});

t.test('the page lists every change, none of which viewers may make', async (t) => {
  const documented = cells(changes).flatMap((cell) => {
    const [first = '', ...rest] = [...cell.matchAll(/`([^`]*)`/g)].map(([, text = '']) => text);
    const [method = '', path = ''] = first.split(' ');
    const others = rest.map((text) => (path.endsWith('/start') ? text : path.replace(/\/[^/]*$/, text)));
    return [first, ...others.map((other) => `${method} ${other}`)];
  });
  const there = routes.filter(({ method }) => method !== 'GET');
  t.same(documented.sort(), there.map(({ method, path }) => `${method} /${plain(path)}`).sort());
  t.ok(there.every(({ action }) => !access[action].roles.viewer));
  t.ok(
    routes.every(({ method, action }) => method !== 'GET' || !isChange(action)),
    'and nothing is changed by a GET',
  );
});

t.test('the page lists what every scope allows', async (t) => {
  const table = page.split('| scope | read | change |')[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.map((line) => {
    const paths = line.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path).sort());
    const [, [scope] = [], read, change] = paths;
    return { scope, read, change };
  });
  const there = accessScopes.map((scope) => {
    const own = routes.filter(({ action }) => access[action].scope === scope);
    const paths = (some: typeof own) => [...new Set(some.map(({ path }) => `/${plain(path)}`))].sort();
    const isRead = ({ method }: (typeof own)[number]) => method === 'GET';
    return { scope, read: paths(own.filter(isRead)), change: paths(own.filter((one) => !isRead(one))) };
  });
  t.same(documented, there);
});

function plain(path: string): string {
  const names: Record<string, string> = { token: 'ID' };
  return path
    .replace('tenants/{slug}/', '')
    .replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? name.toUpperCase());
}
