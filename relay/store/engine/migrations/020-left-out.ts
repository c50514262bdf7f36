import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Rows of PowerSchool that the agents leave out, because no record can be made of them. Ids only. */
export const leftOutRows: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('left_out_row')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('field', 'text', (column) => column.notNull())
      .addColumn('fault', 'text', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('left_out_row_pk', ['tenant_id', 'kind', 'school_id', 'id', 'field', 'fault'])
      .execute();
    // How many there are in all: an agent lists the first of them only.
    await db.schema
      .createTable('left_out_count')
      .addColumn('tenant_id', 'text', (column) => column.primaryKey())
      .addColumn('rows', 'integer', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .execute();
  },
};
