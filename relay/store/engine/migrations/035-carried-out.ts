import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What was carried out under an approval, and of an operation whose answer is lost: where it counts if it was carried out. */
export const carriedOut: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('hold')
      .addColumn('carried_out', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('operation').addColumn('passed_in', 'text').execute();
  },
};
