/**
 * A lowdb adapter that survives a power failure. lowdb's own adapter writes a temporary file and renames it, but never
 * calls fsync; this one syncs the file and its folder, keeps the last good version as `.bak`, validates what it reads,
 * and creates files that only their owner can read.
 */
import { constants } from 'node:fs';
import { access, copyFile, type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import { z } from 'zod';
import { fail, type HallpassError, isSystemError } from './errors.ts';
import { fileReason } from './file-reason.ts';
import { giveToFolderOwner, makePrivateFolder } from './owner.ts';
import { isBusy, type Patience, patiently, systemPatience } from './patience.ts';
import { decodeText } from './person-text.ts';
import { schemaReason } from './schema-reason.ts';
import { type Known, knownPart, namesOf, type UnknownKey, withUnknown } from './unknown-keys.ts';

export interface DurableFileOptions {
  /** Keep the last good version beside the file and fall back to it. */
  backup: boolean;
  /** How long to wait for a file that another program holds open; by default with the system's clock and platform. */
  patience?: Patience;
}

export class DurableFile<T> implements Adapter<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  readonly #backup: boolean;
  readonly #patience: Patience;
  #broken: string | undefined;
  #unknown: readonly UnknownKey[] = [];

  constructor(path: string, schema: z.ZodType<T>, options: DurableFileOptions = { backup: true }) {
    this.#path = path;
    this.#schema = schema;
    this.#backup = options.backup;
    this.#patience = options.patience ?? systemPatience;
  }

  /** The content, or null when the file does not exist. @throws HallpassError STATE_UNREADABLE, STATE_BUSY */
  async read(): Promise<T | null> {
    const first = await this.#tryRead(this.#path);
    // The copy is older than the content of a file that is merely held open: continuing from the copy would be wrong.
    if (first.status === 'busy') throw fail('STATE_BUSY', { file: this.#path, reason: first.reason });
    this.#broken = first.status === 'broken' ? first.reason : undefined;
    if (first.status === 'ok') return this.#take(first);
    const second = this.#backup ? await this.#tryRead(`${this.#path}.bak`) : first;
    if (second.status === 'ok') return this.#take(second);
    if (second.status === 'busy') throw fail('STATE_BUSY', { file: `${this.#path}.bak`, reason: second.reason });
    if (first.status === 'missing') return null;
    throw fail('STATE_UNREADABLE', { file: this.#path, reason: first.reason });
  }

  get path(): string {
    return this.#path;
  }

  /** Why the file itself was unreadable the last time although its last good copy was readable; undefined otherwise. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** STATE_KEYS_UNKNOWN when the file that was last read has names that the schema does not know: they are kept. */
  get unknownKeys(): HallpassError | undefined {
    if (this.#unknown.length === 0) return undefined;
    return fail('STATE_KEYS_UNKNOWN', { file: this.#path, keys: namesOf(this.#unknown) });
  }

  /** The next write is unrelated to what was read: it keeps none of the old unknown names. */
  forgetUnknownKeys(): void {
    this.#unknown = [];
  }

  /** Resolves once the bytes are on disk. @throws HallpassError STATE_UNWRITABLE, STATE_BUSY */
  async write(data: T): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    let written = false;
    try {
      const file = await openNew(temporary);
      try {
        await giveToFolderOwner(temporary);
        await file.writeFile(JSON.stringify(withUnknown(data, this.#unknown)));
        await file.sync();
      } finally {
        await file.close();
      }
      written = true;
      // A broken file does not replace the last good one.
      if (this.#backup && this.#broken === undefined) await this.#keepLastGood();
      await patiently(() => rename(temporary, this.#path), this.#patience);
      if (this.#backup) await this.#keepFirst();
      await syncFolder(dirname(this.#path));
      this.#broken = undefined;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw await this.#writeFailure(error, written);
    }
  }

  #take({ value, unknown }: Known<T>): T {
    this.#unknown = unknown;
    return value;
  }

  /**
   * On Windows, replacing an open file and replacing a read-only file fail in the same way.
   *
   * @param written whether the new file was written beside it, so the folder is writable for this account
   */
  async #writeFailure(error: unknown, written: boolean): Promise<HallpassError> {
    const mode = (await stat(this.#path).catch(() => undefined))?.mode ?? 0o200;
    const readOnly = (mode & 0o200) === 0;
    const busy = written && !readOnly && isBusy(error, this.#patience.platform);
    const code = busy ? 'STATE_BUSY' : 'STATE_UNWRITABLE';
    const reason = written && readOnly ? `it is marked read-only (${fileReason(error)})` : fileReason(error);
    return fail(code, { file: this.#path, reason }, { cause: error });
  }

  async #tryRead(path: string): Promise<Reading<T>> {
    let bytes: Buffer;
    try {
      bytes = await patiently(() => readFile(path), this.#patience);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return { status: 'missing', reason: 'it does not exist' };
      const status = isBusy(error, this.#patience.platform) ? 'busy' : 'broken';
      return { status, reason: fileReason(error) };
    }
    // People edit these files too, with editors that use various encodings.
    const decoded = decodeText(bytes);
    if ('reason' in decoded) return { status: 'broken', reason: decoded.reason };
    let content: unknown;
    try {
      content = JSON.parse(decoded.text);
    } catch {
      return { status: 'broken', reason: 'it is not JSON' };
    }
    const known = knownPart(this.#schema, content);
    if (!(known instanceof z.ZodError)) return { status: 'ok', ...known };
    const { path: place, reason } = schemaReason(known);
    return { status: 'broken', reason: place === '' ? reason : `${place}: ${reason}` };
  }

  /** The first version gets a copy at once: until there is a second, both are the same. */
  async #keepFirst(): Promise<void> {
    const isThere = await access(`${this.#path}.bak`).then(
      () => true,
      () => false,
    );
    if (!isThere) await this.#keepLastGood();
  }

  async #keepLastGood(): Promise<void> {
    const copy = `${this.#path}.bak.${process.pid}.tmp`;
    try {
      await rm(copy, { force: true });
      await patiently(() => copyFile(this.#path, copy, exclusively), this.#patience);
      await giveToFolderOwner(copy);
      await patiently(() => rename(copy, `${this.#path}.bak`), this.#patience);
    } catch (error) {
      await rm(copy, { force: true }).catch(() => undefined);
      // If the copy is held open, it stays as old as it is: that is not worth losing the new content.
      if (!isSystemError(error, 'ENOENT') && !isBusy(error, this.#patience.platform)) throw error;
    }
  }
}

const exclusively = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

type Reading<T> = ({ status: 'ok' } & Known<T>) | { status: 'missing' | 'broken' | 'busy'; reason: string };

/**
 * Exclusive: never follows a link that someone has put there. A missing folder or a file left by a crash is handled
 * when it occurs instead of being checked at every write.
 */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) await makePrivateFolder(dirname(path));
    else if (isSystemError(error, 'EEXIST')) await rm(path, { force: true });
    else throw error;
    return open(path, 'wx', 0o600);
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows has no fsync for folders; NTFS journals the rename itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
