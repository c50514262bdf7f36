/** Containers of a district's state, without an object for each entry. */
export interface Compact {
  /** Bytes kept; those of the interner that it shares with others are not counted. */
  readonly bytes: number;
  /** Gives back what growing and changes have left over: after much was put in at once. */
  trim(): void;
}

export function bytesOf(containers: Iterable<Compact>): number {
  let sum = 0;
  for (const { bytes } of containers) sum += bytes;
  return sum;
}
