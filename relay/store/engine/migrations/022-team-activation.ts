import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whether students see a team: a class team that an application made waits for a teacher to activate it. */
export const teamActivation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('team_activation')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('section_id', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('since', 'text', (column) => column.notNull())
      .addColumn('checked_at', 'text')
      .addPrimaryKeyConstraint('team_activation_pk', ['tenant_id', 'section_id'])
      .execute();
  },
};
