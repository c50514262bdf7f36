/**
 * A log file that never grows beyond its size: `agent.log` is the newest, `agent.log.1` the one before it, and so on.
 *
 * Every line is opened, written and closed on its own (about 20 µs): what was logged survives a crash of this process, a
 * file that someone moves or deletes is simply created again, and two processes never hold on to a file that the other has
 * renamed. Lines that matter are synced to the disk, so that they survive a power cut as well.
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

/** Never through a link, which the owner of the folder could have put there for root. Windows has no such flag. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

export interface RotatingFileOptions {
  path: string;
  maxBytes: number;
  /** How many files there are at most, the newest included. */
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

  /** @param durable returns when the line is on the disk. @throws the system's error */
  write(line: string, durable: boolean): void {
    const bytes = Buffer.from(line);
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    const isFull = size > 0 && size + bytes.length > this.#maxBytes && this.#rotate(size);
    // Made again when someone has deleted it under us.
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
   * Who watches a file on Windows keeps it from being renamed (`Get-Content -Wait`): the lines go on in it then, up to twice
   * its size.
   *
   * @returns whether a new file begins
   */
  #rotate(size: number): boolean {
    // Up to the first number that is free, so that an attempt that failed midway costs no older file when it is repeated.
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

/** As shared/owner.ts does, for a file that is open. */
function giveToFolderOwner(fd: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0) fchownSync(fd, uid, gid);
}
