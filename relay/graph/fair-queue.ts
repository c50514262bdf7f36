/**
 * Who is next where several tenants wait for one limit: deficit round robin (Shreedhar and Varghese, 1996). Each round gives every
 * tenant the same amount, however many requests it has waiting, so that a small one waits for one round and not for a backlog. What
 * is urgent has a round of its own, which goes first, up to half of the amount while others wait.
 */

/** What a tenant may take in a round: as many writes as are asked for at once (sync/apply/admission.ts). */
export const quantum = 5;

export interface Asking {
  /** Whose it is: those of one tenant are served in order of arrival. */
  tenant: object;
  /** What it takes of the limit, more than 0. */
  amount: number;
  /** It does not wait for the loads of other tenants. */
  isUrgent: boolean;
}

interface Flow<T> {
  waiting: T[];
  /** What it may still take in this round. */
  deficit: number;
}

class Rounds<T extends Asking> {
  /** In the order in which they are served. */
  readonly #flows = new Map<object, Flow<T>>();

  push(one: T): void {
    const flow = this.#flows.get(one.tenant);
    if (flow === undefined) this.#flows.set(one.tenant, { waiting: [one], deficit: quantum });
    else flow.waiting.push(one);
  }

  /** The next one, which stays. */
  peek(): T | undefined {
    for (;;) {
      const [first] = this.#flows;
      if (first === undefined) return undefined;
      const [tenant, flow] = first;
      const [next] = flow.waiting;
      if (next !== undefined && next.amount <= flow.deficit) return next;
      this.#flows.delete(tenant);
      if (next !== undefined) this.#flows.set(tenant, { ...flow, deficit: flow.deficit + quantum });
    }
  }

  /** The one that {@link peek} returned is served. */
  serve({ tenant, amount }: T): void {
    const flow = this.#flows.get(tenant);
    if (flow === undefined) return;
    flow.waiting.shift();
    flow.deficit -= amount;
    if (flow.waiting.length === 0) this.#flows.delete(tenant);
  }

  remove(one: T): void {
    const flow = this.#flows.get(one.tenant);
    const at = flow?.waiting.indexOf(one) ?? -1;
    if (at < 0) return;
    flow?.waiting.splice(at, 1);
    if (flow?.waiting.length === 0) this.#flows.delete(one.tenant);
  }
}

export class FairQueue<T extends Asking> {
  readonly #urgent = new Rounds<T>();
  readonly #others = new Rounds<T>();
  /** How much more of what is urgent was served while both waited. */
  #ahead = 0;

  push(one: T): void {
    this.#roundsOf(one).push(one);
  }

  /** The next one, which stays until it is taken; another one may come before it meanwhile. */
  peek(): T | undefined {
    return this.#choose().next;
  }

  /** Takes out the one that {@link peek} returns. */
  shift(): T | undefined {
    const { next, areBoth } = this.#choose();
    if (next === undefined) return undefined;
    this.#roundsOf(next).serve(next);
    if (!areBoth) this.#ahead = 0;
    else this.#ahead += next.isUrgent ? next.amount : -next.amount;
    return next;
  }

  /** It waits no longer. */
  remove(one: T): void {
    this.#roundsOf(one).remove(one);
  }

  #choose(): { next: T | undefined; areBoth: boolean } {
    const [urgent, other] = [this.#urgent.peek(), this.#others.peek()];
    if (urgent === undefined || other === undefined) return { next: urgent ?? other, areBoth: false };
    return { next: this.#ahead <= 0 ? urgent : other, areBoth: true };
  }

  #roundsOf({ isUrgent }: T): Rounds<T> {
    return isUrgent ? this.#urgent : this.#others;
  }
}
