/**
 * A log file that never grows beyond its size: `agent.log` is the newest, `agent.log.1` the one before it, and so on.
 *
 * Every line is opened, written and closed on its own (about 20 µs): what was logged survives a crash of this process, a
 * file that someone moves or deletes is simply begun anew, and two processes never hold on to a file that the other has
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
    const isFull = size > 0 && size + bytes.length > this.#maxBytes;
    if (isFull) this.#rotate();
    // Made again when someone has deleted it under us.
    else if (size === 0) makeFoldersSync(dirname(this.path), 0o700);
    const fd = openSync(this.path, flags, 0o600);
    try {
      if (isFull || size === 0) giveToFolderOwner(fd, this.path);
      writeSync(fd, bytes);
      if (durable) fdatasyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  #rotate(): void {
    rmSync(this.#numbered(this.#files - 1), { force: true });
    for (let number = this.#files - 2; number >= 0; number -= 1) {
      if (existsSync(this.#numbered(number))) renameSync(this.#numbered(number), this.#numbered(number + 1));
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
