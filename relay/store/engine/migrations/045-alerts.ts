import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Alerts, the channels that tell them, what each channel was told, and signs that somebody watches. */
export const alerts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('alert_channel')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('readers', 'text', (column) => column.notNull())
      .addColumn('causes', 'text')
      .addColumn('quiet', 'text', (column) => column.notNull())
      .addColumn('time_zone', 'text')
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('delivered_at', 'text')
      .addColumn('failing_since', 'text')
      .addColumn('failure', 'text')
      .addPrimaryKeyConstraint('alert_channel_pk', ['tenant_id', 'id'])
      .addUniqueConstraint('alert_channel_name', ['tenant_id', 'name'])
      .execute();
    await db.schema
      .createTable('alert')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('cause', 'text', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('sentence', 'text', (column) => column.notNull())
      .addColumn('action', 'text', (column) => column.notNull())
      .addColumn('readers', 'text', (column) => column.notNull())
      .addColumn('since', 'text', (column) => column.notNull())
      .addColumn('opened_at', 'text')
      .addColumn('told_at', 'text')
      .addColumn('told_count', 'integer', (column) => column.notNull())
      .addColumn('repeats', 'integer', (column) => column.notNull())
      .addColumn('gone_since', 'text')
      .addColumn('resolved_at', 'text')
      .addPrimaryKeyConstraint('alert_pk', ['tenant_id', 'id'])
      .execute();
    // Whoever looks at once with another: a cause has one open alert.
    await sql`create unique index alert_open on alert (tenant_id, key) where resolved_at is null`.execute(db);
    await db.schema
      .createTable('alert_notice')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('alert_id', 'text', (column) => column.notNull())
      .addColumn('channel_id', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('number', 'integer', (column) => column.notNull())
      .addColumn('due_at', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('message_id', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('first_at', 'text')
      .addColumn('taken_until', 'text')
      .addColumn('sent_at', 'text')
      .addPrimaryKeyConstraint('alert_notice_pk', ['tenant_id', 'alert_id', 'channel_id', 'event', 'number'])
      .execute();
    await db.schema.createIndex('alert_notice_due').on('alert_notice').columns(['state', 'due_at']).execute();
    await db.schema.createIndex('alert_notice_message').on('alert_notice').column('message_id').execute();
    await db.schema
      .createTable('license_reading')
      .addColumn('tenant_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('licenses', 'text')
      .execute();
    await db.schema
      .createTable('alert_pulse')
      .addColumn('tenant_id', 'text', (column) => column.notNull())
      .addColumn('part', 'text', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('alert_pulse_pk', ['tenant_id', 'part'])
      .execute();
  },
};
