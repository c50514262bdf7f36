import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Each profile as a run last carried it out, so that what a change of it does can be told from what PowerSchool does. */
export const appliedProfile: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('profile').addColumn('applied_body', 'text').execute();
  },
};
