/**
 * Commits of a serving relay wait for the disk beside the main thread. SQLite writes a commit into its log (the WAL) and leaves it
 * to the operating system; the log is then flushed by a thread of libuv's, one flush for all commits made until it began, and
 * whoever waits for a commit waits for that. What is checkpointed before was flushed by SQLite itself, in either order.
 *
 * POSIX locks do not mind: closing any descriptor of a file ends a process's locks on it, but the log is the one file of the
 * three that SQLite does not lock (https://sqlite.org/wal.html, https://sqlite.org/walformat.html).
 */
import { type FileHandle, open } from 'node:fs/promises';

export interface Flushing {
  flush(): Promise<void>;
  close(): Promise<void>;
}

export class LogOnDisk {
  readonly #file: Flushing;
  #written = 0;
  #flushed = 0;
  #underWay: Promise<void> | undefined;
  #failure: unknown;

  constructor(file: Flushing) {
    this.#file = file;
  }

  /** A transaction that wrote something has been committed. */
  noteCommit(): void {
    this.#written += 1;
  }

  /**
   * Resolves when everything committed until now is on the disk, that of others included: somebody may have read it.
   *
   * @throws what the file system says. Forever from then on: what a failed flush leaves behind looks clean to the next one
   *   (https://wiki.postgresql.org/wiki/Fsync_Errors), and only opening the database again shows what is there.
   */
  async reached(): Promise<void> {
    const upTo = this.#written;
    while (this.#flushed < upTo) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#underWay ??= this.#flush();
      await this.#underWay;
    }
  }

  async close(): Promise<void> {
    await this.#underWay;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    const upTo = this.#written;
    try {
      await this.#file.flush();
      this.#flushed = upTo;
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#underWay = undefined;
    }
  }
}

/** The log of a database that is open, and whose log therefore stays. */
export async function openLog(database: string): Promise<Flushing> {
  const handle: FileHandle = await open(`${database}-wal`, 'r+');
  return { flush: () => handle.datasync(), close: () => handle.close() };
}
