/** A database with its schema, made once in a process and copied: 28 migrations take 50 ms of CPU, a copy 5. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore, type Store } from '../store/store.ts';

let contents: Promise<Uint8Array> | undefined;

/** @param file path, or `:memory:`; a database that is there already is opened as it is */
export async function openFreshStore(file: string): Promise<Store> {
  contents ??= makeContents();
  if (file === ':memory:') return await openStore(file, { contents: await contents });
  await placeFreshStore(file);
  return await openStore(file);
}

/** For a program or a relay that opens it itself. */
export async function placeFreshStore(file: string): Promise<void> {
  if (existsSync(file)) return;
  contents ??= makeContents();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, await contents, { mode: 0o600 });
}

async function makeContents(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-store-'));
  const file = join(folder, 'relay.db');
  try {
    await (await openStore(file)).close();
    const database = new DatabaseSync(file);
    try {
      // A database in memory has no write-ahead log.
      database.exec('PRAGMA journal_mode = DELETE');
      return database.serialize();
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
