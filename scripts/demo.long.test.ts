/** The rest of demo.test.ts, which takes longer. */
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { TestBrowser } from '../relay/testing/browser.ts';
import { arrives, startDemo } from './demo/testing/started.ts';

// Each subtest waits for other processes most of the time.
t.jobs = 4;

t.test('with accounts that are there, a small district arrives in Microsoft 365, and so do five edits', (t) =>
  arrives(t, 'match'),
);

t.test('Ctrl-C in the middle of the work stops every program and removes the folder', async (t) => {
  const folder = t.testdir();
  const { child, lines, output, ended } = startDemo(t, folder, ['--once', '--students', '60']);
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

t.test('the console comes up first, then three districts, each with another look, until Ctrl-C', async (t) => {
  const folder = t.testdir();
  const { child, lines, output, ended } = startDemo(t, folder, ['--port', '0', '--students', '60']);
  const line = (part: string) =>
    new Promise<void>((resolve, reject) => {
      if (lines.some((one) => one.includes(part))) resolve();
      output.on('line', (one) => one.includes(part) && resolve());
      ended.then(() => reject(new Error(`ended before "${part}":\n${lines.join('\n')}`)));
    });
  await line('Console: ');
  const address = /^Console: (http:\S+)$/.exec(lines[0] ?? '')?.[1] ?? '';
  t.not(address, '', `the first line is the address: ${lines[0]}`);
  const enter = async (account: string) => {
    const browser = new TestBrowser(new URL(address).origin);
    const choice = await browser.follow(await browser.get(address));
    t.match(choice.body, /Kim Novak.*Dana Cole.*Rosa Mendez/s, 'people to choose from');
    const first = await browser.follow(await browser.submit(choice, '/interaction/', { account }));
    return { browser, first };
  };
  const kim = await enter('kim');
  t.match(kim.first, { status: 200, url: /\/console\/$/, body: /Lakeside.*Riverbend.*Summit/s }, 'one click later');
  await line('Running. ');
  const fleet = await kim.browser.get('/console/');
  t.match(fleet.body, /Riverbend Public Schools<.*Needs a decision.*Lakeside Public Schools<.*Has problems/s);
  t.match(fleet.body, /Summit School District<\/a><\/th><td[^>]*><span class="state is-working">.*?Fine<\/span>/s);
  t.match((await kim.browser.get('/console/districts/riverbend/holds')).body, /looks like a year rollover/);
  for (const code of ['UnmatchedEntry', 'AmbiguousMatch', 'MissingSourceValue']) {
    t.match((await kim.browser.get('/console/districts/lakeside/problems')).body, new RegExp(code));
  }
  t.match((await kim.browser.get('/console/districts/summit/runs')).body, /runs\/1"/);
  for (const [account, path] of [
    ['dana', 'riverbend/holds'],
    ['lee', 'summit'],
    ['rosa', 'lakeside/problems'],
  ] as const) {
    const { browser, first } = await enter(account);
    t.equal(first.status, 200, account);
    t.equal((await browser.get(`/console/districts/${path}`)).status, 200, `${account} sees ${path}`);
  }
  child.kill('SIGINT');
  t.equal(await ended, 0, 'exit code');
  if (!t.passing()) t.comment(lines.join('\n'));
  t.strictSame(await readdir(folder), [], 'nothing is left');
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
