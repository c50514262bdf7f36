import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Stamped objects that were found in Microsoft 365, until they are taken over. */
export const adoption: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('found_object')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('found_object_pk', ['tenant_id', 'object_id'])
      .execute();
  },
};
