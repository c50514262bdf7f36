import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Requests to provision one person at once, and the runs that carry them out: these say nothing of a profile as a whole. */
export const onePerson: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('person_request')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'text', (column) => column.notNull())
      .addColumn('asked_by', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text')
      .addColumn('trace', 'text')
      .addColumn('outcome', 'text')
      .addColumn('finished_at', 'text')
      .addPrimaryKeyConstraint('person_request_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema.createIndex('person_request_open').on('person_request').columns(['tenant_id', 'outcome']).execute();
    await db.schema.alterTable('run').addColumn('person', 'text').execute();
    await db.schema
      .alterTable('run_control')
      .addColumn('people', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
