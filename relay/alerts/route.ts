/**
 * Who is told what. Pure, and repeated at every look: what a channel has been told of an alert follows from its notices
 * alone, so that nothing is told twice or forgotten whatever is interrupted.
 */
import { quietUntil } from '../../shared/quiet.ts';
import type { Alert, ChannelKind, ChannelRules, Notice, NoticeEvent } from '../model/alert.ts';

export interface RoutedChannel extends ChannelRules {
  id: string;
  kind: ChannelKind;
}

/** Whether a channel tells alerts like this one. One that fails does not report itself. */
export function wants(channel: RoutedChannel, { cause, readers, key }: Alert): boolean {
  if (channel.kind === 'heartbeat' || key === failingKey(channel.id)) return false;
  const { causes } = channel;
  return (causes === null || causes.includes(cause)) && readers.some((reader) => channel.readers.includes(reader));
}

export function failingKey(channelId: string): string {
  return `channelFailing:${channelId}`;
}

export interface Routing {
  add: Notice[];
  /** Not begun yet, and no longer worth telling. */
  cancel: Notice[];
}

/**
 * @param alerts those that are open, and those that were just resolved
 * @param channels that may hear of them: the district's, and the relay's
 * @param notices that the alerts have so far
 */
export function route(
  alerts: readonly Alert[],
  channels: readonly RoutedChannel[],
  notices: readonly Notice[],
  nowMs: number,
): Routing {
  const of = Map.groupBy(notices, ({ alertId, channelId }) => `${alertId} ${channelId}`);
  const add: Notice[] = [];
  const cancel: Notice[] = [];
  for (const alert of alerts) {
    if (alert.openedAt === null) continue;
    for (const channel of channels) {
      const known = of.get(`${alert.id} ${channel.id}`) ?? [];
      const unsent = known.filter(({ state }) => state === 'waiting');
      const notice = (event: NoticeEvent, number: number): Notice => {
        const dueMs = quietUntil(nowMs, channel.quiet, channel.timeZone ?? undefined) ?? nowMs;
        const dueAt = new Date(dueMs).toISOString();
        return { alertId: alert.id, channelId: channel.id, event, number, dueAt, state: 'waiting' };
      };
      if (alert.resolvedAt !== null) {
        cancel.push(...unsent.filter(({ event }) => event !== 'resolved'));
        const wasTold = known.some(({ event, state }) => event !== 'resolved' && state !== 'waiting');
        const wasEnded = known.some(({ event }) => event === 'resolved');
        if (wasTold && !wasEnded) add.push(notice('resolved', 0));
      } else if (wants(channel, alert)) {
        if (known.length === 0) add.push(notice('opened', 0));
        else if (isRepetitionDue(alert, known, unsent)) add.push(notice('repeated', alert.repeats));
      }
    }
  }
  return { add, cancel };
}

/** One that the channel has not begun to tell says everything already. */
function isRepetitionDue({ repeats, toldAt }: Alert, known: readonly Notice[], unsent: readonly Notice[]): boolean {
  if (repeats === 0 || unsent.length > 0) return false;
  if (known.some(({ event, number }) => event === 'repeated' && number >= repeats)) return false;
  // A channel that was added after the repetition has just told it for the first time.
  const newest =
    known
      .map(({ dueAt }) => dueAt)
      .sort()
      .at(-1) ?? '';
  return newest < (toldAt ?? '');
}
