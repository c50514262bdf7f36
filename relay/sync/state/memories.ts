/** What is known of the tenants that ran last. */

/**
 * Two districts of 100,000 students and all small ones: one takes some 90 MB, and one of 2,000 two (`npm run bench -- memory`).
 */
const mostBytes = 256 << 20;

/**
 * Taken out for a run and put back only when it ends well, so a failure makes the next run read everything again. Where more is kept than
 * there is room for, the tenants that ran longest ago are forgotten: that costs reading them again.
 */
export class Memories<Memory extends { readonly bytes: number }> {
  readonly #known = new Map<string, Memory>();
  readonly #room: number;

  /** @param room for all of them, bytes; the one that was put back last is kept whatever it takes */
  constructor(room = mostBytes) {
    this.#room = room;
  }

  take(tenantId: string): Memory | undefined {
    const memory = this.#known.get(tenantId);
    this.#known.delete(tenantId);
    return memory;
  }

  keep(tenantId: string, memory: Memory): void {
    this.#known.set(tenantId, memory);
    let bytes = 0;
    for (const [id, other] of [...this.#known].reverse()) {
      bytes += other.bytes;
      if (bytes > this.#room && id !== tenantId) this.#known.delete(id);
    }
  }
}
