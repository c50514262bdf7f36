import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Answers that are kept for whoever asks again are sealed. Those that were not, which are of one day, are deleted. */
export const sealedAnswers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`delete from kept_answer`.execute(db);
    await db.schema.alterTable('kept_answer').dropColumn('headers').execute();
    await db.schema.alterTable('kept_answer').renameColumn('body', 'sealed').execute();
  },
};
