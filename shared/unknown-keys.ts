/**
 * Names in a file that this version does not know, because a newer one wrote them: set aside when the file is read, and
 * restored in the same place when it is written. After a downgrade the older program works as before, and the newer one
 * later finds its own names again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

export interface UnknownKey {
  /** Its path: names, and indexes within lists. */
  path: readonly PropertyKey[];
  value: unknown;
  /** The object that contained it, without it: in a list, another object may be in that place by then. */
  beside: unknown;
}

export interface Known<T> {
  value: T;
  unknown: readonly UnknownKey[];
}

/** A value without what its schema does not know; undefined, with the reason, when that is not the only thing wrong. */
export function knownPart<T>(schema: z.ZodType<T>, value: unknown): Known<T> | z.ZodError {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, unknown: [] };
  const draft = structuredClone(value);
  const found: Omit<UnknownKey, 'beside'>[] = [];
  for (const issue of result.error.issues) {
    if (issue.code !== 'unrecognized_keys') return result.error;
    const parent = at(draft, issue.path);
    if (!isObject(parent)) return result.error;
    for (const key of issue.keys) {
      found.push({ path: [...issue.path, key], value: parent[key] });
      delete parent[key];
    }
  }
  const again = schema.safeParse(draft);
  if (!again.success) return again.error;
  const unknown = found.map((one) => ({ ...one, beside: structuredClone(at(draft, one.path.slice(0, -1))) }));
  return { value: again.data, unknown };
}

/** Puts them back in their old places, if those still exist and no such name has appeared since. */
export function withUnknown<T>(value: T, unknown: readonly UnknownKey[]): T {
  if (unknown.length === 0) return value;
  const whole = structuredClone(value);
  for (const { path, value: kept, beside } of unknown) {
    const key = path.at(-1);
    const parent = at(whole, path.slice(0, -1));
    if (key === undefined || !isObject(parent) || key in parent) continue;
    const inList = path.some((part) => typeof part === 'number');
    if (inList && !isDeepStrictEqual(at(value, path.slice(0, -1)), beside)) continue;
    parent[key] = kept;
  }
  return whole;
}

/** `cycle.jitter, proxy.pac`: dotted paths, for people. */
export function namesOf(unknown: readonly UnknownKey[]): string {
  return unknown.map(({ path }) => path.map(String).join('.')).join(', ');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const part of path) found = isObject(found) ? found[part] : undefined;
  return found;
}

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
