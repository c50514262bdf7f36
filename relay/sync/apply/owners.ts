/** Which record has an object of Microsoft 365, as far as this tenant's applied state knows. */
import { classKey, type ObjectKey } from '../../model/keys.ts';
import type { KnownObjects } from '../../operations/needs.ts';

/** The applied state has objects by record: the reverse is made when somebody asks, and again when there are more or fewer of them. */
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
    const size = accounts.size + applied.classes.size;
    if (size !== this.#size) {
      const classes = [...applied.classes].map(([id, one]) => [one.objectId, classKey(id)] as const);
      this.#byObject = new Map<string, ObjectKey>([
        ...classes,
        ...[...accounts].map(([key, id]) => [id, key] as const),
      ]);
      this.#size = size;
    }
    return this.#byObject.get(objectId);
  }
}
