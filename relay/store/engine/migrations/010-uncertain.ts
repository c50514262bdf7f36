import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Relations of which it is not known whether they are there: the answer to the last request about them never came. */
export const uncertain: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('applied_relation')
      .addColumn('uncertain', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
