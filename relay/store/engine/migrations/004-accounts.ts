import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What accounts need: which are mastered on-premises, names that were given, passwords that wait, links made by hand. */
export const accounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('directory_user')
      .addColumn('on_premises', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('directory_state').addColumn('links_edited_at', 'text').execute();
    // A delta link keeps the properties it was made for: the whole directory is read once more, with the new one.
    await sql`update directory_state set users_delta_link = null`.execute(db);
    await db.schema
      .createTable('given_name')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('user_principal_name', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('given_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('given_name_pk', ['tenant_id', 'user_principal_name'])
      .execute();
    await db.schema
      .createTable('initial_password')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('user_principal_name', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('made_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('initial_password_pk', ['tenant_id', 'role', 'person_id'])
      .execute();
    await db.schema.createIndex('profile_one_per_tenant').on('profile').column('tenant_id').unique().execute();
  },
};
