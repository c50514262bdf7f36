/** What a database engine does for the store: transactions of one tenant, or across tenants. */
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** When a transaction reaches the disk: before it returns, or together with the next one that does. */
export type Durable = 'at once' | 'with the next';

/**
 * Who serves. Others wait for the `main thread`, which waits for no disk and leaves the log to a thread of its own; they wait for a
 * `turn` only while it writes, which is over before the disk has it, and it carries the log over itself.
 */
export type Serving = 'main thread' | 'turn';

/** The tenant whose rows a transaction may access; `every tenant` for the few queries across them. */
export type Whose = { tenantId: string } | 'every tenant';

export type Work<T> = (db: Kysely<Database>) => Promise<T>;

export interface Engine {
  /** Runs `work` in a transaction; those of one tenant run one after another, and so do those across tenants. */
  write<T>(whose: Whose, work: Work<T>, durable?: Durable): Promise<T>;
  /** Runs `work` over one snapshot; a write by it is a TypeError. */
  read<T>(whose: Whose, work: Work<T>): Promise<T>;
  close(): Promise<void>;
}

/** @throws TypeError always */
export function refuseWriting(cause?: unknown): never {
  throw new TypeError('a write to a database that is open for reading', { cause });
}
