/** JSON as the simulator keeps and sends it. */
export type Json = string | number | boolean | null | Json[] | Bag;

/** A property bag: what a directory object is, and what a request or an answer carries. */
export interface Bag {
  [name: string]: Json;
}

export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text kept under a name, or undefined for anything else. */
export function textOf(bag: Bag, name: string): string | undefined {
  const value = bag[name];
  return typeof value === 'string' ? value : undefined;
}
