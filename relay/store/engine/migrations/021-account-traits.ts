import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What tells whether an account is a person's (guests, rooms and shared mailboxes are not), and whose it was before it was
 * handed over. The directory is read once more from the beginning: a delta link goes on with the properties that it began with.
 */
export const accountTraits: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const name of ['user_type', 'creation_type', 'external_state']) {
      await db.schema.alterTable('directory_user').addColumn(name, 'text').execute();
    }
    for (const [name, value] of [
      ['enabled', 1],
      ['licensed', 0],
      ['given_name', 0],
      ['surname', 0],
    ] as const) {
      await db.schema
        .alterTable('directory_user')
        .addColumn(name, 'integer', (column) => column.notNull().defaultTo(value))
        .execute();
    }
    await db.schema.alterTable('link').addColumn('former', 'text').execute();
    await sql`update directory_state set users_delta_link = null`.execute(db);
  },
};
