import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The PowerSchool servers that agents of a district said they read: those that are taken, and those that were refused. */
export const sourceServers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('source_server')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('id', 'text')
      .addColumn('host', 'text', (column) => column.notNull())
      .addColumn('accepted', 'integer', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('source_server_pk', ['tenant_id', 'key'])
      .execute();
  },
};
