/**
 * The relay's database. A tenant's rows are accessible only through {@link Store.withTenant}, so every query is limited
 * to one tenant; the few queries across tenants are named functions in system.ts and changes/.
 */
import type { Kysely } from 'kysely';
import type { Durable, Engine, Serving } from './engine/engine.ts';
import type { Database } from './engine/schema.ts';
import type { SqliteOptions } from './engine/sqlite/sqlite-engine.ts';

export interface TenantScope {
  tenantId: string;
  /** The running transaction. */
  db: Kysely<Database>;
}

export interface SystemScope {
  /** The running transaction. */
  db: Kysely<Database>;
}

export interface Store {
  /**
   * Runs `fn` in one transaction and returns when it is durable. A tenant's transactions run one after another, so `fn`
   * may wait only for the database, never for a network.
   *
   * @param durable `with the next`: returns sooner; no later transaction becomes durable without it, and its result must
   *   not be acknowledged on its own
   * @throws HallpassError STORE_UNAVAILABLE; whatever `fn` throws undoes the transaction
   */
  withTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>, durable?: Durable): Promise<T>;
  /**
   * The same for reading only, for whole districts: `fn` sees one snapshot, writers of this and other processes continue
   * meanwhile, and a write by `fn` fails.
   */
  readTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /** The same for questions that cross tenants. Called with the functions of system.ts and changes/ only. */
  system<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  /** The same for reading only, like {@link readTenant}. */
  readSystem<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the database. A file is created and its schema migrated; on PostgreSQL, `hallpass-relay store migrate` does that.
 *
 * @param address path of a file, `:memory:` for a database that ends with the process, or `postgres://…`
 * @throws HallpassError STATE_FOLDER_UNUSABLE, STORE_UNAVAILABLE, STORE_DAMAGED, STORE_TOO_NEW; of PostgreSQL also
 *   STORE_NOT_MIGRATED, STORE_ROLE_UNSAFE, STORE_IN_USE
 */
export async function openStore(address: string, options: SqliteOptions = {}): Promise<Store> {
  if (isPostgresAddress(address)) return storeOver(await openPostgres(address, options.serving));
  const { openSqliteEngine } = await import('./engine/sqlite/sqlite-engine.ts');
  return storeOver(await openSqliteEngine(address, options));
}

/**
 * Opens a database for reading only; a store must have it open elsewhere in the process.
 *
 * @throws HallpassError STORE_UNAVAILABLE; a write is a bug
 */
export async function openReader(address: string): Promise<Store> {
  if (isPostgresAddress(address)) return storeOver(await openPostgres(address));
  const { openSqliteReader } = await import('./engine/sqlite/sqlite-engine.ts');
  return storeOver(await openSqliteReader(address));
}

export function isPostgresAddress(address: string): boolean {
  return /^postgres(ql)?:/.test(address);
}

/** Loaded only where it is used: the driver costs a small relay 4 MB. */
async function openPostgres(address: string, serving?: Serving): Promise<Engine> {
  const { openPostgresEngine } = await import('./engine/postgres/postgres-engine.ts');
  return await openPostgresEngine(address, serving);
}

function storeOver(engine: Engine): Store {
  return {
    withTenant: (tenantId, fn, durable) => engine.write({ tenantId }, (db) => fn({ tenantId, db }), durable),
    readTenant: (tenantId, fn) => engine.read({ tenantId }, (db) => fn({ tenantId, db })),
    system: (fn) => engine.write('every tenant', (db) => fn({ db })),
    readSystem: (fn) => engine.read('every tenant', (db) => fn({ db })),
    close: () => engine.close(),
  };
}
