/** What is done to the database as a whole, at the terminal: no token and nobody at the console can. */
import { existsSync } from 'node:fs';
import { fail } from '../../../shared/errors.ts';
import { loadSettings, storeFile } from '../../settings/settings.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import type { CopiedTable } from '../../store/engine/copy-tables.ts';
import { migratePostgres } from '../../store/engine/postgres/migrate.ts';
import { takeServingLock } from '../../store/engine/sqlite/serving-lock.ts';
import { copyStore } from '../../store/move.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, record } from '../perform.ts';

/**
 * Prepares a PostgreSQL database for this version. @throws HallpassError as migratePostgres() and openStore()
 */
export async function migrateDatabase(actor: Actor, { url, role }: { url: string; role: string }): Promise<void> {
  allow(actor, 'store.migrate');
  await migratePostgres(url, role);
}

/**
 * Copies the database in the state folder to a prepared and empty one on a server; the settings stay as they are. No relay serves
 * from the folder meanwhile.
 *
 * @param url as the owner of the tables
 * @throws HallpassError RELAY_RUNNING, STORE_UNAVAILABLE, and as copyStore()
 */
export async function copyDatabase(
  { home, clock }: Pick<AppContext, 'home' | 'clock'>,
  actor: Actor,
  { url }: { url: string },
  copied: (table: CopiedTable) => void,
): Promise<void> {
  allow(actor, 'store.copy');
  const { store } = await loadSettings(home);
  const file = storeFile(home);
  if (!existsSync(file)) throw fail('STORE_UNAVAILABLE', { store: file, reason: 'there is no such file' });
  if (store.url !== undefined) throw fail('STORE_MOVED', { folder: home });
  const release = takeServingLock(home);
  try {
    const now = new Date(clock.now());
    await copyStore(file, url, copied, (scope) =>
      record({ ...scope, tenantId: ofTheRelay }, actor, 'store.copy', {}, now),
    );
  } finally {
    release();
  }
}
