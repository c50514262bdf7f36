import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** For whom a first password was sealed, where the account has been handed over since: it opens for nobody else. */
export const sealedFor: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('initial_password').addColumn('sealed_for', 'text').execute();
  },
};
