/** Oracle's functions that SQLite lacks, registered on a connection. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { formatDate, parseDate } from './date-format.ts';
import {
  addMonths,
  dateSum,
  extract,
  lastDay,
  monthsBetween,
  nextDay,
  roundDate,
  truncateDate,
} from './date-functions.ts';
import { formatNumber } from './number-format.ts';
import {
  initcap,
  instr,
  partOfText,
  regexpCount,
  regexpLike,
  regexpReplace,
  regexpSubstr,
  replaceText,
  translateLetters,
} from './text-functions.ts';

/** @param localTime the server's naive local time, `YYYY-MM-DD HH:MM:SS`: the value of SYSDATE */
export function registerOracleFunctions(db: DatabaseSync, localTime: () => string): void {
  const pure = { deterministic: true };
  const variadic = { deterministic: true, varargs: true };
  db.function('SYSDATE', () => localTime());
  db.function('ORA_HASH', pure, (value) => oraHash(value));
  db.function('ORA_HASH', pure, (value, max) => oraHash(value) % (Number(max) + 1));
  db.function('ORA_HASH', pure, (value, max, seed) => oraHash(value, Number(seed)) % (Number(max) + 1));
  db.function('TO_CHAR', pure, (value) => (value === null ? null : String(value)));
  db.function('TO_CHAR', pure, (value, format) => toChar(value, String(format)));
  db.function('TO_DATE', pure, (value, format) => toDate(value, String(format)));
  db.function('TO_TIMESTAMP', pure, (value, format) => toDate(value, String(format)));
  db.function('TO_NUMBER', pure, (value) => whole(toNumber(value)));
  db.function('TO_NUMBER', pure, (value, format) => whole(toNumber(plainNumber(value, String(format)))));
  db.function('ROUND', pure, (value) => whole(rounded(value, undefined)));
  db.function('ROUND', pure, (value, unit) => whole(rounded(value, unit)));
  db.function('MOD', pure, (value, by) => whole(remainder(value, by)));
  db.function('DIVIDE', pure, (value, by) => whole(divided(value, by)));
  db.function('TRUNC', pure, (value) => whole(truncate(value, undefined)));
  db.function('TRUNC', pure, (value, unit) => whole(truncate(value, unit)));
  db.function('NVL2', pure, (value, some, none) => (isNull(value) ? none : some));
  db.function('DECODE', variadic, (...args) => decode(args));
  db.function('LPAD', variadic, (...args) => pad(args, 'start'));
  db.function('RPAD', variadic, (...args) => pad(args, 'end'));
  db.function('ADD_MONTHS', pure, (value, months) => addMonths(value, months));
  db.function('LAST_DAY', pure, (value) => lastDay(value));
  db.function('NEXT_DAY', pure, (value, day) => nextDay(value, day));
  db.function('MONTHS_BETWEEN', pure, (later, earlier) => whole(monthsBetween(later, earlier)));
  db.function('EXTRACT', pure, (unit, value) => whole(extract(unit, value)));
  db.function('DATE_SUM', pure, (left, sign, right) => whole(dateSum(left, sign, right)));
  db.function('REGEXP_LIKE', pure, (value, pattern) => regexpLike(value, pattern));
  db.function('REGEXP_LIKE', pure, (value, pattern, flags) => regexpLike(value, pattern, flags));
  db.function('REGEXP_REPLACE', variadic, (...args) => regexpReplace(args));
  db.function('REGEXP_SUBSTR', variadic, (...args) => regexpSubstr(args));
  db.function('REGEXP_COUNT', variadic, (...args) => whole(regexpCount(args)));
  db.function('INSTR', variadic, (...args) => whole(instr(args)));
  db.function('PART_OF_TEXT', variadic, (...args) => partOfText(args));
  db.function('REPLACE_TEXT', variadic, (...args) => replaceText(args));
  // SQLite's own versions know only ASCII.
  db.function('UPPER', pure, (value) => (value === null ? null : String(value).toUpperCase()));
  db.function('LOWER', pure, (value) => (value === null ? null : String(value).toLowerCase()));
  db.function('INITCAP', pure, (value) => initcap(value));
  db.function('TRANSLATE', pure, (value, from, to) => translateLetters(value, from, to));
  db.function('CHR', pure, (code) => (code === null ? null : String.fromCodePoint(Number(code))));
  db.function('ASCII', pure, (value) => whole(isNull(value) ? null : (String(value).codePointAt(0) ?? null)));
}

/**
 * Keeps whole numbers whole when they become text; SQLite treats JavaScript's numbers as fractions (4 would be '4.0').
 */
