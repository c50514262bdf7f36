/** Values written where nothing was written before, usually because the profile was changed to write more. */
import type { AppliedObject } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';

/** Names of the added values; undefined when a written value is replaced. Nested objects count by their contents. */
export function addedNames(before: Body, after: Body): string[] | undefined {
  const added: string[] = [];
  for (const [name, value] of Object.entries(after)) {
    const there = before[name];
    if (there === undefined) added.push(...leavesOf(name, value));
    else if (isBody(there) && isBody(value)) {
      const inside = addedNames(there, value);
      if (inside === undefined) return undefined;
      added.push(...inside);
    } else if (there !== value) return undefined;
  }
  return added;
}

/**
 * Distinguishes a property that is new in the profile from one that someone has filled in in PowerSchool: the first is
 * not yet written to almost any object.
 */
export class WrittenNames {
  readonly #objects: ReadonlyMap<string, AppliedObject>;
  #counts: Map<string, number> | undefined;

  constructor(objects: ReadonlyMap<string, AppliedObject>) {
    this.#objects = objects;
  }

  /** The reason of an update that only adds values, if the profile is the reason. */
  reasonFor(before: Body, after: Body): string | undefined {
    const added = addedNames(before, after);
    if (added === undefined || added.length === 0) return undefined;
    const counts = this.#counts ?? this.#count();
    if (added.some((name) => (counts.get(name) ?? 0) * 2 > this.#objects.size)) return undefined;
    return `the profile now writes ${added.sort().join(', ')}, which it did not before`;
  }

  #count(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { body } of this.#objects.values()) {
      for (const name of Object.entries(body).flatMap(([key, value]) => leavesOf(key, value))) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    this.#counts = counts;
    return counts;
  }
}

function leavesOf(name: string, value: Body[string]): string[] {
  return isBody(value) ? Object.entries(value).flatMap(([key, inner]) => leavesOf(key, inner)) : [name];
}

function isBody(value: Body[string] | undefined): value is Body {
  return typeof value === 'object' && value !== null;
}
