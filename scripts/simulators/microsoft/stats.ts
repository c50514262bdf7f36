/** Counts for the demo's report and for tests: what the simulator was asked, and what it refused. */

export class Stats {
  /** HTTP requests to Graph; a batch is one. */
  requests = 0;
  /** Requests inside batches. */
  innerRequests = 0;
  reads = 0;
  writes = 0;
  throttled = 0;
  tokens = 0;
  readonly byPath = new Map<string, number>();
  readonly byStatus = new Map<number, number>();

  /** @param name `POST /users`: method and route template, so that the list stays short. */
  countOne(name: string, write: boolean, status: number): void {
    if (write) this.writes += 1;
    else this.reads += 1;
    if (status === 429) this.throttled += 1;
    this.byPath.set(name, (this.byPath.get(name) ?? 0) + 1);
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
  }

  reset(): void {
    this.requests = this.innerRequests = this.reads = this.writes = this.throttled = this.tokens = 0;
    this.byPath.clear();
    this.byStatus.clear();
  }

  toJSON(): Record<string, unknown> {
    const { requests, innerRequests, reads, writes, throttled, tokens } = this;
    const sorted = [...this.byPath].sort(([left], [right]) => (left < right ? -1 : 1));
    return {
      requests,
      innerRequests,
      reads,
      writes,
      throttled,
      tokens,
      byPath: Object.fromEntries(sorted),
      byStatus: Object.fromEntries(this.byStatus),
    };
  }
}
