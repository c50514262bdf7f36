import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the guard holds back and who decided about it, what the source looked like when all was well, and the audit log. */
export const holds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('hold')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('rule', 'text', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('there', 'integer', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('effect', 'text', (column) => column.notNull())
      .addColumn('sample', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('first_seen', 'text', (column) => column.notNull())
      .addColumn('last_seen', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text')
      .addColumn('decided_by', 'text')
      .addColumn('decided_at', 'text')
      .addColumn('decided_count', 'integer')
      .addPrimaryKeyConstraint('hold_pk', ['tenant_id', 'key'])
      .execute();
    await db.schema
      .createTable('last_good')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('school_id', 'text', (column) => column.notNull())
      .addColumn('counts', 'text', (column) => column.notNull())
      .addColumn('year_id', 'text')
      .addColumn('sections', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('last_good_pk', ['tenant_id', 'school_id'])
      .execute();
    await db.schema
      .createTable('audit')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('who', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('audit_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema.createIndex('audit_by_time').on('audit').columns(['tenant_id', 'at']).execute();
    await db.schema
      .alterTable('run')
      .addColumn('held', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
