/**
 * The thread that runs SQLite's checkpoints, which copy the log (WAL) into the database. They take tens of milliseconds,
 * which SQLite would otherwise spend in the commit that fills the thousandth page of the log. checkpoints.ts starts it
 * and tells it when to check.
 */
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** Pages of 4 KB that are worth a checkpoint, as in SQLite itself. */
const enoughPages = 1000;
/** Size of the log, in pages, at which writers have to wait: 16 MB. */
const mostPages = 4000;
/** How often writers are asked to wait, and the pause between attempts, milliseconds. */
const attempts = 200;
const pauseMs = 1;

interface Done {
  /** 1 if other connections blocked it. */
  busy: number;
  /** Pages in the log, and how many of them are in the database. */
  log: number;
  checkpointed: number;
}

class Checkpoints {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    // It retries by itself: SQLite's own busy wait would make writers wait for readers.
    this.#database = new DatabaseSync(file, { timeout: 0 });
    this.#database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;');
  }

  look(): void {
    const before = this.#checkpoint('NOOP');
    if (before.log - before.checkpointed < enoughPages) return;
    const { log } = this.#checkpoint('PASSIVE');
    if (log < mostPages) return;
    // Writers that never pause are always a few pages ahead, and the log restarts only when all pages are copied. The
    // main thread does other work until it may write.
    const cell = new Int32Array(new SharedArrayBuffer(4));
    for (let attempt = 0; attempt < attempts && this.#checkpoint('FULL').busy === 1; attempt += 1) {
      Atomics.wait(cell, 0, 0, pauseMs);
    }
  }

  close(): void {
    this.#checkpoint('PASSIVE');
    this.#database.close();
  }

  #checkpoint(mode: 'NOOP' | 'PASSIVE' | 'FULL'): Done {
    const { busy, log, checkpointed } = this.#database.prepare(`PRAGMA wal_checkpoint(${mode})`).get() ?? {};
    return { busy: Number(busy), log: Number(log), checkpointed: Number(checkpointed) };
  }
}

function serve(port: MessagePort): void {
  const checkpoints = new Checkpoints(workerData);
  port.on('message', (message: 'look' | 'close') => {
    if (message === 'look') {
      checkpoints.look();
      port.postMessage('looked');
      return;
    }
    checkpoints.close();
    port.close();
  });
}

if (parentPort !== null) serve(parentPort);
