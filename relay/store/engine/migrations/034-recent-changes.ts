import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What was carried out in each hour that nobody approved: the guard counts a day. Nothing is known of the day before the upgrade. */
export const recentChanges: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('recent_change')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('hour', 'text', (column) => column.notNull())
      .addColumn('in_school', 'integer', (column) => column.notNull())
      .addColumn('in_district', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('recent_change_pk', ['tenant_id', 'kind', 'school_id', 'hour'])
      .execute();
    await db.schema
      .alterTable('hold')
      .addColumn('earlier', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
