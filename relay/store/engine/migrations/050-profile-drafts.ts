import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Profiles that somebody is still writing: nothing runs by them, and what they hold may be incomplete or wrong. */
export const profileDrafts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('profile_draft')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('profile', 'text')
      .addColumn('seen', 'text')
      .addColumn('document', 'text', (column) => column.notNull())
      .addColumn('done', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('updated_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('profile_draft_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema
      .createIndex('profile_draft_of')
      .on('profile_draft')
      .columns(['tenant_id', 'profile'])
      .unique()
      .execute();
  },
};
