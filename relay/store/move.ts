/** Moving the whole database to a server. */
import { Kysely } from 'kysely';
import { fail } from '../../shared/errors.ts';
import { type CopiedTable, copyTables, firstFilled } from './engine/copy-tables.ts';
import { missingMigrations } from './engine/migrations.ts';
import { readPostgresAddress } from './engine/postgres/address.ts';
import { connect } from './engine/postgres/connections.ts';
import { reachable } from './engine/postgres/faults.ts';
import { checkSchema } from './engine/postgres/readiness.ts';
import type { Database } from './engine/schema.ts';
import { opened } from './engine/sqlite/faults.ts';
import { NodeSqliteDialect, openSqlite } from './engine/sqlite/sqlite-dialect.ts';
import type { SystemScope } from './store.ts';

/**
 * Copies a file of SQLite to a PostgreSQL database that is migrated and empty, all or nothing. No relay may serve from either.
 *
 * @param to address of the owner of the tables, whom row security lets write for all districts
 * @param copied called after each table
 * @param last called in the transaction of the copy
 * @throws HallpassError STORE_UNAVAILABLE, STORE_DAMAGED, STORE_NOT_MIGRATED, STORE_TOO_NEW, STORE_NOT_EMPTY, STORE_ADDRESS_INVALID
 */
export async function copyStore(
  file: string,
  to: string,
  copied: (table: CopiedTable) => void,
  last: (scope: SystemScope) => Promise<void>,
): Promise<void> {
  const address = await readPostgresAddress(to);
  const source = await opened(file, async () => {
    return new Kysely<Database>({ dialect: new NodeSqliteDialect(openSqlite(file, 'reading')) });
  });
  const target = connect(address, 1);
  try {
    if ((await opened(file, () => missingMigrations(source, file))).length > 0) {
      throw fail('STORE_NOT_MIGRATED', { store: file, reason: 'this version has not served from it yet' });
    }
    await reachable(address.name, () =>
      target.transaction().execute(async (writing) => {
        await checkSchema(writing, address.name);
        const filled = await firstFilled(writing);
        if (filled !== undefined) throw fail('STORE_NOT_EMPTY', { store: address.name, table: filled });
        const read = source.transaction().setAccessMode('read only');
        await read.execute((reading) => copyTables(reading, writing, copied));
        await last({ db: writing });
      }),
    );
  } finally {
    await target.destroy();
    await source.destroy();
  }
}
