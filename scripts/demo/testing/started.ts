/** The demo as `npm start` runs it, for tests. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Report } from '../report.ts';

const script = fileURLToPath(new URL('../../demo.ts', import.meta.url));

/** Starts it with its temporary folder inside `folder`. */
export function startDemo(t: Test, folder: string, args: readonly string[]) {
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

/** Checks that a small district arrives in Microsoft 365 as the oracle says, and so do five edits. */
export async function arrives(t: Test, mode: 'match' | 'create'): Promise<void> {
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
}
