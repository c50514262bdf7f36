/**
 * User names that Hallpass has given, and to whom. A name that was somebody's is not given to another person even after
 * the account is gone: mail, files and grants would find the wrong one.
 */

import { fold } from '../../shared/invisible.ts';
import type { PersonKey } from '../model/person-key.ts';

export class NameHistory {
  readonly #holders = new Map<string, PersonKey>();
  readonly #namesOf = new Map<PersonKey, string[]>();

  /** @param given userPrincipalNames and person keys, in the order in which they were given */
  constructor(given: Iterable<readonly [userPrincipalName: string, personKey: PersonKey]> = []) {
    for (const [name, person] of given) this.add(name, person);
  }

  /** The first holder of a name keeps it. */
  add(userPrincipalName: string, person: PersonKey): void {
    const name = fold(userPrincipalName);
    if (this.#holders.has(name)) return;
    this.#holders.set(name, person);
    const names = this.#namesOf.get(person);
    if (names === undefined) this.#namesOf.set(person, [name]);
    else names.push(name);
  }

  /** The names of one record are another's from now on: both are one person. */
  handOver(from: PersonKey, to: PersonKey): void {
    const names = this.#namesOf.get(from) ?? [];
    this.#namesOf.delete(from);
    for (const name of names) this.#holders.set(name, to);
    this.#namesOf.set(to, [...names, ...(this.#namesOf.get(to) ?? [])]);
  }

  /** The person key of whoever got the name first. */
  holderOf(userPrincipalName: string): string | undefined {
    return this.#holders.get(fold(userPrincipalName));
  }

  /** In lower case, oldest first. */
  namesOf(person: PersonKey): readonly string[] {
    return this.#namesOf.get(person) ?? [];
  }
}
