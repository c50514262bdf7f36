/** The accounts of a tenant, found by the three properties that an identity rule may name. */

export interface DirectoryUser {
  id: string;
  userPrincipalName: string;
  mail: string | null;
  mailNickname: string | null;
}

const targets = ['userPrincipalName', 'mail', 'mailNickname'] as const;
type Target = (typeof targets)[number];

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

  /** Object ids of the accounts whose property equals the value, ignoring case. */
  find(target: Target, value: string): readonly string[] {
    return this.#byValue[target].get(value.toLowerCase()) ?? [];
  }
}

function comparable(user: DirectoryUser, target: Target): string | undefined {
  return user[target]?.toLowerCase() || undefined;
}
