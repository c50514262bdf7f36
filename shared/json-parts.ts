/**
 * JSON in parts. A few hundred bytes of gzip can hold millions of values or brackets a million deep, which cost the
 * parser seconds and hundreds of megabytes: they are counted in the bytes before anything is parsed. Text within the
 * limits is parsed list by list and part by part, so that the caller can do other things in between.
 */
import type { InParts } from './in-parts.ts';

export interface JsonBounds {
  /** Nesting depth of arrays and objects. */
  maxDepth: number;
  /** Values, counted by brackets and commas outside of strings. */
  maxValues: number;
  /** The same for what is parsed at once: one element of a long list, or everything outside of long lists. */
  maxValuesInPart: number;
  /** How many bytes are parsed at once. */
  maxBytesInPart: number;
}

/** The bound that is exceeded. */
export type Beyond = keyof JsonBounds;

/** A message in parts; `text` is everything except the elements of its long lists. */
export interface JsonParts {
  text: string;
  /**
   * Parses the elements of the long lists into the value parsed from `text`; lists with other names stay empty.
   *
   * @throws SyntaxError
   */
  fill(parsed: unknown, names: ReadonlySet<string>): InParts<void>;
}

interface List {
  name: Buffer;
  from: number;
  to: number;
  /** Positions of the commas at which it is cut. */
  cuts: number[];
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Bytes scanned between two yields: a fifth of a millisecond. */
const lookBytes = 64 * 1024;
/** A list is cut once a part has this much: a millisecond to parse. */
const partBytes = 64 * 1024;
const partValues = 2000;

/**
 * Cuts JSON at the commas of the lists that are members of the top-level object. Stops at the byte that exceeds a
 * limit. Whether it is valid JSON shows when the parts are parsed, each of which lies between two commas of one list.
 */
export function* cutJson(json: Buffer, bounds: JsonBounds): InParts<JsonParts | Beyond> {
  const lists: List[] = [];
  let depth = 0;
  let values = 1;
  let inString = false;
  let isObject = false;
  let name = { from: 0, to: 0 };
  let list: List | undefined;
  /** The part that is being scanned. */
  let part = { from: 0, values: 0 };
  const outside = { values: 0, bytes: json.length };
  for (let at = 0; at < json.length; ) {
    const end = Math.min(json.length, at + lookBytes);
    for (; at < end; at += 1) {
      const byte = json[at];
      if (inString) {
        if (byte === backslash) at += 1;
        else if (byte === quote) {
          inString = false;
          if (depth === 1) name.to = at + 1;
        }
        continue;
      }
      if (byte === quote) {
        inString = true;
        if (depth === 1) name = { from: at, to: at };
        continue;
      }
      if (byte === comma) {
        if (list !== undefined && depth === 2) {
          if (at - part.from > bounds.maxBytesInPart) return 'maxBytesInPart';
          if (at - part.from >= partBytes || part.values >= partValues) {
            list.cuts.push(at);
            part = { from: at + 1, values: -1 };
          }
        }
      } else if (byte === openArray || byte === openObject) {
        if (depth === 0) isObject = byte === openObject;
        depth += 1;
        if (depth > bounds.maxDepth) return 'maxDepth';
        if (depth === 2 && isObject && byte === openArray) {
          list = { name: json.subarray(name.from, name.to), from: at + 1, to: 0, cuts: [] };
          part = { from: at + 1, values: 0 };
        }
      } else if (byte === closeArray || byte === closeObject) {
        depth -= 1;
        if (depth !== 1 || list === undefined) continue;
        if (at - part.from > bounds.maxBytesInPart) return 'maxBytesInPart';
        if (list.cuts.length > 0) {
          lists.push({ ...list, to: at });
          outside.bytes -= at - list.from;
        } else outside.values += part.values;
        list = undefined;
        continue;
      } else continue;
      values += 1;
      if (list === undefined) outside.values += 1;
      else part.values += 1;
      if (values > bounds.maxValues) return 'maxValues';
      if (part.values > bounds.maxValuesInPart || outside.values > bounds.maxValuesInPart) return 'maxValuesInPart';
    }
    yield;
  }
  if (outside.bytes > bounds.maxBytesInPart) return 'maxBytesInPart';
  return { text: textOutside(json, lists), fill: (parsed, names) => fill(parsed, names, json, lists) };
}

function textOutside(json: Buffer, lists: readonly List[]): string {
  let text = '';
  let from = 0;
  for (const list of lists) {
    text += json.toString('utf8', from, list.from);
    from = list.to;
  }
  return text + json.toString('utf8', from);
}

function* fill(parsed: unknown, names: ReadonlySet<string>, json: Buffer, lists: readonly List[]): InParts<void> {
  for (const list of lists) {
    const name: unknown = JSON.parse(list.name.toString('utf8'));
    if (typeof name !== 'string' || !names.has(name)) continue;
    const elements = memberOf(parsed, name);
    if (!Array.isArray(elements) || elements.length > 0) throw new SyntaxError('one name has two values');
    let from = list.from;
    for (const to of [...list.cuts, list.to]) {
      const some: unknown[] = JSON.parse(`[${json.toString('utf8', from, to)}]`);
      if (some.length === 0) throw new SyntaxError('there is nothing between two commas');
      for (const one of some) elements.push(one);
      from = to + 1;
      yield;
    }
  }
}

function memberOf(parsed: unknown, name: string): unknown {
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  return Object.getOwnPropertyDescriptor(parsed, name)?.value;
}
