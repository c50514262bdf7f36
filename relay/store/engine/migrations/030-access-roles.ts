import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Tokens have a role, and open one district or several; those that there are stay what they were: viewers of their district. The audit
 * log says what somebody was who did something, and what they noted. Answers to requests that carried a key are kept for a day.
 */
export const accessRoles: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('audit').addColumn('note', 'text').execute();
    await db.schema.alterTable('audit').addColumn('actor', 'text').execute();

    await db.schema
      .createTable('access_token')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull().unique())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('every_tenant', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('last_used_at', 'text')
      .addColumn('revoked_at', 'text')
      .execute();
    await db.schema
      .createTable('token_tenant')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('token_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('token_tenant_pk', ['tenant_id', 'token_id'])
      .execute();
    await db.schema.createIndex('token_tenant_of').on('token_tenant').column('token_id').execute();
    await sql`insert into access_token
      select id, name, hash, 'viewer', 0, created_at, created_by, expires_at, last_used_at, revoked_at from api_token`.execute(
      db,
    );
    await sql`insert into token_tenant select tenant_id, id from api_token`.execute(db);
    await db.schema.dropTable('api_token').execute();

    await db.schema
      .createTable('kept_answer')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('token_id', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('request', 'text', (column) => column.notNull())
      .addColumn('begun_at', 'text', (column) => column.notNull())
      .addColumn('status', 'integer')
      .addColumn('headers', 'text')
      .addColumn('body', 'text')
      .addPrimaryKeyConstraint('kept_answer_pk', ['tenant_id', 'token_id', 'key'])
      .execute();
    await db.schema.createIndex('kept_answer_by_age').on('kept_answer').columns(['tenant_id', 'begun_at']).execute();
  },
};
