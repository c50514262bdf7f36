/** Alerts of a district, or of the relay itself, and the notices that channels were given of them. */
import { z } from 'zod';
import { type Alert, alertReaders, type Notice } from '../../model/alert.ts';
import type { Database } from '../engine/schema.ts';
import { readJson } from '../engine/stored-json.ts';
import type { SystemScope, TenantScope } from '../store.ts';

const storedReaders = z.array(z.enum(alertReaders));

function alertOf(row: Database['alert']): Alert {
  return {
    ...{ id: row.id, key: row.key, cause: row.cause, count: row.count, sentence: row.sentence, action: row.action },
    readers: readJson(storedReaders, row.readers, 'alert', row.id),
    ...{ since: row.since, openedAt: row.opened_at, toldAt: row.told_at, toldCount: row.told_count },
    ...{ repeats: row.repeats, goneSince: row.gone_since, resolvedAt: row.resolved_at },
  };
}

/** Those that are not resolved, the oldest first: also those that nobody is told of yet. */
export async function unresolvedAlerts({ db, tenantId }: TenantScope): Promise<Alert[]> {
  const rows = await db
    .selectFrom('alert')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('resolved_at', 'is', null)
    .orderBy('since')
    .orderBy('key')
    .execute();
  return rows.map(alertOf);
}

/** Every notice of these alerts. */
export async function noticesOf({ db, tenantId }: TenantScope, alertIds: readonly string[]): Promise<Notice[]> {
  if (alertIds.length === 0) return [];
  const rows = await db
    .selectFrom('alert_notice')
    .select(['alert_id', 'channel_id', 'event', 'number', 'due_at', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('alert_id', 'in', alertIds)
    .execute();
  return rows.map((row) => ({
    ...{ alertId: row.alert_id, channelId: row.channel_id, event: row.event, number: row.number },
    ...{ dueAt: row.due_at, state: row.state },
  }));
}

export interface AlertChanges {
  kept: readonly Alert[];
  /** Ids of those that nobody was told of. */
  dropped: readonly string[];
  add: readonly Notice[];
  cancel: readonly Notice[];
}

export async function writeAlerts({ db, tenantId }: TenantScope, changes: AlertChanges): Promise<void> {
  const { kept, dropped, add, cancel } = changes;
  for (const id of dropped) {
    await db.deleteFrom('alert').where('tenant_id', '=', tenantId).where('id', '=', id).execute();
  }
  for (const alert of kept) {
    const { id, key, cause, count, sentence, action, readers, since } = alert;
    const changing = {
      ...{ count, sentence, action, readers: JSON.stringify(readers), since, opened_at: alert.openedAt },
      ...{ told_at: alert.toldAt, told_count: alert.toldCount, repeats: alert.repeats },
      ...{ gone_since: alert.goneSince, resolved_at: alert.resolvedAt },
    };
    await db
      .insertInto('alert')
      .values({ tenant_id: tenantId, id, key, cause, ...changing })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(changing))
      .execute();
  }
  for (const { alertId, channelId, event, number } of cancel) {
    await db
      .deleteFrom('alert_notice')
      .where('tenant_id', '=', tenantId)
      .where('alert_id', '=', alertId)
      .where('channel_id', '=', channelId)
      .where('event', '=', event)
      .where('number', '=', number)
      // Somebody may have begun to send it just now.
      .where('state', '=', 'waiting')
      .execute();
  }
  for (const { alertId, channelId, event, number, dueAt, state } of add) {
    await db
      .insertInto('alert_notice')
      .values({
        ...{ tenant_id: tenantId, alert_id: alertId, channel_id: channelId, event, number, due_at: dueAt, state },
        ...{ message_id: null, attempts: 0, first_at: null, taken_until: null, sent_at: null },
      })
      .execute();
  }
}

/** Districts that are looked at even when nothing is found in them: they have an alert, or a channel that fails. */
export async function tenantsToVisit({ db }: SystemScope): Promise<string[]> {
  const alerts = await db.selectFrom('alert').select('tenant_id').where('resolved_at', 'is', null).distinct().execute();
  const channels = await db
    .selectFrom('alert_channel')
    .select('tenant_id')
    .where('failing_since', 'is not', null)
    .distinct()
    .execute();
  return [...alerts, ...channels].map((row) => row.tenant_id);
}

/** Deletes those that were resolved before. */
export async function pruneAlerts({ db, tenantId }: TenantScope, before: string): Promise<void> {
  const old = db.selectFrom('alert').select('id').where('tenant_id', '=', tenantId).where('resolved_at', '<', before);
  await db.deleteFrom('alert_notice').where('tenant_id', '=', tenantId).where('alert_id', 'in', old).execute();
  await db.deleteFrom('alert').where('tenant_id', '=', tenantId).where('resolved_at', '<', before).execute();
}
