/** The runs whose operations are carried out together, by their group in the schedule. */
import type { RunAccount } from './task.ts';

export class OpenRuns {
  /** By group. */
  readonly #runs: RunAccount[] = [];
  /** Runs that are over or failed. */
  readonly #ended = new Set<RunAccount>();
  readonly #open: (group: number) => number;

  /** @param open the number of unsettled operations of a group */
  constructor(open: (group: number) => number) {
    this.#open = open;
  }

  get all(): readonly RunAccount[] {
    return this.#runs;
  }

  groupOf(run: RunAccount): number {
    const known = this.#runs.indexOf(run);
    return known === -1 ? this.#runs.push(run) - 1 : known;
  }

  of(group: number): RunAccount | undefined {
    return this.#runs[group];
  }

  isEnded(run: RunAccount): boolean {
    return this.#ended.has(run);
  }

  /** @returns false if it had ended before */
  end(run: RunAccount): boolean {
    if (this.#ended.has(run)) return false;
    this.#ended.add(run);
    return true;
  }

  /** Ends the runs without open operations, one after the other. */
  *takeSettled(): Iterable<RunAccount> {
    for (const [group, run] of this.#runs.entries()) if (this.#open(group) === 0 && this.end(run)) yield run;
  }
}
