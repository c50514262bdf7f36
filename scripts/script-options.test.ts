/** Every script that somebody can start starts nothing for a word that it does not know, and says what it does. */
import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(script: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { cwd: root }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** Those that read their arguments, or that package.json starts. */
async function scripts(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob('scripts/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts') || file.startsWith(join('scripts', 'recorded', '0.2.0'))) continue;
    const text = await readFile(join(root, file), 'utf8');
    if (/readScriptOptions[<(]|process\.argv(\.slice|\[1\])|program\.parse\(\)|command\.parse\(\)/.test(text))
      found.push(file);
  }
  const { scripts: named } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const line of Object.values<string>(named)) {
    const [, file] = /node (scripts\/\S+\.ts)/.exec(line) ?? [];
    if (file !== undefined) found.push(file);
  }
  // The helper itself, and a worker that a benchmark starts with its order.
  const none = ['scripts/script-options.ts', 'scripts/bench/agent/floor.ts'];
  return [...new Set(found)].filter((file) => !none.includes(file)).sort();
}

t.test('scripts refuse what they do not know', async (t) => {
  const all = await scripts();
  t.ok(all.length >= 18, all.join());
  await Promise.all(
    all.map(async (script) => t.match(await run(script, '--nonsense'), { code: 64, out: '', err: /nonsense/ }, script)),
  );
});

t.test('the help says what a script does', async (t) => {
  for (const script of ['scripts/demo.ts', 'scripts/bench/main.ts', 'scripts/mutants/main.ts']) {
    t.match(await run(script, '--help'), { code: 0, out: /Usage: |^Benchmarks, / }, script);
  }
});
