/**
 * A log file that never grows beyond its size: `agent.log` is the newest, `agent.log.1` the one before it, and so on.
 *
 * For every line the file is opened, written and closed (about 20 µs): what was logged survives a crash of this
 * process, a file that someone moves or deletes is simply created again, and two processes never hold on to a file that
 * the other has renamed. Important lines are synced to disk, so that they survive a power failure as well.
 */
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fdatasyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { makeFoldersSync } from '../../shared/make-folder.ts';
import { isBusy } from '../../shared/patience.ts';

/**
 * Never follow a link, which the owner of the folder could have created to misdirect root. Windows has no such flag.
 */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

export interface RotatingFileOptions {
  path: string;
  maxBytes: number;
  /** The maximum number of files, including the newest. */
  files: number;
}

export class RotatingFile {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #files: number;

  constructor({ path, maxBytes, files }: RotatingFileOptions) {
    this.path = path;
    this.#maxBytes = maxBytes;
    this.#files = files;
  }

  /** @param durable return only when the line is on disk. @throws the system's error */
  write(line: string, durable: boolean): void {
    const bytes = Buffer.from(line);
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    const isFull = size > 0 && size + bytes.length > this.#maxBytes && this.#rotate(size);
    // Recreated when someone has deleted it while we run.
    if (size === 0) makeFoldersSync(dirname(this.path), 0o700);
    const fd = openSync(this.path, flags, 0o600);
    try {
      if (isFull || size === 0) giveToFolderOwner(fd, this.path);
      writeSync(fd, bytes);
      if (durable) fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  /**
   * On Windows, a file that is being watched cannot be renamed (`Get-Content -Wait`): the lines then continue in it, up
   * to twice its size.
   *
   * @returns whether a new file begins
   */
  #rotate(size: number): boolean {
    // Up to the first free number, so that repeating an attempt that failed halfway loses no older file.
    let free = Math.min(1, this.#files - 1);
    while (free < this.#files - 1 && existsSync(this.#numbered(free))) free += 1;
    try {
      rmSync(this.#numbered(free), { force: true });
      for (let number = free - 1; number >= 0; number -= 1)
        renameSync(this.#numbered(number), this.#numbered(number + 1));
      return true;
    } catch (error) {
      if (isBusy(error, process.platform) && size < 2 * this.#maxBytes) return false;
      throw error;
    }
  }

  #numbered(number: number): string {
    return number === 0 ? this.path : `${this.path}.${number}`;
  }
}

/** Like shared/owner.ts, but for an open file. */
function giveToFolderOwner(fd: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0) fchownSync(fd, uid, gid);
}
