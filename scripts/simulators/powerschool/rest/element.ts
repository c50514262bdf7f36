/**
 * What `/ws/v1` answers, as the XML document that it really is. JSON is derived from it mechanically (to-json.ts),
 * which is where all its oddities come from.
 */
import type { SQLOutputValue } from 'node:sqlite';

export interface Element {
  name: string;
  attributes?: Record<string, string>;
  content: string | Element[];
  /** Text that stays text in JSON even if it looks like a number: values of extension fields. */
  verbatim?: true;
}

/** An element with its children; without any it is empty, not omitted. */
export function node(name: string, ...children: Element[][]): Element {
  return { name, content: children.flat() };
}

/** An element with text, or none at all: an unset value is omitted. */
export function leaf(name: string, value: SQLOutputValue | boolean | undefined): Element[] {
  return value === null || value === undefined || value === '' ? [] : [{ name, content: String(value) }];
}

/** An element with its children, or none at all without children. */
export function nodeIfAny(name: string, ...children: Element[][]): Element[] {
  const element = node(name, ...children);
  return element.content.length === 0 ? [] : [element];
}
