/** Has the log of a serving relay carried into the database by a thread, so that no commit of the main thread pays for it. */
import { Worker } from 'node:worker_threads';
import { threadFile } from '../../../shared/threads.ts';

/** Changed rows after which the thread looks at the log: a few hundred pages, more or less. */
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

  /** So many rows were changed. */
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
    // It may fail in place of ending.
    const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close');
    await exit;
  }

  #start(): Worker {
    const worker = new Worker(threadFile(import.meta.url, 'checkpoint-thread'), { workerData: this.#file });
    worker.on('message', () => {
      this.#isLooking = false;
    });
    // A checkpoint that fails has changed nothing, and SQLite's own say nothing of it: the next is by another thread.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#isLooking = false;
    });
    return worker;
  }
}
