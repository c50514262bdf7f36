/** Columns of numbers that grow. */

/** The same numbers in an array of another length. */
export function resized(array: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(length);
  copy.set(length < array.length ? array.subarray(0, length) : array);
  return copy;
}

/** A length with room for the changes of some days, for a table that was filled at once. */
export function withSlack(length: number): number {
  return length + (length >>> 6) + 8;
}

/** The length to which an array grows: an eighth more, to waste little, but half as much again while it is small. */
export function grownLength(needed: number): number {
  return needed + (needed >>> (needed > 4096 ? 3 : 1)) + 8;
}
