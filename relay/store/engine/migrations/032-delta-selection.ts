import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What each delta link tells of: one that was made for fewer properties is not followed. Of those that are there it is not known. */
export const deltaSelection: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('directory_state').addColumn('users_selected', 'text').execute();
    await db.schema.alterTable('drift_reading').addColumn('selected', 'text').execute();
  },
};
