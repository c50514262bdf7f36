import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Several profiles of a tenant: runs, problems and holds say whose they are. What there is belongs to the one there was. */
export const profiles: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('profile_one_per_tenant').execute();
    await db.schema.createIndex('profile_by_name').on('profile').columns(['tenant_id', 'name']).unique().execute();
    await db.schema
      .alterTable('run')
      .addColumn('profile', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await sql`update run set profile = coalesce(${theProfileOf('run')}, '')`.execute(db);

    // The key of a table cannot be changed in SQLite: both are made again. Every run finds holds and problems again, but what
    // people decided about a hold, and since when there has been a problem, must not be lost.
    await db.schema
      .createTable('new_problem')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('profile', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('code', 'text', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('problem_pk', ['tenant_id', 'profile', 'subject', 'code'])
      .execute();
    await sql`insert into new_problem (tenant_id, profile, subject, code, message, action, first_at, last_at)
      select tenant_id, coalesce(${theProfileOf('problem')}, ''), subject, code, message, action, first_at, last_at
      from problem`.execute(db);
    await db.schema.dropTable('problem').execute();
    await db.schema.alterTable('new_problem').renameTo('problem').execute();

    await db.schema
      .createTable('new_hold')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('profile', 'text', (column) => column.notNull())
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
      .addPrimaryKeyConstraint('hold_pk', ['tenant_id', 'profile', 'key'])
      .execute();
    await sql`insert into new_hold (tenant_id, profile, key, kind, school_id, rule, count, there, reason, effect, sample,
        state, first_seen, last_seen, expires_at, decided_by, decided_at, decided_count)
      select tenant_id, coalesce(${theProfileOf('hold')}, ''), key, kind, school_id, rule, count, there, reason, effect, sample,
        state, first_seen, last_seen, expires_at, decided_by, decided_at, decided_count
      from hold`.execute(db);
    await db.schema.dropTable('hold').execute();
    await db.schema.alterTable('new_hold').renameTo('hold').execute();
  },
};

function theProfileOf(table: string) {
  return sql`(select name from profile where profile.tenant_id = ${sql.ref(`${table}.tenant_id`)})`;
}
