import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What a district's Microsoft 365 was last seen to grant, and questions for consent that are under way. */
export const microsoftAccess: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('microsoft_access')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('access', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('roles', 'text', (column) => column.notNull())
      .addColumn('code', 'text')
      .addColumn('message', 'text')
      .addColumn('action', 'text')
      .addColumn('checked_at', 'text', (column) => column.notNull())
      .addColumn('consented_at', 'text')
      .addPrimaryKeyConstraint('microsoft_access_pk', ['tenant_id', 'access'])
      .execute();
    await db.schema
      .createTable('consent_attempt')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('state_hash', 'text', (column) => column.notNull())
      .addColumn('session_hash', 'text', (column) => column.notNull())
      .addColumn('access', 'text', (column) => column.notNull())
      .addColumn('started_at', 'text', (column) => column.notNull())
      .addColumn('used_at', 'text')
      .addPrimaryKeyConstraint('consent_attempt_pk', ['tenant_id', 'state_hash'])
      .execute();
    await db.schema.createIndex('consent_attempt_state').on('consent_attempt').column('state_hash').unique().execute();
  },
};
