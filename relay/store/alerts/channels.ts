/** The channels of a district, or the relay's own, which hear of every district. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { quietSchema } from '../../../shared/quiet.ts';
import { alertCauses, alertReaders, type ChannelKind, type ChannelRules } from '../../model/alert.ts';
import { ofTheRelay } from '../audit/audit.ts';
import type { Database } from '../engine/schema.ts';
import { readJson } from '../engine/stored-json.ts';
import type { SystemScope, TenantScope } from '../store.ts';

export interface AlertChannel extends ChannelRules {
  /** Of a district, or the relay's own. */
  tenantId: string;
  id: string;
  name: string;
  kind: ChannelKind;
  target: string;
  sealed: string;
  createdAt: string;
  createdBy: string;
  /** ISO 8601; null before the first delivery. */
  deliveredAt: string | null;
  failingSince: string | null;
  failure: string | null;
}

const storedReaders = z.array(z.enum(alertReaders));
const storedCauses = z.array(z.enum(alertCauses)).nullable();

export function channelOf(row: Database['alert_channel']): AlertChannel {
  const { id } = row;
  return {
    ...{ tenantId: row.tenant_id, id, name: row.name, kind: row.kind, target: row.target, sealed: row.sealed },
    readers: readJson(storedReaders, row.readers, 'alert_channel', id),
    causes: row.causes === null ? null : readJson(storedCauses, row.causes, 'alert_channel', id),
    quiet: readJson(quietSchema, row.quiet, 'alert_channel', id),
    ...{ timeZone: row.time_zone, createdAt: row.created_at, createdBy: row.created_by },
    ...{ deliveredAt: row.delivered_at, failingSince: row.failing_since, failure: row.failure },
  };
}

/** By name. */
export async function listChannels({ db, tenantId }: TenantScope): Promise<AlertChannel[]> {
  const rows = await db
    .selectFrom('alert_channel')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('name')
    .execute();
  return rows.map(channelOf);
}

/** Those that hear of this district: its own, and the relay's. */
export async function channelsFor({ db, tenantId }: TenantScope): Promise<AlertChannel[]> {
  const rows = await db
    .selectFrom('alert_channel')
    .selectAll()
    .where('tenant_id', 'in', [tenantId, ofTheRelay])
    .orderBy('id')
    .execute();
  return rows.map(channelOf);
}

/** The relay calls them while all is well: across districts, because each says so of its own. */
export async function heartbeats({ db }: SystemScope): Promise<AlertChannel[]> {
  const rows = await db.selectFrom('alert_channel').selectAll().where('kind', '=', 'heartbeat').execute();
  return rows.map(channelOf);
}

export interface NewChannel extends ChannelRules {
  id: string;
  name: string;
  kind: ChannelKind;
  target: string;
  sealed: string;
  by: string;
}

export function newChannelId(): string {
  return randomUUID();
}

export async function addChannel({ db, tenantId }: TenantScope, channel: NewChannel, now: Date): Promise<void> {
  const { id, name, kind, target, sealed, readers, causes, quiet, timeZone, by } = channel;
  await db
    .insertInto('alert_channel')
    .values({
      ...{ tenant_id: tenantId, id, name, kind, target, sealed, time_zone: timeZone },
      ...{ readers: JSON.stringify(readers), causes: causes && JSON.stringify(causes), quiet: JSON.stringify(quiet) },
      ...{ created_at: now.toISOString(), created_by: by, delivered_at: null, failing_since: null, failure: null },
    })
    .execute();
}

/** Name and rules; where it leads stays. What already waits to be told is told. */
export async function editChannel(
  { db, tenantId }: TenantScope,
  { id, name, readers, causes, quiet, timeZone }: ChannelRules & { id: string; name: string },
): Promise<void> {
  await db
    .updateTable('alert_channel')
    .set({ name, time_zone: timeZone, readers: JSON.stringify(readers), quiet: JSON.stringify(quiet) })
    .set({ causes: causes && JSON.stringify(causes) })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

/** With what it was still to tell; of the relay's own, in every district. */
export async function removeChannel({ db, tenantId }: TenantScope, id: string): Promise<void> {
  await db.deleteFrom('alert_channel').where('tenant_id', '=', tenantId).where('id', '=', id).execute();
  await db.deleteFrom('alert_notice').where('channel_id', '=', id).execute();
}

/** Notes how the last attempt went. @param failure a sentence without a secret; undefined when it was delivered */
export async function noteDelivery(
  { db, tenantId }: TenantScope,
  id: string,
  failure: string | undefined,
  now: string,
): Promise<void> {
  await db
    .updateTable('alert_channel')
    .set(({ fn, val }) =>
      failure === undefined
        ? { delivered_at: now, failing_since: null, failure: null }
        : { failing_since: fn.coalesce('failing_since', val(now)), failure },
    )
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}
