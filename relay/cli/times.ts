/**
 * Moments in options: invalid ones are refused as usage errors when they are parsed, so that commander names the
 * option.
 */
import { InvalidArgumentError } from 'commander';

const units = { h: 3_600_000, d: 86_400_000 } as const;

/**
 * `36h`, `7d`, `2026-08-20` (its end, in this machine's zone) or an ISO 8601 moment.
 *
 * @returns ISO 8601 in UTC
 */
export function momentAfter(text: string, nowMs: number): string {
  const span = spanMs(text);
  const at = span === undefined ? parse(text, 'T23:59:59.999') : nowMs + span;
  if (at > nowMs) return new Date(at).toISOString();
  throw new InvalidArgumentError('Give a time in the future, such as 36h, 7d or 2026-08-20.');
}

/** `36h` and `7d` ago, `2026-08-20` (its start, in this machine's zone) or an ISO 8601 moment, in the same form. */
export function momentBefore(text: string, nowMs: number): string {
  const span = spanMs(text);
  const at = span === undefined ? parse(text, 'T00:00') : nowMs - span;
  if (at <= nowMs) return new Date(at).toISOString();
  throw new InvalidArgumentError('Give a time in the past, such as 36h, 7d or 2026-08-20.');
}

function spanMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,4})([hd])$/.exec(text) ?? [];
  return amount !== undefined && (unit === 'h' || unit === 'd') ? Number(amount) * units[unit] : undefined;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** Only dates that exist: JavaScript takes February 30 for March 2. NaN for anything else. */
function parse(text: string, time: string): number {
  const [day] = /^\d{4}-\d{2}-\d{2}/.exec(text) ?? [];
  if (day !== undefined && !isInCalendar(day)) return Number.NaN;
  return Date.parse(isDay(text) ? `${text}${time}` : text);
}

function isInCalendar(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
