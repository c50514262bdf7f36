import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** People who sign in to the console: who they are, what they may do, how they get in, and where they are signed in. */
export const users: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('console_user')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('authority', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('email', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('last_sign_in_at', 'text')
      .addUniqueConstraint('console_user_identity', ['authority', 'subject'])
      .execute();
    await db.schema
      .createTable('user_grant')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('schools', 'text')
      .addColumn('granted_at', 'text', (column) => column.notNull())
      .addColumn('granted_by', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('user_grant_pk', ['tenant_id', 'user_id'])
      .execute();
    await db.schema.createIndex('user_grant_of').on('user_grant').column('user_id').execute();
    await db.schema
      .createTable('sign_in_link')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('schools', 'text')
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('used_at', 'text')
      .addColumn('used_by', 'text')
      .addColumn('revoked_at', 'text')
      .addPrimaryKeyConstraint('sign_in_link_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema
      .createTable('console_session')
      .addColumn('hash', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('signed_in_at', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'text', (column) => column.notNull())
      .addColumn('ends_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('console_session_of').on('console_session').column('user_id').execute();
    await db.schema
      .createTable('sign_in_attempt')
      .addColumn('state_hash', 'text', (column) => column.primaryKey())
      .addColumn('browser_hash', 'text', (column) => column.notNull())
      .addColumn('nonce', 'text', (column) => column.notNull())
      .addColumn('verifier', 'text', (column) => column.notNull())
      .addColumn('return_to', 'text', (column) => column.notNull())
      .addColumn('link_hash', 'text')
      .addColumn('is_fresh', 'integer', (column) => column.notNull())
      .addColumn('started_at', 'text', (column) => column.notNull())
      .addColumn('used_at', 'text')
      .execute();
    await db.schema
      .createTable('sign_in_provider')
      .addColumn('issuer', 'text', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('authorities', 'text')
      .addColumn('document', 'text')
      .addColumn('read_at', 'text')
      .addColumn('changed_at', 'text', (column) => column.notNull())
      .execute();
  },
};
