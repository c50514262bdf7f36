import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { importsIn, ringsOf, upward } from './layers/folders.ts';
import { complaints, importsOf, layers } from './layers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

t.test('the house has layers, and no ring', async (t) => {
  t.same(complaints(root), []);
  for (const [program, order] of Object.entries(layers)) {
    const imports = importsOf(root, program);
    t.ok(imports.length > 20, `${program}: ${imports.length} imports are looked at`);
    t.same(
      order.filter((room) => !existsSync(join(root, program, room))),
      [],
      `${program} has every layer of the list`,
    );
  }
});

t.test('every form of import counts, types too', async (t) => {
  const source = `import type { A } from './a.ts';
import {
  b,
} from '../b/b.ts';
import './c.ts';
export { d } from './d.ts';
const later = await import('../e/e.ts');
declare module '../f/f.ts' {}
import { join } from 'node:path';
`;
  t.same(
    importsIn('relay/x/y.ts', source).map(({ to }) => to),
    ['relay/x/a.ts', 'relay/b/b.ts', 'relay/x/c.ts', 'relay/x/d.ts', 'relay/e/e.ts'],
  );
});

t.test('what goes up or round is named', async (t) => {
  const imports = [
    { from: 'relay/a/one.ts', to: 'relay/b/two.ts' },
    { from: 'relay/b/two.ts', to: 'relay/c/three.ts' },
    { from: 'relay/c/in/four.ts', to: 'relay/a/one.ts' },
    { from: 'relay/c/three.ts', to: 'relay/c/in/four.ts' },
    { from: 'relay/new/five.ts', to: 'relay/a/one.ts' },
  ];
  t.same(upward(imports, ['c', 'b', 'a']), [
    'relay/c/in/four.ts imports relay/a/one.ts: a stands above c',
    'relay/new/five.ts: the folder new has no place among the layers',
  ]);
  const [ring = '', ...more] = ringsOf(imports);
  t.same(more, []);
  for (const file of ['a/one', 'b/two', 'c/three', 'c/in/four']) t.match(ring, `relay/${file}.ts`);
  t.same(ringsOf(imports.slice(0, 2)), []);
});
