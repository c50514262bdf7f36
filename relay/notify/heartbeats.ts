/** Calls addresses while all is well, for monitors that raise the alarm when nobody calls. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { messageOf } from '../alerts/message.ts';
import { type AlertChannel, heartbeats, noteDelivery } from '../store/alerts/channels.ts';
import { hasSilence } from '../store/alerts/pulse.ts';
import { ofTheRelay } from '../store/audit/audit.ts';
import type { Store } from '../store/store.ts';
import { pulseTrouble } from './pulse.ts';
import type { Sender } from './send.ts';

/** Calls come with looks, which may be some seconds late. */
const slackMs = 5000;
const everyMs = 60_000;

export interface HeartbeatOptions {
  store: Store;
  sender: Sender;
  clock: Clock;
  log: Logger;
}

/** Those of a district also stop while it has an alert that its roster or its runs do not go on. */
export async function callHeartbeats(options: HeartbeatOptions): Promise<void> {
  const { store, clock } = options;
  const channels = await store.readSystem(heartbeats);
  await Promise.all(channels.filter((channel) => isDue(channel, clock.now())).map((one) => call(options, one)));
}

function isDue({ deliveredAt }: AlertChannel, nowMs: number): boolean {
  return deliveredAt === null || nowMs - Date.parse(deliveredAt) >= everyMs - slackMs;
}

async function call({ store, sender, clock, log }: HeartbeatOptions, channel: AlertChannel): Promise<void> {
  const { tenantId, id, name } = channel;
  const district = tenantId === ofTheRelay ? undefined : tenantId;
  if ((await pulseTrouble(store, clock.now(), district)) !== undefined) return;
  if (district !== undefined && (await store.readTenant(district, hasSilence))) return;
  const nothing = messageOf('', { event: 'test', cause: 'test' }, []);
  const failure = await sender.send(channel, nothing, clock.now()).then(() => undefined, toHallpassError);
  const now = new Date(clock.now()).toISOString();
  await store.withTenant(tenantId, (scope) => noteDelivery(scope, id, failure?.message, now));
  if (failure === undefined) return;
  const { code, message } = failure;
  log.warn({ event: 'heartbeat.not-sent', channel: name, channelId: id, code }, `the heartbeat failed: ${message}`);
}
