/** What is wrong at the relay itself: credentials that end, channels that do not deliver, and whom nobody vouched for. Pure. */
import type { Finding } from '../model/alert.ts';
import { failingKey } from './route.ts';

const dayMs = 86_400_000;
/** A month is enough to get a new one. */
const endsSoonDays = 30;

/** Something that ends on a day. */
export interface Credential {
  /** `the app's certificate`: the same for as long as it is used for the same. */
  what: string;
  /** The option that replaces it. */
  option: string;
  /** ISO 8601. */
  endsAt: string;
}

export function expiry({ what, option, endsAt }: Credential, nowMs: number): Finding[] {
  const days = Math.floor((Date.parse(endsAt) - nowMs) / dayMs);
  if (days > endsSoonDays) return [];
  const day = endsAt.slice(0, 10);
  const when = days < 0 ? `ended on ${day}` : `ends on ${day}, in ${days} day${days === 1 ? '' : 's'}`;
  return [
    {
      ...{ key: `expiring:${what}`, cause: 'expiring', count: 1, readers: ['operator'] },
      sentence: `${what.slice(0, 1).toUpperCase()}${what.slice(1)} ${when}.`,
      action: `Get a new one and set it with "hallpass-relay configure ${option}"; restart the relay.`,
    },
  ];
}

/** A link from the terminal that somebody has used: who it was, no sign-in provider knows. */
export interface UsedLink {
  id: string;
  /** ISO 8601. */
  at: string;
}

/** For so long each is an alert: quiet hours are shorter, so that they keep nobody from hearing of it. */
export const linkCountsMs = dayMs;

export function unvouched({ id, at }: UsedLink): Finding[] {
  return [
    {
      ...{ key: `terminalSignIn:${id}`, cause: 'terminalSignIn', count: 1, readers: ['operator'] },
      sentence: `At ${at} somebody signed in to the console as an operator with a link from the terminal, past the sign-in provider. The session lasts an hour at most.`,
      action: 'Ask whether it was one of you: "hallpass-relay audit" names the account that made the link.',
    },
  ];
}

/** How a channel is doing. */
export interface ChannelHealth {
  id: string;
  name: string;
  /** ISO 8601; null while it delivers. */
  failingSince: string | null;
  /** A sentence without a secret. */
  reason: string | null;
}

export function undelivered({ id, name, failingSince, reason }: ChannelHealth): Finding[] {
  if (failingSince === null) return [];
  return [
    {
      ...{ key: failingKey(id), cause: 'channelFailing', count: 1, readers: ['operator', 'microsoft', 'sis'] },
      sentence: `The alert channel "${name}" has delivered nothing since ${failingSince}: ${(reason ?? 'no reason is known').replace(/\.$/, '')}.`,
      action: 'Try it with "hallpass-relay alert test", and correct or remove it.',
    },
  ];
}
