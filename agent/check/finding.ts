/** What a check finds, and what a check can use. */
import type { Clock } from '../../shared/clock.ts';
import type { Kind, WantedFields } from '../../shared/roster.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { CheckTimes } from './times.ts';

export interface Check {
  /** A stable name, for programs. */
  name: string;
  status: 'pass' | 'warn' | 'fail';
  /** What was found, as a sentence. Never contains a secret or personal data. */
  fact: string;
  /** The next step; empty when there is none. */
  action: string;
  /** The code in the error catalog, if the failure has one. */
  code?: string;
  /** Not run, because an earlier check failed. That one needs attention; this one found nothing, good or bad. */
  notTried?: true;
  /** The failure may pass by itself. */
  temporary?: true;
}

export interface CheckParts {
  folder: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  clock: Clock;
  /** Ends the checks: the generator then throws the signal's reason. */
  signal: AbortSignal;
  times?: CheckTimes;
}

/** What the groups of checks share. */
export interface CheckContext extends Required<CheckParts> {
  state: AgentState;
  /** Differences to the clocks of servers that answered. */
  skews: Skews;
  /** Compared with what the profiles ask for. */
  reads: Reads;
}

export interface Reads {
  /** How PowerSchool is read; absent if that could not be determined. */
  source?: 'powerquery' | 'rest';
  /** With PowerQueries, the columns in a row of each kind; a kind without any row is missing. */
  columns: Map<Kind, ReadonlySet<string>>;
  /** What the profiles ask for; `unsaid` from a relay older than 0.3.0; absent when no relay has answered. */
  wanted?: WantedFields | 'unsaid';
}

/** How far other clocks are ahead of this computer's, in milliseconds. */
export interface Skews {
  relay?: number;
  powerschool?: number;
}
