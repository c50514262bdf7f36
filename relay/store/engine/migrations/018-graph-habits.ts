import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How Graph answers in a tenant, where its documentation leaves it open. */
export const graphHabits: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('directory_state')
      .addColumn('owners_one_by_one', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
