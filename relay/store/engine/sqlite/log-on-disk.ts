/**
 * Commits of a serving relay wait for the disk outside the main thread. SQLite writes a commit into its log (the WAL)
 * without flushing it; a libuv thread then flushes the log, with one flush for all commits made before it began, and
 * everything that waits for a commit waits for that flush. SQLite itself flushes what it checkpoints before then.
 *
 * This does not affect POSIX locks: closing any descriptor of a file ends the process's locks on it, but SQLite does not
 * lock the log (https://sqlite.org/wal.html, https://sqlite.org/walformat.html).
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
   * Resolves when everything committed so far is on the disk, including commits by others, which somebody may have read.
   *
   * @throws the file system's error, and from then on always: pages after a failed flush look clean to the next one
   *   (https://wiki.postgresql.org/wiki/Fsync_Errors), and only reopening the database shows what is stored.
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

/** Opens the log of an open database, which therefore exists. */
export async function openLog(database: string): Promise<Flushing> {
  const handle: FileHandle = await open(`${database}-wal`, 'r+');
  return { flush: () => handle.datasync(), close: () => handle.close() };
}
