import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Operations that wait, and for what; how far a turn is; how much a run left waiting. */
export const waiting: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('waiting_operation')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('profile', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('people', 'text', (column) => column.notNull())
      .addColumn('brings', 'text')
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('thing', 'text')
      .addColumn('detail', 'text')
      .addColumn('until', 'text')
      .addPrimaryKeyConstraint('waiting_operation_pk', ['tenant_id', 'run_id', 'number'])
      .execute();
    await db.schema
      .createTable('turn_progress')
      .addColumn('tenant_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('waiting', 'text', (column) => column.notNull())
      .addColumn('per_minute', 'integer')
      .execute();
    await db.schema
      .alterTable('run')
      .addColumn('waiting', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
