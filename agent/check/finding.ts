/** What a check finds, and what it gets to look at. */
import type { Clock } from '../../shared/clock.ts';
import type { Kind, WantedFields } from '../../shared/roster.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { CheckTimes } from './times.ts';

export interface Check {
  /** Stable, for programs. */
  name: string;
  status: 'pass' | 'warn' | 'fail';
  /** What was found, as a sentence. Never a secret, never personal data. */
  fact: string;
  /** The next step; empty when there is none. */
  action: string;
  /** Of the catalog, where the failure has one. */
  code?: string;
  /** An earlier check failed, which is the one to look at: this one found nothing, good or bad. */
  notTried?: true;
  /** Of a failure that may pass by itself. */
  temporary?: true;
}

export interface CheckParts {
  /** The state folder. */
  folder: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  clock: Clock;
  /** Ends the checks: the generator then throws its reason. */
  signal: AbortSignal;
  times?: CheckTimes;
}

/** What the groups of checks share. */
export interface CheckContext extends Required<CheckParts> {
  state: AgentState;
  /** Clocks that were met on the way. */
  skews: Skews;
  /** What is held against what profiles ask for. */
  reads: Reads;
}

export interface Reads {
  /** How PowerSchool is read; absent where that could not be found out. */
  source?: 'powerquery' | 'rest';
  /** Of PowerQueries, the columns that a row of each kind has; a kind without any row is missing. */
  columns: Map<Kind, ReadonlySet<string>>;
  /** What the profiles ask for; `unsaid` by a relay of before 0.3.0; absent where no relay has answered. */
  wanted?: WantedFields | 'unsaid';
}

/** Milliseconds that another clock is ahead of this computer's. */
export interface Skews {
  relay?: number;
  powerschool?: number;
}
