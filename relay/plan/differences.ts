/** What differs between an object as it was written and as it should be. Pure. */
import type { Body } from '../model/body.ts';

/**
 * The properties that differ, with old and new values; undefined when none does. A property that is no longer desired
 * is left as it is, like everything that disappears from PowerSchool. Nested objects are sent whole, and only if
 * something desired in them differs: Graph keeps the rest of them in any case.
 */
export function changedProperties(before: Body, after: Body): { before: Body; body: Body } | undefined {
  const names = Object.keys(after).filter((name) => !holds(before[name], after[name]));
  if (names.length === 0) return undefined;
  const pick = (body: Body) =>
    Object.fromEntries(names.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]]))) as Body;
  return { before: pick(before), body: pick(after) };
}

/** Whether the present value contains everything desired. */
function holds(there: Body[string] | undefined, desired: Body[string] | undefined): boolean {
  if (!isBody(there) || !isBody(desired)) return there === desired;
  return Object.keys(desired).every((name) => holds(there[name], desired[name]));
}

export function isBody(value: Body[string] | undefined): value is Body {
  return typeof value === 'object' && value !== null;
}
