/**
 * The thread that carries what stands in SQLite's log into the database (a checkpoint): tens of milliseconds that SQLite would
 * otherwise take of whoever makes the thousandth page of the log full. Started by checkpoints.ts, which tells it when to look.
 */
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** Pages of 4 KB that are worth a checkpoint, as in SQLite itself. */
const enoughPages = 1000;
/** A log of so many pages is not let grow while writers go on: 16 MB. */
const mostPages = 4000;
/** How often writers are asked to wait, and between two times, milliseconds. */
const attempts = 200;
const pauseMs = 1;

interface Done {
  /** 1 where others were in the way. */
  busy: number;
  /** Pages in the log, and those of them that are in the database. */
  log: number;
  checkpointed: number;
}

class Checkpoints {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    // It asks again by itself: SQLite's own wait would keep writers waiting for readers.
    this.#database = new DatabaseSync(file, { timeout: 0 });
    this.#database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;');
  }

  look(): void {
    const before = this.#checkpoint('NOOP');
    if (before.log - before.checkpointed < enoughPages) return;
    const { log } = this.#checkpoint('PASSIVE');
    if (log < mostPages) return;
    // Writers that never pause are always a few pages ahead, and the log begins again only when none is left. The main
    // thread does something else until it may write.
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
