/** Logarithmic axes: whole powers of ten, and where a value lies between them. Pure. */

export interface Scale {
  /** Exponents of the ends. */
  from: number;
  to: number;
  at(value: number): number;
}

/**
 * @param values above 0
 * @param start where the lowest power of ten lies, in pixels; `end` where the highest does
 */
export function logScale(values: readonly number[], start: number, end: number): Scale {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return { from, to, at: (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start) };
}

/** The powers of ten of an axis. */
export function ticksOf({ from, to }: Scale): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
}

/** 10,000; 0.01. */
export function tickText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 });
}

/**
 * Moves labels apart that would lie on one another, as little as possible, in their order.
 *
 * @param wanted their heights
 * @returns heights at least `gap` apart, within `top` and `bottom` if there is room
 */
export function apart(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y || a.index - b.index);
  let floor = top;
  for (const label of order) {
    label.y = Math.max(label.y, floor);
    floor = label.y + gap;
  }
  let ceiling = bottom;
  for (const label of order.toReversed()) {
    label.y = Math.min(label.y, ceiling);
    ceiling = label.y - gap;
  }
  return order.toSorted((a, b) => a.index - b.index).map(({ y }) => y);
}
