import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { guardAudit } from '../sql/audit-guard.ts';
import { isPostgres } from '../sql/dialect.ts';

/**
 * An order for audit log and journal that no clock decides, an audit log that can only grow, why runs failed, which profiles
 * are quarantined, and what people asked of runs.
 */
export const control: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const times = { audit: 'at', run: 'started_at', operation: 'at' };
    for (const [table, time] of Object.entries(times)) {
      await db.schema
        .alterTable(table)
        .addColumn('seq', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      // The row's own number breaks ties: so far rows were only ever added. On PostgreSQL there were none yet.
      if (!isPostgres(db))
        await sql`update ${sql.table(table)} set seq = numbered.number
        from (select rowid as row, row_number() over (partition by tenant_id order by ${sql.ref(time)}, rowid) as number
          from ${sql.table(table)}) as numbered
        where ${sql.ref(`${table}.rowid`)} = numbered.row`.execute(db);
      await db.schema.createIndex(`${table}_in_order`).on(table).columns(['tenant_id', 'seq']).unique().execute();
    }
    await db.schema.dropIndex('audit_by_time').execute();
    await guardAudit(db);

    await db.schema.createIndex('operation_of_run').on('operation').columns(['tenant_id', 'run_id', 'seq']).execute();
    await db.schema.createIndex('operation_on').on('operation').columns(['tenant_id', 'key', 'seq']).execute();
    await db.schema
      .alterTable('run')
      .addColumn('problems', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable('run').addColumn('error_code', 'text').execute();
    await db.schema.alterTable('run').addColumn('error_message', 'text').execute();

    await db.schema.alterTable('profile').addColumn('quarantine', 'text').execute();
    await db.schema
      .alterTable('profile')
      .addColumn('resumed_after', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
    await db.schema
      .createTable('run_control')
      .addColumn('tenant_id', 'text', (column) => column.primaryKey())
      .addColumn('starts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('cancels', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('restarts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('restarts_done', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
