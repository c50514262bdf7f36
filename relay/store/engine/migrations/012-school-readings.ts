import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** When it was last read who and what is in a school: no delta tells it, so each school has its own rhythm. */
export const schoolReadings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('school_reading')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('read_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('school_reading_pk', ['tenant_id', 'school_id'])
      .execute();
  },
};
