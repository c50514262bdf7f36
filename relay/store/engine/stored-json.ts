/** Columns that hold JSON or keys: their values are checked when they are read, like everything from outside. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';
import type { Body } from '../../model/body.ts';

/**
 * @param key of the row, for people
 * @throws HallpassError STORED_VALUE_DAMAGED, without the value: it may be about a person
 */
export function readJson<T>(schema: z.ZodType<T>, text: string, table: string, key: string): T {
  const value = parsed(text, table, key);
  let result: z.ZodSafeParseResult<T>;
  try {
    result = schema.safeParse(value);
  } catch {
    // Functions of keys throw if a key is invalid.
    throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'it is not what Hallpass writes there' });
  }
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('STORED_VALUE_DAMAGED', { table, key, reason: path === '' ? reason : `${path}: ${reason}` });
}

/**
 * The same for tables that are read for whole districts, hundreds of thousands of rows: a guard that copies nothing
 * (docs/decisions/16-checks-at-boundaries.md has the figures).
 *
 * @throws HallpassError as {@link readJson}
 */
export function readMany<T>(is: (value: unknown) => value is T, text: string, table: string, key: string): T {
  const value = parsed(text, table, key);
  if (is(value)) return value;
  throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'it is not what Hallpass writes there' });
}

/**
 * A column with a key or a fixed word: `asPersonKey` and the like read it, or {@link oneOf}.
 *
 * @param key of the row, for people: another column, because this one may be about a person
 * @throws HallpassError as {@link readJson}
 */
export function readKey<K>(read: (text: string) => K, text: string, table: string, key: string): K {
  try {
    return read(text);
  } catch {
    throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'a key in it is not valid' });
  }
}

/** Reads one of these words. @throws TypeError for any other */
export function oneOf<K extends string>(words: readonly K[]): (text: string) => K {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new TypeError('not one of the allowed words');
    return word;
  };
}

function parsed(text: string, table: string, key: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'it is not JSON' });
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isBody(value: unknown): value is Body {
  return isObject(value) && Object.values(value).every(isBodyValue);
}

export function isBodyValue(value: unknown): value is Body[string] {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || isBody(value);
}

export const storedObject = z.custom<object>(isObject, 'it is not a JSON object');
export const storedBody = z.custom<Body>(isBody, 'it is not a set of property values');
