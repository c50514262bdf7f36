import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What differs between Microsoft 365 and what was done there, and how far its changes have been read. */
export const drift: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('drift')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('object', 'text', (column) => column.notNull())
      .addColumn('item', 'text', (column) => column.notNull())
      .addColumn('ours', 'text')
      .addColumn('theirs', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('verdict', 'text', (column) => column.notNull())
      .addColumn('repairs', 'integer', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('drift_pk', ['tenant_id', 'kind', 'object', 'item'])
      .execute();
    await db.schema
      .createTable('drift_reading')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('collection', 'text', (column) => column.notNull())
      .addColumn('delta_link', 'text', (column) => column.notNull())
      .addColumn('read_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('drift_reading_pk', ['tenant_id', 'collection'])
      .execute();
    // What we wrote in the last minutes is asked for at every comparison, and the journal is long.
    await db.schema.createIndex('operation_by_time').on('operation').columns(['tenant_id', 'at']).execute();
  },
};
