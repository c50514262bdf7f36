/**
 * Faults on request: what Graph does on a bad day, queued through the control API and consumed by matching requests.
 */
import type { FaultOrder } from './fault-order.ts';

interface Queued extends FaultOrder {
  id: number;
  pattern: RegExp | undefined;
  left: number;
  toSkip: number;
}

const maxQueued = 1000;

export class Faults {
  #queue: Queued[] = [];
  #ids = 0;

  /** @throws SyntaxError for an invalid pattern, RangeError when too many faults are waiting */
  add(order: FaultOrder): number {
    if (this.#queue.length >= maxQueued) throw new RangeError(`At most ${maxQueued} faults can wait.`);
    const pattern = order.match.path === undefined ? undefined : new RegExp(order.match.path);
    const left = order.times === 'always' ? Number.POSITIVE_INFINITY : order.times;
    this.#queue.push({ ...order, id: ++this.#ids, pattern, left, toSkip: order.skip });
    return this.#ids;
  }

  /** @returns whether it was waiting */
  remove(id: number): boolean {
    const before = this.#queue.length;
    this.#queue = this.#queue.filter((fault) => fault.id !== id);
    return this.#queue.length < before;
  }

  clear(): void {
    this.#queue = [];
  }

  waiting(): { id: number; kind: string; left: number | 'always' }[] {
    return this.#queue.map(({ id, kind, left }) => ({ id, kind, left: Number.isFinite(left) ? left : 'always' }));
  }

  /** The fault for this request, if any; each call consumes one. */
  take(method: string, path: string): FaultOrder | undefined {
    return this.#queue.length === 0 ? undefined : this.#first(this.#queue, method, path);
  }

  /** The fault for a batch as a whole: only one that names it, so that others reach the inner requests. */
  takeForBatch(): FaultOrder | undefined {
    const naming = this.#queue.filter((fault) => fault.match.path?.includes('batch') === true);
    return this.#first(naming, 'POST', '/$batch');
  }

  #first(queue: readonly Queued[], method: string, path: string): FaultOrder | undefined {
    for (const fault of queue) {
      if (fault.match.method !== undefined && fault.match.method !== method) continue;
      if (fault.pattern !== undefined && !fault.pattern.test(path)) continue;
      if (fault.toSkip > 0) {
        fault.toSkip -= 1;
        continue;
      }
      fault.left -= 1;
      if (fault.left === 0) this.#queue = this.#queue.filter((other) => other !== fault);
      return fault;
    }
    return undefined;
  }
}
