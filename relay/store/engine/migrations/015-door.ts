import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the endpoint keeps over a restart: tokens that were used, and the uptime at which a code was issued. */
export const door: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('used_token')
      .addColumn('agent_id', 'text', (column) => column.notNull())
      .addColumn('jti', 'text', (column) => column.notNull())
      .addColumn('forget_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('used_token_pk', ['agent_id', 'jti'])
      .execute();
    await db.schema.createIndex('used_token_by_time').on('used_token').column('forget_at').execute();
    await db.schema
      .createTable('heartbeat')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('filling', 'blob', (column) => column.notNull())
      .execute();
    await db.schema.alterTable('enrollment_code').addColumn('issued_at', 'text').execute();
    await db.schema.alterTable('enrollment_code').addColumn('boot', 'text').execute();
    await db.schema.alterTable('enrollment_code').addColumn('uptime_ms', 'integer').execute();
  },
};
