/**
 * User names that Hallpass has assigned, and to whom. A former name is never given to another person, even after the
 * account is gone: mail, files and grants would reach the wrong one.
 */

import { fold } from '../../shared/invisible.ts';
import { grownLength, resized } from '../compact/arrays.ts';
import { bytesOf, type Compact } from '../compact/compact.ts';
import { Interner } from '../compact/interner.ts';
import { RowLists } from '../compact/row-lists.ts';
import type { PersonKey } from '../model/person-key.ts';

export class NameHistory implements Compact {
  readonly #ids: Interner;
  /** Every name once; its number is its row. */
  readonly #names = new Interner();
  /** By name, the number of the person who has it. */
  #holders = new Uint32Array(0);
  readonly #byPerson = new RowLists();

  /**
   * @param given userPrincipalNames and person keys, in the order of assignment
   * @param ids shared with other tables of the tenant
   */
  constructor(
    given: Iterable<readonly [userPrincipalName: string, personKey: PersonKey]> = [],
    ids: Interner = new Interner(),
  ) {
    this.#ids = ids;
    for (const [name, person] of given) this.add(name, person);
  }

  get bytes(): number {
    return bytesOf([this.#names, this.#byPerson]) + this.#holders.byteLength;
  }

  /** The first holder of a name keeps it. */
  add(userPrincipalName: string, person: PersonKey): void {
    const row = this.#names.size;
    if (this.#names.add(fold(userPrincipalName)) !== row) return;
    if (row >= this.#holders.length) this.#holders = resized(this.#holders, grownLength(row));
    this.#give(row, this.#ids.add(person));
  }

  /** Moves one record's names to another: both are one person. */
  handOver(from: PersonKey, to: PersonKey): void {
    const [before, after] = [this.#ids.find(from), this.#ids.add(to)];
    const rows = [...this.#byPerson.rows(before), ...this.#byPerson.rows(after)];
    for (const row of rows) this.#byPerson.remove(this.#holders[row] ?? 0, row);
    for (const row of rows) this.#give(row, after);
  }

  /** The key of the person who first got the name. */
  holderOf(userPrincipalName: string): string | undefined {
    const row = this.#names.find(fold(userPrincipalName));
    return row === -1 ? undefined : this.#ids.textOf(this.#holders[row] ?? 0);
  }

  /** In lower case, oldest first. */
  namesOf(person: PersonKey): readonly string[] {
    return [...this.#byPerson.rows(this.#ids.find(person))].map((row) => this.#names.textOf(row));
  }

  trim(): void {
    this.#names.trim();
    this.#holders = resized(this.#holders, this.#names.size);
    this.#byPerson.fit(this.#names.size);
    this.#byPerson.trim();
  }

  #give(row: number, person: number): void {
    this.#holders[row] = person;
    this.#byPerson.append(person, row, this.#holders.length);
  }
}
