/** `hallpass-agent check`: is everything right, and if not, what should be done? */
import { systemClock } from '../../shared/clock.ts';
import { printableLine, writeControl } from '../../shared/printable.ts';
import { exitCodes, isRich } from '../../shared/terminal.ts';
import { type Check, runChecks } from '../check/check.ts';
import type { Context } from '../terminal/context.ts';

/** Icon, word and color (SGR): a status is never shown by color alone. */
const looks = {
  pass: { icon: '✓', color: 32 },
  warn: { icon: '!', color: 33 },
  fail: { icon: '✗', color: 31 },
} as const;

/** Neither good nor bad, so it has no color: the earlier check needs attention. */
const skipped = '- skip';

/** Names are padded to this width so that the facts line up. */
const nameWidth = 21;

/**
 * Prints each check as it comes, or all of them as JSON.
 *
 * @returns the exit code, see {@link exitCodeOf}
 */
export async function check(
  { folder, env, platform, stdout, stop }: Context,
  { json }: { json?: true },
): Promise<number> {
  const found = runChecks({ folder, env, platform, clock: systemClock, signal: stop });
  if (json !== true) return exitCodeOf(await showChecks(found, stdout, env));
  const checks: Check[] = [];
  for await (const one of found) checks.push(one);
  stdout.write(checksJson(checks));
  return exitCodeOf(checks);
}

/** Prints each check as it comes, and a summary. */
export async function showChecks(
  checks: AsyncIterable<Check>,
  stdout: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
): Promise<Check[]> {
  const rich = isRich(stdout, env);
  const seen: Check[] = [];
  let next = '';
  for await (const found of checks) {
    // Consecutive checks with the same next step print it once.
    if (found.action !== next) stdout.write(actionText(next));
    next = found.action;
    const colored = rich && found.notTried !== true;
    if (colored) writeControl(stdout, `\x1b[${looks[found.status].color}m`);
    stdout.write(statusText(found));
    if (colored) writeControl(stdout, '\x1b[0m');
    stdout.write(factText(found));
    seen.push(found);
  }
  stdout.write(`${actionText(next)}${summary(seen)}\n`);
  return seen;
}

/** Warnings do not count as failure. The exit code says "may pass by itself" only if every failure may. */
export function exitCodeOf(checks: readonly Check[]): number {
  const failed = checks.filter(({ status }) => status === 'fail');
  if (failed.length === 0) return exitCodes.ok;
  return failed.every(({ temporary }) => temporary === true) ? exitCodes.temporary : exitCodes.configuration;
}

export function checksJson(checks: readonly Check[]): string {
  const plain = checks.map(({ name, status, fact, action, notTried }) => ({
    ...{ name, status, fact, action },
    ...(notTried === true ? { notTried } : {}),
  }));
  return `${JSON.stringify({ checks: plain }, null, 2)}\n`;
}

/** `✓ pass` */
function statusText({ status, notTried }: Check): string {
  return notTried === true ? skipped : `${looks[status].icon} ${status}`;
}

/** `  relay.tls  fact`: text from other systems cannot add a line. */
function factText({ name, fact }: Check): string {
  return `  ${name.padEnd(nameWidth)} ${printableLine(fact)}\n`;
}

function actionText(action: string): string {
  return action === '' ? '' : `${' '.repeat(8)}→ ${action}\n`;
}

function summary(checks: readonly Check[]): string {
  const tried = checks.filter(({ notTried }) => notTried !== true);
  const count = (status: Check['status']) => tried.filter((found) => found.status === status).length;
  const [failed, warned, skips] = [count('fail'), count('warn'), checks.length - tried.length];
  if (failed + warned === 0) return `All ${checks.length} checks passed.`;
  const rest = skips === 0 ? '' : `, ${skips} not tried`;
  return `${failed} failed, ${warned} with a warning, ${count('pass')} passed${rest}.`;
}
