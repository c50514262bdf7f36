import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whose account was deleted in Microsoft 365: another one is made only where the profile says so, and it may come back. */
export const deletedAccounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('deleted_account')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('rule', 'text', (column) => column.notNull())
      .addColumn('deleted_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('deleted_account_pk', ['tenant_id', 'role', 'person_id'])
      .execute();
  },
};
