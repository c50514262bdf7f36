/** The accounts of a tenant, found by the three properties that an identity rule may name. */

import { fold } from '../../shared/invisible.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import { type Target, targets } from '../profile/identity-rules.ts';

export class DirectoryIndex {
  readonly #users = new Map<string, DirectoryUser>();
  readonly #byValue: Record<Target, Map<string, string[]>> = {
    userPrincipalName: new Map(),
    mail: new Map(),
    mailNickname: new Map(),
  };

  constructor(users: Iterable<DirectoryUser> = []) {
    for (const user of users) this.add(user);
  }

  /** Adds an account, or replaces it. */
  add(user: DirectoryUser): void {
    this.remove(user.id);
    this.#users.set(user.id, user);
    for (const target of targets) {
      const value = comparable(user, target);
      if (value === undefined) continue;
      const ids = this.#byValue[target].get(value);
      if (ids === undefined) this.#byValue[target].set(value, [user.id]);
      else ids.push(user.id);
    }
  }

  remove(id: string): void {
    const user = this.#users.get(id);
    if (user === undefined) return;
    this.#users.delete(id);
    for (const target of targets) {
      const value = comparable(user, target);
      if (value === undefined) continue;
      const others = this.#byValue[target].get(value)?.filter((other) => other !== id) ?? [];
      if (others.length === 0) this.#byValue[target].delete(value);
      else this.#byValue[target].set(value, others);
    }
  }

  get(id: string): DirectoryUser | undefined {
    return this.#users.get(id);
  }

  /** Object ids of the accounts whose property equals the value, as {@link fold} compares. */
  find(target: Target, value: string): readonly string[] {
    return this.#byValue[target].get(fold(value)) ?? [];
  }
}

function comparable(user: DirectoryUser, target: Target): string | undefined {
  return fold(user[target] ?? '') || undefined;
}
