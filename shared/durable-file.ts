/**
 * A lowdb adapter that survives a power cut. lowdb's own writes a temporary file and renames it, but never calls fsync;
 * this one syncs the file and its folder, keeps the last good version as `.bak`, validates what it reads, and makes
 * files that only their owner can read.
 */
import { constants } from 'node:fs';
import { access, copyFile, type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import type { z } from 'zod';
import { fail, isSystemError, reasonOf } from './errors.ts';
import { giveToFolderOwner, makePrivateFolder } from './owner.ts';
import { schemaReason } from './schema-reason.ts';

export interface DurableFileOptions {
  /** Keep the last good version beside the file and fall back to it. */
  backup: boolean;
}

export class DurableFile<T> implements Adapter<T> {
  readonly #path: string;
  readonly #schema: z.ZodType<T>;
  readonly #backup: boolean;
  #broken: string | undefined;

  constructor(path: string, schema: z.ZodType<T>, options: DurableFileOptions = { backup: true }) {
    this.#path = path;
    this.#schema = schema;
    this.#backup = options.backup;
  }

  /** The content, or null when the file does not exist. @throws HallpassError STATE_UNREADABLE */
  async read(): Promise<T | null> {
    const first = await this.#tryRead(this.#path);
    this.#broken = first.status === 'broken' ? first.reason : undefined;
    if (first.status === 'ok') return first.value;
    const second = this.#backup ? await this.#tryRead(`${this.#path}.bak`) : first;
    if (second.status === 'ok') return second.value;
    if (first.status === 'missing') return null;
    throw fail('STATE_UNREADABLE', { file: this.#path, reason: first.reason });
  }

  /** Where it is. */
  get path(): string {
    return this.#path;
  }

  /** Why the file itself could not be read the last time, although its last good copy could; undefined when it could. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** Returns when the bytes are on the disk. @throws HallpassError STATE_UNWRITABLE */
  async write(data: T): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      const file = await openNew(temporary);
      try {
        await giveToFolderOwner(temporary);
        await file.writeFile(JSON.stringify(data));
        await file.sync();
      } finally {
        await file.close();
      }
      // What is broken is no good one.
      if (this.#backup && this.#broken === undefined) await keepLastGood(this.#path);
      await rename(temporary, this.#path);
      if (this.#backup) await keepFirst(this.#path);
      await syncFolder(dirname(this.#path));
      this.#broken = undefined;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw fail('STATE_UNWRITABLE', { file: this.#path, reason: reasonOf(error) }, { cause: error });
    }
  }

  async #tryRead(path: string): Promise<Reading<T>> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      return isSystemError(error, 'ENOENT')
        ? { status: 'missing', reason: 'it does not exist' }
        : { status: 'broken', reason: reasonOf(error) };
    }
    try {
      const result = this.#schema.safeParse(JSON.parse(text));
      if (result.success) return { status: 'ok', value: result.data };
      const { path: place, reason } = schemaReason(result.error);
      return { status: 'broken', reason: place === '' ? reason : `${place}: ${reason}` };
    } catch {
      return { status: 'broken', reason: 'it is not JSON' };
    }
  }
}

type Reading<T> = { status: 'ok'; value: T } | { status: 'missing' | 'broken'; reason: string };

/**
 * Exclusively: never through a link that someone has put there. A folder that is missing and a file that a crash left over
 * are seen to when they turn up, not looked for at every write.
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

async function keepLastGood(path: string): Promise<void> {
  const copy = `${path}.bak.${process.pid}.tmp`;
  await rm(copy, { force: true });
  try {
    await copyFile(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  await giveToFolderOwner(copy);
  await rename(copy, `${path}.bak`);
}

/** The first version has a copy at once: until there is a second, the copy is of the same. */
async function keepFirst(path: string): Promise<void> {
  const isThere = await access(`${path}.bak`).then(
    () => true,
    () => false,
  );
  if (!isThere) await keepLastGood(path);
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
