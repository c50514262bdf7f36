/**
 * Changes to the members and owners of groups, for deltas and for reads that lag. Nothing is kept as long as nobody can
 * ask for it: a first delta reads the current state, and only later ones need the history.
 */
import type { Clock } from '../../../../shared/clock.ts';
import type { Random } from '../random.ts';
import type { Group, User } from './entities.ts';

export type Relation = 'members' | 'owners';

export interface LinkChange {
  relation: Relation;
  user: User;
  added: boolean;
  /** Sequence number of the groups' table. */
  seq: number;
  /** When a reader may first see it, in milliseconds since the epoch; 0 for at once. */
  visibleAt: number;
}

export class LinkLog {
  /** True from the first delta that asks for members or owners. */
  followed = false;
  readonly #changes = new WeakMap<Group, LinkChange[]>();
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** @param lag 0 for an administrator's edit, which is visible at once */
  note(group: Group, change: Pick<LinkChange, 'relation' | 'user' | 'added' | 'seq'>, lag: number): void {
    if (!this.followed && lag === 0) return;
    const visibleAt = lag === 0 ? 0 : this.#clock.now() + this.#random.next() * lag;
    const known = this.#changes.get(group);
    if (known === undefined) this.#changes.set(group, [{ ...change, visibleAt }]);
    else known.push({ ...change, visibleAt });
  }

  /** The latest change of each link after a sequence number, in the order of their first changes. */
  after(group: Group, relation: Relation, seq: number): LinkChange[] {
    const latest = new Map<User, LinkChange>();
    for (const change of this.#changes.get(group) ?? []) {
      if (change.relation === relation && change.seq > seq) latest.set(change.user, change);
    }
    return [...latest.values()];
  }

  /** Members or owners as a reader sees them now: without those just added, and with those just removed. */
  seen(group: Group, relation: Relation): Set<User> {
    const there = new Set(group[relation]);
    for (const change of this.after(group, relation, 0)) {
      if (this.isVisible(change)) continue;
      if (change.added) there.delete(change.user);
      else if (change.user.removed === undefined) there.add(change.user);
    }
    return there;
  }

  isVisible({ visibleAt }: LinkChange): boolean {
    return visibleAt === 0 || visibleAt <= this.#clock.now();
  }
}
