/** The rest of demo.test.ts, which takes longer. */
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { arrives, startDemo } from './demo/testing/started.ts';

// Each subtest waits for other processes most of the time.
t.jobs = 4;

t.test('with accounts that are there, a small district arrives in Microsoft 365, and so do five edits', (t) =>
  arrives(t, 'match'),
);

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
