/**
 * A database with its schema, made once for the same migrations, kept for the next process and copied: 30 migrations take 50 ms of
 * CPU, a copy 5.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore, type Store } from '../store/store.ts';
import { schemaSources } from './schema-sources.ts';

const kept = join(import.meta.dirname, '../../node_modules/.cache/fresh-store');

let contents: Promise<Uint8Array> | undefined;

/** @param file path, or `:memory:`; a database that is there already is opened as it is */
export async function openFreshStore(file: string): Promise<Store> {
  if (process.env.HALLPASS_TEST_STORE === 'postgres') {
    const { openFreshPostgres } = await import('./fresh-postgres.ts');
    return await openFreshPostgres();
  }
  contents ??= readContents();
  if (file === ':memory:') return await openStore(file, { contents: await contents });
  await placeFreshStore(file);
  return await openStore(file);
}

/** For a program or a relay that opens it itself. */
export async function placeFreshStore(file: string): Promise<void> {
  if (existsSync(file)) return;
  contents ??= readContents();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, await contents, { mode: 0o600 });
}

/** The file begins with what it is made of, so that it is replaced when a migration changes. */
async function readContents(): Promise<Uint8Array> {
  const source = schemaSources();
  const found = existsSync(kept) ? await readFile(kept) : Buffer.alloc(0);
  if (found.subarray(0, source.length).equals(source)) return found.subarray(source.length);
  const made = await makeContents();
  await mkdir(dirname(kept), { recursive: true });
  const half = `${kept}.${randomUUID()}`;
  await writeFile(half, Buffer.concat([source, made]));
  await rename(half, kept);
  return made;
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
