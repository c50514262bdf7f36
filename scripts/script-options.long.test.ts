/** Every script that somebody can start says how it is called, and starts nothing for a word that it does not know. */
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

/** Command line by script, of those that package.json starts. */
async function named(): Promise<Map<string, string>> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const commands = new Map<string, string>();
  for (const [name, line] of Object.entries<string>(scripts)) {
    for (const [, file = ''] of line.matchAll(/\bnode (scripts\/\S+\.ts)/g)) {
      // What stands among others, or runs by itself, gets no options from npm.
      const isAlone = line === `node ${file}` && !/^(pre|post)/.test(name);
      commands.set(file, isAlone ? `npm ${name === 'start' ? '' : 'run '}${name} --` : `node ${file}`);
    }
  }
  return commands;
}

/** Command line by script: of these, and of those that read their arguments. */
async function callable(): Promise<[script: string, command: string][]> {
  const commands = await named();
  for await (const file of glob('scripts/**/*.ts', { cwd: root })) {
    if (file.endsWith('.test.ts') || file.startsWith('scripts/recorded/0.2.0') || commands.has(file)) continue;
    const [, benchmark] = /^scripts\/bench\/([^/]+)\.ts$/.exec(file) ?? [];
    const text = await readFile(join(root, file), 'utf8');
    // Workers that a benchmark starts with their orders are nobody's to call.
    const isWorker = /^scripts\/bench\/[^/]+\//.test(file) && !text.includes('readScriptOptions(');
    if (!isWorker && /readScriptOptions[<(]|process\.argv(\.slice|\[1\])|\.parse\(\)/.test(text))
      commands.set(file, benchmark === undefined ? `node ${file}` : `npm run bench -- ${benchmark}`);
  }
  commands.delete('scripts/script-options.ts');
  return [...commands].sort();
}

const bench = 'scripts/bench/main.ts';
const passingOn = ['scripts/bench/house.ts'];

t.test('scripts say how they are called, and refuse options that they do not have', async (t) => {
  const all = await callable();
  t.ok(all.length >= 25, `${all.length} scripts`);
  for (const [script, command] of all.filter(([file]) => file !== bench)) {
    const [help, refusal] = await Promise.all([run(script, '--help'), run(script, '--nonsense')]);
    t.match(help, { code: 0, err: '' }, script);
    const [usage = '', description = ''] = help.out.split('\n\n');
    t.ok(usage.startsWith(`Usage: ${command} `), usage);
    t.match(description, /^[A-Z].{20,}\.$/s, 'a sentence');
    t.match(refusal, { code: 64, out: '' }, script);
    const said = `error: unknown option '--nonsense'\n  → `;
    // What they do not know themselves is the demo's.
    const ways = passingOn.includes(script) ? [command, 'npm start --'] : [command];
    t.ok(ways.map((way) => `${said}${way} --help\n`).includes(refusal.err), refusal.err);
  }
});

t.test('the list of benchmarks', async (t) => {
  t.match(await run(bench, '--help'), { code: 0, out: /^Benchmarks, .*\n {2}startup\n/s, err: '' });
  const said = /^There is no benchmark "--nonsense"\. "npm run bench" lists them\.\n$/;
  t.match(await run(bench, '--nonsense'), { code: 64, out: '', err: said });
});
