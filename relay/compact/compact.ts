/** Containers of a district's state, without an object for each entry. */
export interface Compact {
  /** Bytes in use; an interner shared with others is not counted. */
  readonly bytes: number;
  /** Releases memory left over from growing and changes: call it after inserting a lot. */
  trim(): void;
}

export function bytesOf(containers: Iterable<Compact>): number {
  let sum = 0;
  for (const { bytes } of containers) sum += bytes;
  return sum;
}
