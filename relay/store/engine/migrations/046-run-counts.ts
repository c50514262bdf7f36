import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** How much of each kind a run did, so that nobody counts a million operations for a page; Graph's id of a refused request. */
export const runCounts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('run_count')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('done', 'integer', (column) => column.notNull())
      .addColumn('failed', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_count_pk', ['tenant_id', 'run_id', 'kind'])
      .execute();
    await sql`insert into run_count (tenant_id, run_id, kind, done, failed)
      select tenant_id, run_id, kind, sum(case when state = 'done' then 1 else 0 end),
        sum(case when state = 'failed' then 1 else 0 end)
      from operation where state in ('done', 'failed') group by tenant_id, run_id, kind`.execute(db);
    await db.schema.alterTable('operation').addColumn('request_id', 'text').execute();
  },
};
