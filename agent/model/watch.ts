/**
 * What the agent reports to live observers (the local page) besides the events in its log: moments and measurements. No
 * personal data.
 */
import type { LeftOut } from '../../shared/left-out.ts';
import type { Welcome } from '../../shared/link.ts';
import type { Kind } from '../../shared/roster.ts';

/** An error in the catalog as people see it. */
export interface Problem {
  code: string;
  message: string;
  action: string;
}

/** How a cycle ended. `interrupted`: the connection broke or the agent was stopped, which is not a failure. */
export type Outcome = 'unchanged' | 'changed' | 'failed' | 'interrupted';

export interface CycleEnd {
  outcome: Outcome;
  seconds: number;
  /** Records that were acknowledged or sent, per kind, even in a cycle that failed halfway. */
  sent: Partial<Record<Kind, number>>;
  deletes: number;
  bucketsRead: number;
  /** Keys of buckets that stay as they were: unreadable, or with deletions that wait. */
  held: string[];
  /** Keys of buckets for which the relay has something else than we do; the next cycle compares them. */
  differing: string[];
  /** True when every changed bucket was read and everything found was acknowledged. */
  complete: boolean;
  /** The first thing that went wrong. */
  problem?: Problem;
  /** Rows that cannot become records; undefined when the cycle ended before this was known. */
  leftOut?: LeftOut;
}

export type Moment =
  | { moment: 'link.opened'; relay: string; tenant: string; wanted: Welcome['wanted'] }
  | { moment: 'link.ended'; problem: Problem }
  /** The relay answered: a greeting, or a ping. */
  | { moment: 'link.answered'; ms: number }
  /** The relay asked to wait until then, milliseconds since the epoch. */
  | { moment: 'link.throttled'; until: number }
  /** The time at which the next cycle begins; `intervalMs` is the usual time from one to the next. */
  | { moment: 'cycle.due'; at: number; intervalMs: number }
  | { moment: 'cycle.began' }
  /** The probe was answered. */
  | { moment: 'powerschool.answered'; ms: number }
  /** Keys of the buckets that this cycle compares. */
  | { moment: 'cycle.planned'; buckets: string[] }
  | ({ moment: 'cycle.ended' } & CycleEnd);

export type Watch = (moment: Moment) => void;
