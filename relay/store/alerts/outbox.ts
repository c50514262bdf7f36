/**
 * The outbox of alerts. It crosses districts, because one message of the relay's own channel has those of several. A
 * message has its id from before the first attempt, and its notices stay until somebody has taken them: whoever is
 * killed in between sends it again, under the same id.
 */
import { randomUUID } from 'node:crypto';
import { type AlertMessage, messageOf } from '../../alerts/message.ts';
import type { SystemScope } from '../store.ts';
import { type AlertChannel, channelOf } from './channels.ts';

/** A message that is being sent is left alone for so long: longer than every time limit of an attempt. */
const takenMs = 180_000;
/** Notices that are taken at once. */
const takenAtOnce = 500;

export interface Outgoing {
  channel: AlertChannel;
  message: AlertMessage;
  /** Attempts so far, this one included. */
  attempts: number;
  /** When the first was made, ISO 8601. */
  firstAt: string;
}

/** Takes what is due: one message for each channel, event and cause, and those whose last attempt failed. */
export async function takeDue({ db }: SystemScope, nowMs: number): Promise<Outgoing[]> {
  const now = new Date(nowMs).toISOString();
  const rows = await db
    .selectFrom('alert_notice')
    .innerJoin('alert', (join) =>
      join.onRef('alert.tenant_id', '=', 'alert_notice.tenant_id').onRef('alert.id', '=', 'alert_notice.alert_id'),
    )
    .leftJoin('tenant', 'tenant.id', 'alert.tenant_id')
    .select(['alert_notice.tenant_id', 'alert_notice.alert_id', 'alert_notice.channel_id', 'alert_notice.event'])
    .select(['alert_notice.number', 'alert_notice.message_id', 'alert_notice.attempts', 'alert_notice.first_at'])
    .select(['alert.cause', 'alert.count', 'alert.sentence', 'alert.action', 'alert.since', 'alert.resolved_at'])
    .select(['tenant.slug', 'tenant.name'])
    .where('alert_notice.state', 'in', ['waiting', 'taken'])
    .where('alert_notice.due_at', '<=', now)
    .where((where) =>
      where.or([where('alert_notice.taken_until', 'is', null), where('alert_notice.taken_until', '<=', now)]),
    )
    .orderBy('alert_notice.due_at')
    .orderBy('alert_notice.alert_id')
    .limit(takenAtOnce)
    .execute();
  const channels = new Map((await db.selectFrom('alert_channel').selectAll().execute()).map((row) => [row.id, row]));
  const groups = Map.groupBy(rows, (row) => row.message_id ?? `${row.channel_id} ${row.event} ${row.cause}`);
  const taken: Outgoing[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    const channel = first && channels.get(first.channel_id);
    if (first === undefined || channel === undefined) continue;
    const id = first.message_id ?? randomUUID();
    const firstAt = first.first_at ?? now;
    const attempts = first.attempts + 1;
    for (const row of group) {
      await db
        .updateTable('alert_notice')
        .set({ state: 'taken', message_id: id, attempts, first_at: firstAt })
        .set({ taken_until: new Date(nowMs + takenMs).toISOString() })
        .where('tenant_id', '=', row.tenant_id)
        .where('alert_id', '=', row.alert_id)
        .where('channel_id', '=', row.channel_id)
        .where('event', '=', row.event)
        .where('number', '=', row.number)
        .execute();
    }
    const told = group.map(({ alert_id, slug, name, count, sentence, action, since, resolved_at }) => ({
      ...{ id: alert_id, district: slug === null || name === null ? null : { slug, name } },
      ...{ count, sentence, action, since, resolvedAt: first.event === 'resolved' ? resolved_at : null },
    }));
    taken.push({ channel: channelOf(channel), message: messageOf(id, first, told), attempts, firstAt });
  }
  return taken;
}

/** The message has arrived. */
export async function noteSent({ db }: SystemScope, messageId: string, now: string): Promise<void> {
  await db
    .updateTable('alert_notice')
    .set({ state: 'sent', sent_at: now, taken_until: null })
    .where('message_id', '=', messageId)
    .execute();
}

/** The attempt failed. @param again when the next is made, ISO 8601; undefined when there is none */
export async function noteUnsent({ db }: SystemScope, messageId: string, again: string | undefined): Promise<void> {
  await db
    .updateTable('alert_notice')
    .set(again === undefined ? { state: 'failed' } : { due_at: again })
    .set({ taken_until: null })
    .where('message_id', '=', messageId)
    .execute();
}

/** When the next message is due, ISO 8601; undefined while none waits. */
export async function nextDue({ db }: SystemScope): Promise<string | undefined> {
  const row = await db
    .selectFrom('alert_notice')
    .select(({ fn }) => fn.min('due_at').as('at'))
    .where('state', 'in', ['waiting', 'taken'])
    .where('taken_until', 'is', null)
    .executeTakeFirst();
  return row?.at ?? undefined;
}