function whole(value: SQLInputValue): SQLInputValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function isNull(value: SQLInputValue | undefined): boolean {
  return value === null || value === undefined || value === '';
}

/**
 * 32 bits, evenly distributed, and 0 for NULL like Oracle's. Not Oracle's own values (the algorithm is unpublished):
 * hashes are only compared with others of the same server. FNV-1a, finished like MurmurHash3 so that sums do not
 * cancel.
 */
export function oraHash(value: SQLInputValue | undefined, seed = 0): number {
  if (isNull(value)) return 0;
  const text = typeof value === 'string' ? value : String(value);
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function toChar(value: SQLInputValue | undefined, format: string): string | null {
  if (isNull(value)) return null;
  if (typeof value === 'string') {
    const text = formatDate(value, format);
    if (text !== undefined) return text;
  }
  return formatNumber(Number(value), format);
}

function toDate(value: SQLInputValue | undefined, format: string): string | null {
  if (isNull(value)) return null;
  const date = parseDate(String(value), format);
  if (date === undefined) throw new TypeError('ORA-01861: literal does not match format string');
  return date;
}

function toNumber(value: SQLInputValue | undefined): number | null {
  if (isNull(value)) return null;
  const number = Number(value);
  if (Number.isNaN(number)) throw new TypeError('ORA-01722: invalid number');
  return number;
}

/** A text in the format of the number model, without its commas. */
function plainNumber(value: SQLInputValue | undefined, format: string): SQLInputValue {
  if (isNull(value)) return null;
  if (!/^(FM)?[09,]*(\.[09]*)?$/i.test(format)) throw new TypeError(`The number format ${format} is not translated`);
  return String(value).replaceAll(',', '');
}

const isDate = (value: SQLInputValue | undefined) => typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);

/** TRUNC of a number to decimals, or of a date to a unit. */
function truncate(value: SQLInputValue | undefined, unit: SQLInputValue | undefined): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (isDate(value)) return truncateDate(String(value), unit);
  return shiftedTo(value, unit, Math.trunc);
}

/** ROUND of a number, halves away from zero, or of a date. */
function rounded(value: SQLInputValue | undefined, unit: SQLInputValue | undefined): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (isDate(value)) return roundDate(String(value), unit);
  return shiftedTo(value, unit, (number) => Math.sign(number) * Math.round(Math.abs(number)));
}

function shiftedTo(
  value: SQLInputValue,
  unit: SQLInputValue | undefined,
  cut: (number: number) => number,
): number | null {
  const number = toNumber(value);
  const places = toNumber(unit ?? 0);
  if (number === null || places === null) return null;
  // Through text, because 1.005 × 100 is less than 100.5.
  return Number(`${cut(Number(`${number}e${places}`))}e${-places}`);
}

function remainder(value: SQLInputValue | undefined, by: SQLInputValue | undefined): number | null {
  const [number, divisor] = [toNumber(value), toNumber(by)];
  if (number === null || divisor === null) return null;
  return divisor === 0 ? number : number % divisor;
}

function divided(value: SQLInputValue | undefined, by: SQLInputValue | undefined): number | null {
  const [number, divisor] = [toNumber(value), toNumber(by)];
  if (number === null || divisor === null) return null;
  if (divisor === 0) throw new TypeError('ORA-01476: divisor is equal to zero');
  return number / divisor;
}

/** DECODE(value, search, result, …, otherwise): unlike everywhere else, NULL equals NULL. */
function decode([value, ...rest]: readonly SQLInputValue[]): SQLInputValue {
  for (let index = 0; index + 1 < rest.length; index += 2) {
    if (isSame(rest[index], value)) return rest[index + 1] ?? null;
  }
  return rest.length % 2 === 1 ? (rest.at(-1) ?? null) : null;
}

/** A number and a text are compared as numbers. */
function isSame(one: SQLInputValue | undefined, other: SQLInputValue | undefined): boolean {
  if (isNull(one) || isNull(other)) return isNull(one) && isNull(other);
  return typeof one === typeof other ? String(one) === String(other) : Number(one) === Number(other);
}

function pad([value, length, fill]: readonly SQLInputValue[], side: 'start' | 'end'): string | null {
  if (isNull(value) || isNull(length)) return null;
  if (Number(length) < 1) return null;
  const text = String(value).slice(0, Number(length));
  const filler = fill === undefined || fill === null ? ' ' : String(fill);
  return side === 'start' ? text.padStart(Number(length), filler) : text.padEnd(Number(length), filler);
}
