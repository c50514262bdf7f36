import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Accounts that are never written to, and days on which nothing is written. */
export const exemptAndBlackouts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('exempt_account')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('account', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('added_at', 'text', (column) => column.notNull())
      .addColumn('added_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('exempt_account_pk', ['tenant_id', 'account'])
      .execute();
    await db.schema
      .createTable('blackout')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('first_day', 'text', (column) => column.notNull())
      .addColumn('last_day', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('added_at', 'text', (column) => column.notNull())
      .addColumn('added_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('blackout_pk', ['tenant_id', 'id'])
      .execute();
  },
};
