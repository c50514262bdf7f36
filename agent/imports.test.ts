/** What the agent loads at its start, which is most of the memory that it takes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';

const script = `
  import { createRequire } from 'node:module';
  await import('./agent/node.ts');
  await import('./agent/cli/program.ts');
  const { cache } = createRequire(import.meta.url);
  const builtins = process.moduleLoadList.map((name) => name.replace(/^.* /, ''));
  process.stdout.write(JSON.stringify({ builtins, packages: Object.keys(cache) }));
`;

t.test('loads neither of the two fetches: undici as a whole, and the one in Node', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    maxBuffer: 4 << 20,
    // Packages as npm installed them.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const { builtins, packages }: { builtins: string[]; packages: string[] } = JSON.parse(stdout);
  const undici = packages.filter((file) => file.includes('undici'));
  t.ok(undici.some((file) => file.endsWith('pool.js')));
  t.notOk(undici.some((file) => /undici\/index\.js$|web\/fetch/.test(file)));
  t.ok(builtins.includes('http'));
  t.notOk(builtins.some((name) => name.includes('undici')));
});
