/** Sends what the outbox has: each message again until somebody has taken it, for three days at most. */
import type { Logger } from 'pino';
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { HallpassError } from '../../shared/errors.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { noteDelivery } from '../store/alerts/channels.ts';
import { nextDue, noteSent, noteUnsent, type Outgoing, takeDue } from '../store/alerts/outbox.ts';
import { notePulse } from '../store/alerts/pulse.ts';
import type { Store } from '../store/store.ts';
import type { Sender } from './send.ts';

/** Between two looks when nothing is due, milliseconds: a sign of life, too. */
const idleMs = 60_000;
const retry = { baseMs: 60_000, capMs: 3_600_000 };
/** The shortest pause after a failed attempt. */
const leastMs = 15_000;
const givenUpMs = 3 * 86_400_000;

export interface DeliveryOptions {
  store: Store;
  sender: Sender;
  clock: Clock;
  log: Logger;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

/** Begins at once, and ends with the signal; a wake-up says that something may be due. */
export function startDelivery(options: DeliveryOptions): Loop {
  const { store, clock, log, random, signal } = options;
  let pauseMs = idleMs;
  return startLoop({
    turn: async () => {
      await deliverDue(options);
      const due = await store.readSystem(nextDue);
      pauseMs = due === undefined ? idleMs : Math.min(idleMs, Math.max(1000, Date.parse(due) - clock.now()));
    },
    pauseMs: () => pauseMs,
    backoff: { baseMs: 5000, capMs: idleMs },
    failed: ({ code, message }) =>
      log.error({ event: 'alerts.delivery-failed', code, message }, `alerts are not sent: ${message}`),
    recovered: () => log.info({ event: 'alerts.delivery-recovered' }, 'alerts are sent again'),
    clock,
    random,
    signal,
  });
}

async function deliverDue(options: DeliveryOptions): Promise<void> {
  const { store, clock } = options;
  const taken = await store.system((scope) => takeDue(scope, clock.now()));
  // One channel after the other would wait for the slowest; a channel takes one message at a time.
  const byChannel = Map.groupBy(taken, ({ channel }) => channel.id);
  await Promise.all(
    [...byChannel.values()].map(async (messages) => {
      for (const outgoing of messages) await deliver(options, outgoing);
    }),
  );
  await store.system((scope) => notePulse(scope, 'delivery', new Date(clock.now()).toISOString()));
}

async function deliver(options: DeliveryOptions, outgoing: Outgoing): Promise<void> {
  const { store, sender, clock, log } = options;
  const { channel, message } = outgoing;
  const failure = await sender.send(channel, message, clock.now()).then(() => undefined, toHallpassError);
  const nowMs = clock.now();
  const now = new Date(nowMs).toISOString();
  const again = failure && nextAttempt(outgoing, failure, nowMs, options.random());
  await store.system(async (scope) => {
    const { tenantId, id } = channel;
    await noteDelivery({ ...scope, tenantId }, id, failure?.message, now);
    if (failure === undefined) await noteSent(scope, message.id, now);
    else await noteUnsent(scope, message.id, again);
  });
  const about = { channel: channel.name, channelId: channel.id, message: message.id, cause: message.cause };
  if (failure === undefined) return log.info({ event: 'alert.sent', ...about, type: message.type }, message.title);
  const { code, message: reason } = failure;
  const event = again === undefined ? 'alert.given-up' : 'alert.not-sent';
  log.warn({ event, ...about, code, again }, `an alert was not delivered: ${reason}`);
}

/** ISO 8601; undefined when it has been tried for long enough. */
function nextAttempt(
  { attempts, firstAt }: Outgoing,
  { retryAfterMs }: HallpassError,
  nowMs: number,
  random: number,
): string | undefined {
  if (nowMs - Date.parse(firstAt) >= givenUpMs) return undefined;
  const pauseMs = backoffMs(retry, attempts - 1, random, Math.max(leastMs, retryAfterMs ?? 0));
  return new Date(nowMs + pauseMs).toISOString();
}
