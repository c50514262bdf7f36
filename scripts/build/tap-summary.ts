/**
 * Reads files of tap's TAP output, one per run: shows the failures, and ends with `N passed, N failed, N skipped`, summed
 * from tap's own closing counts. A run without that count, or without a single test, is a failure.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readScriptOptions } from '../script-options.ts';

export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

/** Tap's count, from the comment that closes its output: `# { total: 12, pass: 10, fail: 1, skip: 1 }`. */
export function summaryOf(output: string): Summary | undefined {
  const count = output.match(/^# \{ total: \d+[^}]*\}/gm)?.at(-1);
  if (count === undefined) return undefined;
  const number = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(count)?.[1] ?? 0);
  return { passed: number('pass'), failed: number('fail'), skipped: number('skip') + number('todo') };
}

/** The failed assertions with the lines that explain them, and the skipped ones with their reasons. */
export function notableLines(output: string): string[] {
  const lines = output.split('\n');
  return lines.filter((line, index) => {
    if (/^\s*(not ok|ok .*# SKIP|Bail out!)/.test(line)) return true;
    const start = lines.slice(Math.max(0, index - 40), index).findLastIndex((earlier) => /^\s*not ok/.test(earlier));
    const since = lines.slice(Math.max(0, index - 40), index).slice(start);
    return start !== -1 && !since.some((earlier) => /^\s*\.\.\.$/.test(earlier)) && !/^\s*ok /.test(line);
  });
}

/** The counts of several runs together. A run that did not finish, or tested nothing, counts as a failure. */
export function summed(outputs: readonly string[]): Summary {
  const total: Summary = { passed: 0, failed: 0, skipped: 0 };
  for (const output of outputs) {
    const summary = summaryOf(output);
    const isEmpty = summary === undefined || summary.passed + summary.failed === 0;
    total.passed += summary?.passed ?? 0;
    total.failed += isEmpty ? 1 : summary.failed;
    total.skipped += summary?.skipped ?? 0;
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { args } = readScriptOptions(
    'node scripts/build/tap-summary.ts',
    "Shows the failures in files of tap's output, and the sum of their counts.",
    (command) => command.argument('<files...>', 'one per run'),
  );
  const outputs = await Promise.all(args.map((file) => readFile(file, 'utf8')));
  for (const output of outputs) {
    for (const line of notableLines(output)) process.stdout.write(`${line}\n`);
    if (summaryOf(output) === undefined) process.stdout.write(`${output.slice(-5000)}\ntap did not finish\n`);
  }
  const { passed, failed, skipped } = summed(outputs);
  if (failed > 0 || passed === 0) process.exitCode = 1;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}
