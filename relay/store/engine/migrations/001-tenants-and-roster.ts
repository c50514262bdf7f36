import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Tenants, their agents and profiles, and the mirror of PowerSchool with its digests. */
export const tenantsAndRoster: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('tenant')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('slug', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('graph_tenant_id', 'text', (column) => column.notNull().unique())
      .addColumn('salt', 'text', (column) => column.notNull())
      .addColumn('open_cycle', 'text')
      .addColumn('roster_version', 'integer', (column) => column.notNull())
      .addColumn('committed_at', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('agent')
      .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenant.id'))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('version', 'text', (column) => column.notNull())
      .addColumn('source', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('last_seen_at', 'text')
      .addColumn('revoked_at', 'text')
      .addPrimaryKeyConstraint('agent_pk', ['tenant_id', 'id'])
      .execute();
    // The endpoint knows an agent by its id alone: an id must never name two.
    await db.schema.createIndex('agent_by_id').on('agent').column('id').unique().execute();
    await db.schema
      .createTable('enrollment_code')
      .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenant.id'))
      .addColumn('code_hash', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('used_at', 'text')
      .addPrimaryKeyConstraint('enrollment_code_pk', ['tenant_id', 'code_hash'])
      .execute();
    await db.schema.createIndex('enrollment_code_by_hash').on('enrollment_code').column('code_hash').unique().execute();
    await db.schema
      .createTable('profile')
      .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenant.id'))
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('profile_pk', ['tenant_id', 'id'])
      .execute();
    // No foreign key on the two large tables: they are written in bulk, and only through a tenant's own transaction.
    await db.schema
      .createTable('record')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('data', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('deleted', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_pk', ['tenant_id', 'kind', 'school_id', 'id'])
      .execute();
    await db.schema.createIndex('record_by_version').on('record').columns(['tenant_id', 'version']).execute();
    await db.schema
      .createTable('bucket')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('sum', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('bucket_pk', ['tenant_id', 'kind', 'school_id'])
      .execute();
  },
};
