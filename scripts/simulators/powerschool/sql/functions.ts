/** Oracle's functions that SQLite lacks, registered on a connection. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { formatDate, parseDate } from './date-format.ts';
import { addMonths, dateSum, extract, lastDay, monthsBetween } from './date-functions.ts';
import {
  initcap,
  instr,
  regexpCount,
  regexpLike,
  regexpReplace,
  regexpSubstr,
  translateLetters,
} from './text-functions.ts';

/**
 * @param localTime the server's naive local time, `YYYY-MM-DD HH:MM:SS`: what SYSDATE says
 */
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
  db.function('TRUNC', pure, (value) => whole(truncate(value, undefined)));
  db.function('TRUNC', pure, (value, unit) => whole(truncate(value, unit)));
  db.function('NVL2', pure, (value, some, none) => (isNull(value) ? none : some));
  db.function('DECODE', variadic, (...args) => decode(args));
  db.function('LPAD', variadic, (...args) => pad(args, 'start'));
  db.function('RPAD', variadic, (...args) => pad(args, 'end'));
  db.function('ADD_MONTHS', pure, (value, months) => addMonths(value, months));
  db.function('LAST_DAY', pure, (value) => lastDay(value));
  db.function('MONTHS_BETWEEN', pure, (later, earlier) => whole(monthsBetween(later, earlier)));
  db.function('EXTRACT', pure, (unit, value) => whole(extract(unit, value)));
  db.function('DATE_SUM', pure, (left, sign, right) => whole(dateSum(left, sign, right)));
  db.function('REGEXP_LIKE', pure, (value, pattern) => regexpLike(value, pattern));
  db.function('REGEXP_LIKE', pure, (value, pattern, flags) => regexpLike(value, pattern, flags));
  db.function('REGEXP_REPLACE', variadic, (...args) => regexpReplace(args));
  db.function('REGEXP_SUBSTR', variadic, (...args) => regexpSubstr(args));
  db.function('REGEXP_COUNT', variadic, (...args) => whole(regexpCount(args)));
  db.function('INSTR', variadic, (...args) => whole(instr(args)));
  db.function('INITCAP', pure, (value) => initcap(value));
  db.function('TRANSLATE', pure, (value, from, to) => translateLetters(value, from, to));
  db.function('CHR', pure, (code) => (code === null ? null : String.fromCodePoint(Number(code))));
  db.function('ASCII', pure, (value) => whole(isNull(value) ? null : (String(value).codePointAt(0) ?? null)));
}

/** Whole numbers stay whole when they become text; SQLite takes JavaScript's numbers for fractions (4 would be '4.0'). */
function whole(value: SQLInputValue): SQLInputValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
}

function isNull(value: SQLInputValue | undefined): boolean {
  return value === null || value === undefined || value === '';
}

/**
 * 32 bits, evenly spread, and 0 for NULL like Oracle's. Not Oracle's own values (the algorithm is unpublished): whoever
 * compares hashes compares them with the same server's. FNV-1a, finished like MurmurHash3 so that sums do not cancel.
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

/** Number models of 0, 9, the point and FM: `FM0000`, `999.99`. */
function formatNumber(value: number, format: string): string {
  if (Number.isNaN(value)) throw new TypeError('ORA-01722: invalid number');
  const compact = /^FM/i.test(format);
  const [whole = '', decimals = ''] = format.replace(/^FM/i, '').split('.');
  const [digits = '', fraction] = Math.abs(value).toFixed(decimals.length).split('.');
  const firstZero = whole.indexOf('0');
  const padded = firstZero < 0 ? digits : digits.padStart(whole.length - firstZero, '0');
  if (digits.length > whole.length) return '#'.repeat(format.length + 1);
  const text = `${value < 0 ? '-' : ''}${padded}${fraction === undefined ? '' : `.${fraction}`}`;
  return compact ? text : text.padStart(format.length + 1);
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

/** TRUNC of a number to decimals, or of a date to the day, month (MM) or year (YYYY). */
function truncate(value: SQLInputValue | undefined, unit: SQLInputValue | undefined): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value)) {
    const model = typeof unit === 'string' ? unit.toUpperCase() : 'DD';
    if (model === 'MM' || model === 'MON' || model === 'MONTH') return `${value.slice(0, 7)}-01`;
    if (model === 'YYYY' || model === 'YEAR' || model === 'YY') return `${value.slice(0, 4)}-01-01`;
    return value.slice(0, 10);
  }
  const scale = 10 ** Number(unit ?? 0);
  return Math.trunc(Number(value) * scale) / scale;
}

/** DECODE(value, search, result, …, otherwise): unlike everywhere else, NULL equals NULL. */
function decode([value, ...rest]: readonly SQLInputValue[]): SQLInputValue {
  const key = (item: SQLInputValue | undefined) => (isNull(item) ? null : String(item));
  for (let index = 0; index + 1 < rest.length; index += 2) {
    if (key(rest[index]) === key(value)) return rest[index + 1] ?? null;
  }
  return rest.length % 2 === 1 ? (rest.at(-1) ?? null) : null;
}

function pad([value, length, fill]: readonly SQLInputValue[], side: 'start' | 'end'): string | null {
  if (isNull(value) || isNull(length)) return null;
  const text = String(value).slice(0, Number(length));
  const filler = fill === undefined || fill === null ? ' ' : String(fill);
  return side === 'start' ? text.padStart(Number(length), filler) : text.padEnd(Number(length), filler);
}
