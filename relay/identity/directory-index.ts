/** A tenant's accounts, packed, with look-up by the three properties that an identity rule may name. */

import { fold } from '../../shared/invisible.ts';
import { bytesOf, type Compact } from '../compact/compact.ts';
import { Interner } from '../compact/interner.ts';
import { PackedMap } from '../compact/packed-map.ts';
import { TextIndex } from '../compact/text-index.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import { type Target, targets } from '../profile/identity-rules.ts';

export class DirectoryIndex implements Compact {
  readonly #ids: Interner;
  readonly #users: PackedMap<string, DirectoryUser>;
  readonly #byValue: Record<Target, TextIndex> = {
    userPrincipalName: new TextIndex(),
    mail: new TextIndex(),
    mailNickname: new TextIndex(),
  };

  /** @param ids shared with other tables of the tenant */
  constructor(users: Iterable<DirectoryUser> = [], ids: Interner = new Interner()) {
    this.#ids = ids;
    this.#users = new PackedMap(ids);
    for (const user of users) this.add(user);
  }

  get bytes(): number {
    return bytesOf(this.tables);
  }

  /** Adds or replaces an account. */
  add(user: DirectoryUser): void {
    this.remove(user.id);
    this.#users.set(user.id, user);
    for (const target of targets) {
      const value = comparable(user, target);
      if (value !== undefined) this.#byValue[target].add(value, this.#ids.add(user.id));
    }
  }

  remove(id: string): void {
    const user = this.#users.get(id);
    if (user === undefined) return;
    for (const target of targets) {
      const value = comparable(user, target);
      if (value !== undefined) this.#byValue[target].remove(value, this.#ids.find(id));
    }
    this.#users.delete(id);
  }

  get(id: string): DirectoryUser | undefined {
    return this.#users.get(id);
  }

  /**
   * Object ids of the accounts whose property equals the value, as {@link fold} compares, in the order in which they
   * were added.
   */
  find(target: Target, value: string): readonly string[] {
    const wanted = fold(value);
    if (wanted === '') return [];
    const found: string[] = [];
    for (const number of this.#byValue[target].candidates(wanted)) {
      const id = this.#ids.textOf(number);
      const user = this.#users.get(id);
      if (user !== undefined && comparable(user, target) === wanted) found.push(id);
    }
    return found.length < 2 ? found : found.sort((a, b) => this.#users.placeOf(a) - this.#users.placeOf(b));
  }

  trim(): void {
    for (const table of this.tables) table.trim();
  }

  /** Its packed parts. */
  get tables(): Compact[] {
    return [this.#users, ...Object.values(this.#byValue)];
  }
}

function comparable(user: DirectoryUser, target: Target): string | undefined {
  return fold(user[target] ?? '') || undefined;
}
