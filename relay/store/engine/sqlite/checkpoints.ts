/** Runs checkpoints of a serving relay's log in a thread, so no commit of the main thread pays for them. */
import { Worker } from 'node:worker_threads';
import { threadFile } from '../../../../shared/threads.ts';

/** Changed rows after which the thread checks the log: roughly a few hundred pages. */
const rowsBetweenLooks = 250;

export class Checkpoints {
  readonly #file: string;
  #worker: Worker | undefined;
  #rows = 0;
  #isLooking = false;

  /** @param file of the database */
  constructor(file: string) {
    this.#file = file;
  }

  /** Counts changed rows. */
  note(rows: number): void {
    this.#rows += rows;
    if (this.#isLooking || this.#rows < rowsBetweenLooks) return;
    this.#rows = 0;
    this.#isLooking = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('look');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    // It may fail instead of exiting.
    const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close');
    await exit;
  }

  #start(): Worker {
    const worker = new Worker(threadFile(import.meta.url, 'checkpoint-thread'), { workerData: this.#file });
    worker.on('message', () => {
      this.#isLooking = false;
    });
    // A failed checkpoint has changed nothing, and SQLite's own are silent too: the next one runs in a new thread.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#isLooking = false;
    });
    return worker;
  }
}
