/**
 * Whether JSON may be parsed at all. A few hundred bytes of gzip can hold millions of values or brackets a million deep,
 * which cost the parser seconds and hundreds of megabytes; counting them in the bytes costs a millisecond a megabyte.
 */

export interface JsonBounds {
  /** Arrays and objects within one another. */
  maxDepth: number;
  /** Values, counted by brackets and commas outside of strings. */
  maxValues: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** What is too much, or undefined. Reads no further than to the byte that goes beyond. Whether it is JSON is not asked. */
export function beyondBounds(json: Uint8Array, { maxDepth, maxValues }: JsonBounds): 'depth' | 'values' | undefined {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
      continue;
    }
    if (byte === quote) inString = true;
    else if (byte === comma) values += 1;
    else if (byte === openArray || byte === openObject) {
      values += 1;
      depth += 1;
    } else if (byte === closeArray || byte === closeObject) depth -= 1;
    else continue;
    if (depth > maxDepth) return 'depth';
    if (values > maxValues) return 'values';
  }
  return undefined;
}
