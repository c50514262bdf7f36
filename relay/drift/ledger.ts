/** Known differences between Microsoft 365 and Hallpass's work there. Only differences: agreement needs no record. */
import type { Membership } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import { asSectionId, classKey, type ObjectKey, type SectionId } from '../model/keys.ts';
import { type AccountKey, asMemberKey, type MemberKey } from '../model/person-key.ts';

/**
 * `missing`, `foreign`: a member or owner, or a person or class in a school. `changed`: a value. `deleted`: a class or
 * a school.
 */
export type DriftKind = 'missing' | 'foreign' | 'changed' | 'deleted';

export type Value = Body[string];

export interface Difference {
  kind: DriftKind;
  /** `class:77`, `school:1`, `group:teachers`, `students:123`. */
  object: ObjectKey;
  /** `member:students:123`, `owner:account:OBJECT-ID`, `schoolUser:students:123`, `groupMember:students:123`, `schoolClass:77` (`schoolClass:object:OBJECT-ID`); the name of a property; the object id of what was deleted. */
  item: string;
  /** For a property: what Hallpass wrote, and what is there instead. */
  ours?: Value;
  theirs?: Value;
}

/**
 * `open`: it differs. `repairing`: the applied state was corrected to the actual state, so that the plan restores the
 * intended one. `repaired`: that was done; kept for a while, to notice if someone undoes it again.
 */
export type DriftState = 'open' | 'repairing' | 'repaired';

/**
 * The last comparison's verdict. `waiting`: not certain, or too early: written to a moment ago, or the profile does not
 * write. `kept`: as the profile says. `contended`: repaired before, and undone each time.
 */
export type Verdict = 'waiting' | 'kept' | 'reported' | 'contended' | 'repaired';

export interface Drift extends Difference {
  state: DriftState;
  verdict: Verdict;
  /** How often it has been repaired. */
  repairs: number;
  /** ISO 8601. */
  firstAt: string;
  lastAt: string;
}

/** The differences as they change; returns in the end what has to be stored. */
export class DriftLedger {
  readonly #drifts: Map<string, Drift>;
  readonly #dirty = new Map<string, Difference>();
  readonly #now: string;

  /** @param now ISO 8601 */
  constructor(known: Iterable<Drift>, now: string) {
    this.#drifts = new Map([...known].map((drift) => [driftKey(drift), drift]));
    this.#now = now;
  }

  values(): MapIterator<Drift> {
    return this.#drifts.values();
  }

  has(difference: Pick<Difference, 'kind' | 'object' | 'item'>): boolean {
    return this.#drifts.has(driftKey(difference));
  }

  /** Records that it differs (again). */
  differs(difference: Difference): void {
    const before = this.#drifts.get(driftKey(difference));
    const fresh = { repairs: 0, firstAt: this.#now, verdict: 'waiting' } as const;
    this.#put({ ...fresh, ...before, ...difference, state: 'open', lastAt: this.#now });
  }

  /**
   * Records that it does not differ: an open difference is over. One under repair stays, to be noticed if it comes
   * back.
   */
  agrees(difference: Pick<Difference, 'kind' | 'object' | 'item'>): void {
    const key = driftKey(difference);
    if (this.#drifts.get(key)?.state === 'open') this.#remove(key);
  }

  /** Has no effect once it is over. */
  set(drift: Drift, change: Partial<Pick<Drift, 'state' | 'verdict' | 'repairs' | 'lastAt'>>): void {
    if (!this.#drifts.has(driftKey(drift))) return;
    const names = Object.keys(change) as (keyof typeof change)[];
    if (names.some((name) => drift[name] !== change[name])) this.#put({ ...drift, ...change });
  }

  forget(drift: Difference): void {
    this.#remove(driftKey(drift));
  }

  /** What has changed since creation: rows to write, and rows to delete. */
  changes(): { written: Drift[]; gone: Difference[] } {
    const [written, gone]: [Drift[], Difference[]] = [[], []];
    for (const [key, difference] of this.#dirty) {
      const drift = this.#drifts.get(key);
      if (drift === undefined) gone.push(difference);
      else written.push(drift);
    }
    return { written, gone };
  }

  #put(drift: Drift): void {
    const key = driftKey(drift);
    this.#drifts.set(key, drift);
    this.#dirty.set(key, drift);
  }

  #remove(key: string): void {
    const drift = this.#drifts.get(key);
    if (drift === undefined) return;
    this.#drifts.delete(key);
    this.#dirty.set(key, drift);
  }
}

export function driftKey({ kind, object, item }: Pick<Difference, 'kind' | 'object' | 'item'>): string {
  return `${kind}|${object}|${item}`;
}

/** Whether it is about a membership in a class or a school, and not about an object. */
export function isOfMembership({ kind }: Pick<Difference, 'kind'>): boolean {
  return kind === 'missing' || kind === 'foreign';
}

export type MembershipParts =
  | { relation: Exclude<Membership, 'schoolClass'>; target: MemberKey }
  | { relation: 'schoolClass'; target: SectionId };

/**
 * The two parts of a membership's item. `target` is a person key or an account key; for `schoolClass`, a section id, or
 * `object:OBJECT-ID` for a class without a section.
 *
 * @throws TypeError for any other item
 */
export function membershipOf(item: string): MembershipParts {
  const at = item.indexOf(':');
  const [relation, target] = [item.slice(0, at), item.slice(at + 1)];
  switch (relation) {
    case 'schoolClass':
      return { relation, target: asSectionId(target) };
    case 'member':
    case 'owner':
    case 'schoolUser':
    case 'groupMember':
      return { relation, target: asMemberKey(target) };
    default:
      throw new TypeError(`"${item}" does not name a member of a class or a school`);
  }
}

/** The item of a membership. @throws TypeError for any other text */
export function asMembershipItem(text: string): string {
  membershipOf(text);
  return text;
}

/** The target of a membership: `students:123`, `account:OBJECT-ID`, `class:77`. */
export function targetObject(item: string): ObjectKey | AccountKey {
  const { relation, target } = membershipOf(item);
  return relation === 'schoolClass' ? classKey(target) : target;
}
