import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Who and what is gone from PowerSchool, since when. */
export const departures: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('departure')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('since', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('departure_pk', ['tenant_id', 'key'])
      .execute();
  },
};
