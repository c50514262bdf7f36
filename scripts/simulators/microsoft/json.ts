/** JSON as the simulator stores and sends it. */
export type Json = string | number | boolean | null | Json[] | Bag;

/** A property bag: the content of a directory object, and of a request or an answer. */
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
