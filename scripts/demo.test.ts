import { execFileSync, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { Report } from './demo/report.ts';

// Each subtest waits for other processes most of the time.
t.jobs = 4;

const script = fileURLToPath(new URL('./demo.ts', import.meta.url));

/** Runs the demo as `npm start` does, with its temporary folder inside `folder`. */
function startDemo(t: Test, folder: string, args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill());
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, lines, output, ended };
}

for (const mode of ['match', 'create']) {
  t.test(
    `mode ${mode}: a small district arrives in Microsoft 365 as the oracle says, and so do five edits`,
    async (t) => {
      const folder = t.testdir({ tmp: {} });
      const file = join(folder, 'report.json');
      const { lines, ended } = startDemo(t, join(folder, 'tmp'), [
        '--once',
        '--students',
        '60',
        '--mode',
        mode,
        ...(mode === 'create' ? ['--teams'] : []),
        '--json',
        file,
      ]);
      t.equal(await ended, 0, 'exit code');
      if (!t.passing()) t.comment(lines.join('\n'));
      const report = JSON.parse(await readFile(file, 'utf8')) as Report;
      t.strictSame(report.differences, []);
      t.strictSame(report.actual, report.expected);
      t.ok(report.actual.members > 100 && report.actual.teachers > 0, 'people are in their classes');
      t.ok(report.actual.problems > 0, 'and some have a problem');
      t.equal(report.actual.teams > 0, mode === 'create', 'teams only where they were asked for');
      t.equal(report.actual.licenses, mode === 'create' ? report.actual.users : 0);
      t.equal(report.editLatencySeconds.length, 5);
      t.strictSame(await readdir(join(folder, 'tmp')), [], 'nothing is left behind');
    },
  );
}

t.test('Ctrl-C in the middle of the work stops every program and removes the folder', async (t) => {
  const folder = t.testdir();
  const { child, lines, output, ended } = startDemo(t, folder, ['--students', '60']);
  await new Promise<void>((resolve) => {
    output.on('line', (line) => {
      if (line.includes('The relay is running')) resolve();
    });
    ended.then(() => resolve());
  });
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', `${child.pid}`], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  t.ok(children.length >= 3, `${children.length} programs are running`);
  child.kill('SIGINT');
  t.equal(await ended, 130, 'exit code');
  if (!t.passing()) t.comment(lines.join('\n'));
  t.strictSame(children.filter(isRunning), [], 'no program is left');
  t.strictSame(await readdir(folder), [], 'nor anything that they wrote');
});

t.test('a program that cannot start is named, with its last words', async (t) => {
  const folder = t.testdir();
  const { lines, ended } = startDemo(t, folder, ['--once', '--sds-csv', join(folder, 'nowhere')]);
  t.equal(await ended, 70, 'exit code');
  t.match(lines.join('\n'), /error\[DEMO_FAILED\] PowerSchool simulator ended with exit code \d+/);
  t.match(lines.join('\n'), /nowhere/, 'what it said');
  t.strictSame(await readdir(folder), []);
});

function isRunning(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}
