/** What somebody must be told before they ask: causes, open alerts, and the channels through which people hear of them. */
import type { QuietWindow } from '../../shared/quiet.ts';

export const alertCauses = [
  'agentSilent',
  'syncFailing',
  'syncStalled',
  'consentMissing',
  'expiring',
  'held',
  'licensesLow',
  'manyProblems',
  'channelFailing',
  'terminalSignIn',
] as const;
export type AlertCause = (typeof alertCauses)[number];

/** Whom an alert concerns, in the words of problems (`Fixer`), without those that pass by themselves. */
export const alertReaders = ['sis', 'microsoft', 'operator'] as const;
export type AlertReader = (typeof alertReaders)[number];

/** Something that is wrong now. Sentences name no person. */
export interface Finding {
  /** The same for as long as it lasts: `agentSilent`, `syncFailing:District`, `manyProblems:UserNameTaken`. */
  key: string;
  cause: AlertCause;
  /** How many things are concerned: agents, operations, problems. At least 1. */
  count: number;
  /** What is wrong, and the next step: sentences. */
  sentence: string;
  action: string;
  readers: readonly AlertReader[];
}

/** A finding that lasts: first it only waits, then somebody is told of it. Times are ISO 8601 in UTC. */
export interface Alert extends Finding {
  id: string;
  /** When it was first found. */
  since: string;
  /** When it had lasted long enough to be told; null until then. */
  openedAt: string | null;
  /** When it was last told, and how large it was then; null until it is opened. */
  toldAt: string | null;
  toldCount: number;
  /** How often it was told again. */
  repeats: number;
  /** Since when it is no longer found; null while it is. */
  goneSince: string | null;
  /** When it ended for good; null while it is open. */
  resolvedAt: string | null;
}

export const channelKinds = ['webhook', 'smtp', 'heartbeat'] as const;
export type ChannelKind = (typeof channelKinds)[number];

/** Who is told of what, and when not. */
export interface ChannelRules {
  readers: readonly AlertReader[];
  /** Null for all causes. */
  causes: readonly AlertCause[] | null;
  /** Times of day at which nothing is sent. */
  quiet: readonly QuietWindow[];
  /** IANA name; null for the relay's own. */
  timeZone: string | null;
}

export const noticeEvents = ['opened', 'repeated', 'resolved'] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** One alert that one channel tells, or told. */
export interface Notice {
  alertId: string;
  channelId: string;
  event: NoticeEvent;
  /** 0 for the first and the last; the number of the repetition otherwise. */
  number: number;
  /** When it may be sent, ISO 8601. */
  dueAt: string;
  /** `taken`: at least one attempt was begun, so the receiver may have it. */
  state: 'waiting' | 'taken' | 'sent' | 'failed';
}
