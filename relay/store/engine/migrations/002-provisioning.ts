import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Directory mirror, links, applied state, journal and problems. */
export const provisioning: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('directory_user')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('user_principal_name', 'text', (column) => column.notNull())
      .addColumn('mail', 'text')
      .addColumn('mail_nickname', 'text')
      .addPrimaryKeyConstraint('directory_user_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema
      .createTable('directory_state')
      .addColumn('tenant_id', 'text', (column) => column.primaryKey())
      .addColumn('users_delta_link', 'text')
      .addColumn('refreshed_at', 'text')
      .addColumn('adopted_at', 'text')
      .execute();
    await db.schema
      .createTable('link')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('person_id', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('rule', 'text', (column) => column.notNull())
      .addColumn('linked_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('link_pk', ['tenant_id', 'role', 'person_id'])
      .addUniqueConstraint('link_one_person_per_account', ['tenant_id', 'object_id'])
      .execute();
    await db.schema
      .createTable('applied')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('applied_pk', ['tenant_id', 'kind', 'key'])
      .execute();
    await db.schema
      .createTable('applied_relation')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('container', 'text', (column) => column.notNull())
      .addColumn('item', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('applied_relation_pk', ['tenant_id', 'kind', 'container', 'item'])
      .execute();
    await db.schema
      .createTable('run')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('started_at', 'text', (column) => column.notNull())
      .addColumn('finished_at', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('planned', 'text', (column) => column.notNull())
      .addColumn('done', 'integer', (column) => column.notNull())
      .addColumn('failed', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema
      .createTable('operation')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('before', 'text')
      .addColumn('after', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('error_code', 'text')
      .addColumn('error_message', 'text')
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('operation_pk', ['tenant_id', 'id'])
      .execute();
    await db.schema
      .createIndex('operation_unanswered')
      .on('operation')
      .columns(['tenant_id', 'kind', 'key'])
      .where(sql.ref('state'), '=', 'intent')
      .execute();
    await db.schema
      .createTable('problem')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('code', 'text', (column) => column.notNull())
      .addColumn('message', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('first_at', 'text', (column) => column.notNull())
      .addColumn('last_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('problem_pk', ['tenant_id', 'subject', 'code'])
      .execute();
  },
};
