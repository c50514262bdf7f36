import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Teams of classes: which are there, which are being made, and which Teams does not know the class of yet. */
export const teams: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('team')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('section_id', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('operation', 'text')
      .addColumn('since', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('team_pk', ['tenant_id', 'section_id'])
      .execute();
  },
};
