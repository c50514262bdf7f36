/**
 * A district's exempt accounts, as the directory has them now: whether one is exempt is asked of every operation, so they are looked up
 * once for each account and not for each question.
 */
import type { DirectoryUser } from '../model/directory-user.ts';
import type { ExemptAccount } from '../model/exempt.ts';
import { listLookup } from './account-list.ts';

export class ExemptAccounts {
  /** As people entered them. */
  readonly list: readonly ExemptAccount[];
  readonly #lookup: (user: Pick<DirectoryUser, 'id' | 'userPrincipalName'>) => string | undefined;
  /** Object ids, each with its entry. */
  readonly #found = new Map<string, ExemptAccount>();
  readonly #byEntry: ReadonlyMap<string, ExemptAccount>;

  constructor(list: readonly ExemptAccount[] = []) {
    this.list = list;
    this.#byEntry = new Map(list.map((one) => [one.account, one]));
    this.#lookup = listLookup([...this.#byEntry.keys()]);
    // An id counts whether or not the directory was read.
    for (const one of list) if (!/[*@]/.test(one.account)) this.#found.set(one.account, one);
  }

  /** The account as it is now: one that was renamed may be exempt from now on, or no longer. */
  note(user: Pick<DirectoryUser, 'id' | 'userPrincipalName'>): void {
    if (this.list.length === 0) return;
    const entry = this.#byEntry.get(this.#lookup(user) ?? '');
    if (entry === undefined) this.#found.delete(user.id);
    else this.#found.set(user.id, entry);
  }

  /** Why the account is exempt; undefined if it is not. */
  reasonFor(objectId: string): string | undefined {
    return this.#found.get(objectId)?.reason;
  }

  has(objectId: string): boolean {
    return this.#found.has(objectId);
  }

  get isEmpty(): boolean {
    return this.#found.size === 0;
  }

  /** Object ids of those that are known to exist, or named by id. */
  get ids(): Iterable<string> {
    return this.#found.keys();
  }
}
