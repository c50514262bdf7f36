import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** At what a run failed and what to do about it; and the last run of every profile without reading all of them. */
export const runSteps: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('run').addColumn('error_step', 'text').execute();
    await db.schema.alterTable('run').addColumn('error_action', 'text').execute();
    await db.schema.createIndex('run_of_profile').on('run').columns(['tenant_id', 'profile', 'seq']).execute();
  },
};
