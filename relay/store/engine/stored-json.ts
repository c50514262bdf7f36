/** Columns that hold JSON or keys: what stands there is checked when it is read, like everything that comes from outside. */
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
    // Functions of keys throw where a key names nothing.
    throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'it is not what Hallpass writes there' });
  }
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('STORED_VALUE_DAMAGED', { table, key, reason: path === '' ? reason : `${path}: ${reason}` });
}

/**
 * The same for tables of which whole districts are read, hundreds of thousands of rows: a look that copies nothing.
 *
 * @throws HallpassError as {@link readJson}
 */
export function readMany<T>(is: (value: unknown) => value is T, text: string, table: string, key: string): T {
  const value = parsed(text, table, key);
  if (is(value)) return value;
  throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'it is not what Hallpass writes there' });
}

/**
 * A column that names something: `asPersonKey` and the like read it, or {@link oneOf}.
 *
 * @param key of the row, for people: another column, because this one may be about a person
 * @throws HallpassError as {@link readJson}
 */
export function readKey<K>(read: (text: string) => K, text: string, table: string, key: string): K {
  try {
    return read(text);
  } catch {
    throw fail('STORED_VALUE_DAMAGED', { table, key, reason: 'a key in it names nothing' });
  }
}

/** Reads one of these words. @throws TypeError for another one */
export function oneOf<K extends string>(words: readonly K[]): (text: string) => K {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new TypeError('none of the words that stand there');
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

export const storedObject = z.custom<object>(isObject, 'it is not a group of values');
export const storedBody = z.custom<Body>(isBody, 'it is not the values of an object');
