/** Finds the record of a Microsoft 365 object, according to this tenant's applied state. */
import { classKey, groupKey, type ObjectKey } from '../../model/keys.ts';
import type { KnownObjects } from '../../operations/needs.ts';

/**
 * The applied state maps records to objects. The reverse map is built on demand, and rebuilt when the number of objects
 * changes.
 */
export class Owners {
  readonly #known: KnownObjects;
  #byObject: ReadonlyMap<string, ObjectKey> = new Map();
  #size = -1;

  constructor(known: KnownObjects) {
    this.#known = known;
  }

  /** `students:123`, `class:77`. */
  of(objectId: string): ObjectKey | undefined {
    const { accounts, applied } = this.#known;
    const size = accounts.size + applied.classes.size + applied.groups.size;
    if (size !== this.#size) {
      const classes = [...applied.classes].map(([id, one]) => [one.objectId, classKey(id)] as const);
      const groups = [...applied.groups].map(([id, one]) => [one.objectId, groupKey(id)] as const);
      this.#byObject = new Map<string, ObjectKey>([
        ...classes,
        ...groups,
        ...[...accounts].map(([key, id]) => [id, key] as const),
      ]);
      this.#size = size;
    }
    return this.#byObject.get(objectId);
  }
}
