/**
 * The JSON of `/ws/v1`, which is really XML, made regular again: numbers are the text that was written, one child is a
 * list of one, and empty elements are omitted.
 *
 * PowerSchool turns any text that looks like a number into one. JavaScript numbers would lose digits (a username
 * `9007199254740993`, `1.0E10`), so the source text of a number is used. What PowerSchool has lost already stays lost:
 * it writes the text `100.0` as `100`.
 */

/** An element: its text, or its children by name. */
export type Json = string | JsonObject | Json[];
export type JsonObject = { [name: string]: Json | undefined };

/** A server's answer, or undefined when it is not JSON; numbers and booleans as text, null as none. */
export function parseV1(text: string): Json | undefined {
  try {
    return JSON.parse(text, asWritten);
  } catch {
    // The parser's own message quotes the text, which may contain a student's name.
    return undefined;
  }
}

/** The declaration of JSON.parse does not have the reviver's third argument yet. */
function asWritten(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number') return context?.source ?? String(value);
  if (typeof value === 'boolean') return String(value);
  return value === null ? undefined : value;
}

/** The text at the end of a path; undefined when missing, empty, or not text. */
export function textAt(json: Json | undefined, ...path: string[]): string | undefined {
  const end = path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), json);
  return typeof end === 'string' && end !== '' ? end : undefined;
}

/** The object at the end of a path; undefined when missing or empty. */
export function objectAt(json: Json | undefined, ...path: string[]): JsonObject | undefined {
  const end = path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), json);
  return isObject(end) ? end : undefined;
}

/** True for an element that is present and empty. */
export function isEmptyAt(json: Json | undefined, name: string): boolean {
  return isObject(json) && json[name] === '';
}

/** The children with one name: none, one or many. */
export function childrenOf(json: Json | undefined, name: string): JsonObject[] {
  const found = isObject(json) ? json[name] : undefined;
  if (Array.isArray(found)) return found.filter(isObject);
  return isObject(found) ? [found] : [];
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && !Array.isArray(json);
}
