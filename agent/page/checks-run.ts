/** Runs the checks on request: one run at a time, with each result shown as it comes. */
import type { Clock } from '../../shared/clock.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import type { Check, CheckParts } from '../check/check.ts';

export interface ChecksState {
  running: boolean;
  /** When the last run began, milliseconds since the epoch; undefined before the first. */
  at: number | undefined;
  results: readonly Check[];
}

export type RunChecks = (signal: AbortSignal) => AsyncIterable<Check>;

/** The checks of `hallpass-agent check`, loaded on first use. */
export function checksOf(parts: Omit<CheckParts, 'signal'>): RunChecks {
  return async function* (signal) {
    const { runChecks } = await import('../check/check.ts');
    yield* runChecks({ ...parts, signal });
  };
}

/** The limit for a whole run; each check has its own shorter limit. */
const longestMs = 3 * 60_000;

export class ChecksRun {
  readonly #run: RunChecks;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #stop = new AbortController();
  #state: ChecksState = { running: false, at: undefined, results: [] };

  constructor(run: RunChecks, clock: Clock, changed: () => void) {
    this.#run = run;
    this.#clock = clock;
    this.#changed = changed;
  }

  get state(): ChecksState {
    return this.#state;
  }

  /** Starts a run unless one is in progress. */
  start(): void {
    if (!this.#state.running && !this.#stop.signal.aborted) void this.#perform();
  }

  close(): void {
    this.#stop.abort();
  }

  async #perform(): Promise<void> {
    this.#set({ running: true, at: this.#clock.now(), results: [] });
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(longestMs)]);
    try {
      for await (const check of this.#run(signal)) this.#add(check);
    } catch (error) {
      const { message, action } = toHallpassError(error);
      this.#add({ name: 'checks', status: 'fail', fact: message, action });
    }
    this.#set({ ...this.#state, running: false });
  }

  #add(check: Check): void {
    this.#set({ ...this.#state, results: [...this.#state.results, check] });
  }

  #set(state: ChecksState): void {
    this.#state = state;
    this.#changed();
  }
}
