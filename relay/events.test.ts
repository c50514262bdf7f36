/** docs/relay.md lists every event that the relay writes. */
import { globSync, readFileSync } from 'node:fs';
import t from 'tap';

const folder = import.meta.dirname;
const source = globSync('**/*.ts', { cwd: folder })
  .filter((file) => !file.endsWith('.test.ts') && !file.startsWith('testing/'))
  .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
  .join('\n');
const page = readFileSync(`${folder}/../docs/relay.md`, 'utf8');
const listed = new Set([...page.matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, name = '']) => name));

t.test('every event has its place in the list', async (t) => {
  const named = new Set([...source.matchAll(/event: '([a-z]+\.[a-z-]+)'/g)].map(([, name = '']) => name));
  t.ok(named.size > 30);
  t.same(
    [...named].filter((name) => !listed.has(name)),
    [],
  );
  const families = [...source.matchAll(/event: `([a-z]+\.)\$\{/g)].map(([, prefix = '']) => prefix);
  t.ok(families.length > 0);
  for (const prefix of families)
    t.ok(
      [...listed].some((name) => name.startsWith(prefix)),
      `${prefix}…`,
    );
});
