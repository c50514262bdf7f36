/** Alerts over time in tests: minutes that pass on a stopped clock, and channels that lead to a test's receivers. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { addAlertChannel, type ChannelInput } from '../app/commands/alerts.ts';
import type { AppContext } from '../app/perform.ts';
import { readPulse } from '../store/alerts/pulse.ts';
import type { Store } from '../store/store.ts';
import type { Received, WebReceiver } from './alert-receivers.ts';
import type { StoppedClock } from './stopped-clock.ts';

interface Watched {
  store: Store;
  home: string;
}

/** Resolves when it holds; the test's own time limit ends what never does. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await turn();
}

/** Loops of a relay that sleep a minute at most: the two of alerts, and those that notice changes and revocations. */
const loops = 4;

/** Lets minutes pass, in each of which alerts are looked for and sent. */
export async function passMinutes(
  { store }: Pick<Watched, 'store'>,
  clock: StoppedClock,
  minutes: number,
): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await asleep(clock);
    clock.pass(60_000);
    const now = new Date(clock.now()).toISOString();
    await until(async () => {
      await asleep(clock);
      const { watch = '', delivery = '' } = await store.readSystem(readPulse);
      return watch >= now && delivery >= now;
    });
  }
}

/** Whoever begins to sleep only after the minute has passed would sleep through the next. */
async function asleep(clock: StoppedClock): Promise<void> {
  await until(() => clock.dueWithin(60_000) >= loops);
}

/** A channel of the relay that leads to the receiver, or that of a district. */
export async function addWebChannel(
  { store, home }: Watched,
  clock: Clock,
  { url }: WebReceiver,
  input: Partial<Pick<ChannelInput, 'name' | 'tenant' | 'quiet' | 'timeZone' | 'readers'>> & {
    kind?: 'heartbeat';
  } = {},
): Promise<void> {
  const { signal } = new AbortController();
  const context: AppContext = { home, store, clock, signal };
  const given = { name: 'on-call', tenant: undefined, kind: 'webhook' as const, ...input, target: { url } };
  await addAlertChannel(context, { kind: 'terminal', user: 'kim' }, given);
}

/** What webhooks told: `alert.opened agentSilent contoso`. */
export function told(received: readonly Received[]): string[] {
  return received.map(({ body }) => {
    const { type, data } = JSON.parse(body) as {
      type: string;
      data: { cause: string; alerts: { district: { slug: string } | null }[] };
    };
    const slugs = data.alerts.map(({ district }) => district?.slug ?? 'relay').sort();
    return [type, data.cause, ...slugs].join(' ');
  });
}
