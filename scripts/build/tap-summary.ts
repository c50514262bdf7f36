/**
 * Reads tap's TAP output on stdin: shows the failures, and ends with `N passed, N failed, N skipped` from tap's own
 * closing count. A run without that count, or without a single test, is a failure.
 */
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const output = await text(process.stdin);
  const summary = summaryOf(output);
  for (const line of notableLines(output)) process.stdout.write(`${line}\n`);
  if (summary === undefined) process.stdout.write(`${output.slice(-5000)}\ntap did not finish\n`);
  const { passed, failed, skipped } = summary ?? { passed: 0, failed: 1, skipped: 0 };
  if (failed > 0 || passed === 0) process.exitCode = 1;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}
