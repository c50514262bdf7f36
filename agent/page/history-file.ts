/** The plot's data on disk, so that it survives a restart. Losing the file costs only the plot. */
import { Low } from 'lowdb';
import type { Clock } from '../../shared/clock.ts';
import { DurableFile } from '../../shared/durable-file.ts';
import { type History, historySchema, noHistory } from './history.ts';

/** Writing 60 KB with fsync every minute would be wasteful; a power failure costs five minutes of the plot. */
const saveEveryMs = 5 * 60_000;

export class HistoryFile {
  readonly #db: Low<History>;
  readonly #clock: Clock;
  #savedAt: number;

  constructor(path: string, clock: Clock) {
    this.#db = new Low(new DurableFile(path, historySchema, { backup: false }), noHistory);
    this.#clock = clock;
    this.#savedAt = clock.now();
  }

  /** A missing or broken file counts as an empty history. */
  async load(): Promise<History> {
    this.#db.data = noHistory;
    await this.#db.read().catch(() => undefined);
    return this.#db.data;
  }

  /** Writes a changed history if the last write was long enough ago. A full disk does not stop the work. */
  async keep(history: History): Promise<void> {
    if (this.#clock.now() - this.#savedAt >= saveEveryMs) await this.save(history);
  }

  async save(history: History): Promise<void> {
    this.#savedAt = this.#clock.now();
    if (history === this.#db.data) return;
    this.#db.data = history;
    await this.#db.write().catch(() => undefined);
  }
}
