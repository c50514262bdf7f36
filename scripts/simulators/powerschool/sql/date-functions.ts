/** Oracle's date functions, over ISO text: `YYYY-MM-DD`, with ` HH:MM:SS` if there is a time of day. */
import type { SQLInputValue } from 'node:sqlite';

const dayMs = 86_400_000;
const isoDate = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?/;

interface Moment {
  /** Milliseconds since 1970, as if the naive time were UTC. */
  ms: number;
  hasTime: boolean;
}

function moment(value: SQLInputValue | undefined): Moment | undefined {
  const match = typeof value === 'string' ? isoDate.exec(value) : null;
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return { ms: Date.UTC(year, month - 1, day, hours, minutes, seconds), hasTime: match[4] !== undefined };
}

function written({ ms, hasTime }: Moment): string {
  const text = new Date(ms).toISOString();
  return hasTime ? text.slice(0, 19).replace('T', ' ') : text.slice(0, 10);
}

function lastDayOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}

/** The last day of a month stays the last day; any other day is cut to the month's length. */
export function addMonths(value: SQLInputValue | undefined, months: SQLInputValue | undefined): string | null {
  const from = moment(value);
  if (from === undefined || months === null || months === undefined) return null;
  const date = new Date(from.ms);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const isLast = day === lastDayOf(year, month);
  const target = month + Math.trunc(Number(months));
  const last = lastDayOf(year, target);
  date.setUTCDate(1);
  date.setUTCMonth(target);
  date.setUTCDate(isLast ? last : Math.min(day, last));
  return written({ ...from, ms: date.getTime() });
}

export function lastDay(value: SQLInputValue | undefined): string | null {
  const from = moment(value);
  if (from === undefined) return null;
  const date = new Date(from.ms);
  date.setUTCDate(lastDayOf(date.getUTCFullYear(), date.getUTCMonth()));
  return written({ ...from, ms: date.getTime() });
}

/** A whole number for equal days and for two last days; otherwise a 31st of a month for each day. */
export function monthsBetween(later: SQLInputValue | undefined, earlier: SQLInputValue | undefined): number | null {
  const [a, b] = [moment(later), moment(earlier)];
  if (a === undefined || b === undefined) return null;
  const [first, second] = [new Date(a.ms), new Date(b.ms)];
  const months = (first.getUTCFullYear() - second.getUTCFullYear()) * 12 + first.getUTCMonth() - second.getUTCMonth();
  const isLast = (date: Date) => date.getUTCDate() === lastDayOf(date.getUTCFullYear(), date.getUTCMonth());
  if (first.getUTCDate() === second.getUTCDate() || (isLast(first) && isLast(second))) return months;
  const days = (date: Date) => date.getUTCDate() + (date.getTime() % dayMs) / dayMs;
  return months + (days(first) - days(second)) / 31;
}

const units: Record<string, (date: Date) => number> = {
  YEAR: (date) => date.getUTCFullYear(),
  MONTH: (date) => date.getUTCMonth() + 1,
  DAY: (date) => date.getUTCDate(),
  HOUR: (date) => date.getUTCHours(),
  MINUTE: (date) => date.getUTCMinutes(),
  SECOND: (date) => date.getUTCSeconds(),
};

/** @throws TypeError ORA-00907, for a part that dates do not have */
export function extract(unit: SQLInputValue | undefined, value: SQLInputValue | undefined): number | null {
  const part = units[String(unit).toUpperCase()];
  if (part === undefined)
    throw new TypeError(`ORA-00907: EXTRACT(${String(unit)} FROM …) is not one of ${Object.keys(units)}`);
  const from = moment(value);
  return from === undefined ? null : part(new Date(from.ms));
}

/** A date and a number of days, or two dates: the first value decides. NULL with NULL; numbers are added as numbers. */
export function dateSum(
  left: SQLInputValue | undefined,
  sign: SQLInputValue | undefined,
  right: SQLInputValue | undefined,
): SQLInputValue {
  if (left === null || left === undefined || right === null || right === undefined) return null;
  const [a, b] = [moment(left), moment(right)];
  const factor = sign === '-' ? -1 : 1;
  if (a !== undefined && b !== undefined) {
    if (factor > 0) throw new TypeError('ORA-00975: date + date not allowed');
    return (a.ms - b.ms) / dayMs;
  }
  if (a !== undefined) return shifted(a, factor * Number(right));
  if (b !== undefined && factor > 0) return shifted(b, Number(left));
  const sum = Number(left) + factor * Number(right);
  if (Number.isNaN(sum)) throw new TypeError('ORA-01722: invalid number');
  return sum;
}

function shifted({ ms, hasTime }: Moment, days: number): string {
  // To the second, the precision of a DATE.
  return written({ ms: ms + Math.round(days * 86_400) * 1000, hasTime: hasTime || !Number.isInteger(days) });
}

/** The first day of the unit that contains a date. @throws TypeError for units that are not translated */
export function truncateDate(value: string, unit: SQLInputValue | undefined): string | null {
  const from = moment(value);
  if (from === undefined) return null;
  const date = new Date(from.ms);
  const [year, month, day, weekday] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()];
  const at = (y: number, m: number, d: number) => written({ ms: Date.UTC(y, m, d), hasTime: false });
  switch (String(unit ?? 'DD').toUpperCase()) {
    case 'DD':
    case 'DDD':
    case 'J':
      return at(year, month, day);
    case 'D':
    case 'DY':
    case 'DAY':
      return at(year, month, day - weekday);
    case 'IW':
      return at(year, month, day - ((weekday + 6) % 7));
    case 'MM':
    case 'MON':
    case 'MONTH':
    case 'RM':
      return at(year, month, 1);
    case 'Q':
      return at(year, month - (month % 3), 1);
    case 'YYYY':
    case 'YEAR':
    case 'SYYYY':
    case 'YYY':
    case 'YY':
    case 'Y':
      return at(year, 0, 1);
    default:
      throw new TypeError(`The unit ${String(unit)} of a date is not translated`);
  }
}

/** Rounds to the nearer day; a month rounds up from its 16th, a year from July. @throws as {@link truncateDate} */
export function roundDate(value: string, unit: SQLInputValue | undefined): string | null {
  const model = String(unit ?? 'DD').toUpperCase();
  if (!['DD', 'MM', 'MON', 'MONTH', 'YYYY', 'YEAR'].includes(model)) {
    throw new TypeError(`ROUND of a date to ${model} is not translated`);
  }
  const from = moment(value);
  if (from === undefined) return null;
  const date = new Date(from.ms);
  if (model === 'DD') return truncateDate(written({ ms: from.ms + dayMs / 2, hasTime: false }), 'DD');
  if (model.startsWith('M'))
    return truncateDate(date.getUTCDate() < 16 ? value : String(addMonths(truncateDate(value, 'MM') ?? '', 1)), 'MM');
  return truncateDate(
    date.getUTCMonth() < 6 ? value : String(addMonths(truncateDate(value, 'YYYY') ?? '', 12)),
    'YYYY',
  );
}

const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** @throws TypeError ORA-01846 */
export function nextDay(value: SQLInputValue | undefined, day: SQLInputValue | undefined): string | null {
  const from = moment(value);
  if (from === undefined || day === null) return null;
  const wanted = weekdays.indexOf(String(day).slice(0, 3).toUpperCase());
  if (wanted < 0) throw new TypeError('ORA-01846: not a valid day of the week');
  const days = ((wanted - new Date(from.ms).getUTCDay() + 6) % 7) + 1;
  return written({ ...from, ms: from.ms + days * dayMs });
}
