/** Values that are written where nothing was written before: mostly because the profile was told to write more. */
import type { AppliedObject } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';

/** Names of the values that come in addition; undefined when a value that was written is replaced. Objects within count by what is in them. */
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
 * Tells a property that the profile has new from one that PowerSchool has filled in for somebody: the first is written to
 * hardly any object yet.
 */
export class WrittenNames {
  readonly #objects: ReadonlyMap<string, AppliedObject>;
  #counts: Map<string, number> | undefined;

  constructor(objects: ReadonlyMap<string, AppliedObject>) {
    this.#objects = objects;
  }

  /** The reason of an update that adds values alone, where the profile is the reason. */
  reasonFor(before: Body, after: Body): string | undefined {
    const added = addedNames(before, after);
    if (added === undefined || added.length === 0) return undefined;
    const counts = this.#counts ?? this.#count();
    if (added.some((name) => (counts.get(name) ?? 0) * 2 > this.#objects.size)) return undefined;
    return `the profile has ${added.sort().join(', ')} written, which it had not before`;
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
