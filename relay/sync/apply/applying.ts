/** What carrying a plan out needs, and what comes of it. */

import type { Clock } from '../../../shared/clock.ts';
import type { GraphClient } from '../../graph/client.ts';
import type { DeletedObjects } from '../../graph/holders.ts';
import type { AppliedState } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import type { Problem } from '../../model/problem.ts';
import type { Profile } from '../../profile/profile.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { Store } from '../../store/store.ts';
import type { Task } from './lanes.ts';
import type { Owners } from './owners.ts';

/** How Graph answers in this tenant, where Microsoft's documentation leaves it open. */
export interface Habits {
  /** Owners are added one at a time: a PATCH with several was refused, and that was not. */
  ownersOneByOne: boolean;
}

export interface ApplyContext {
  store: Store;
  tenantId: string;
  runId: string;
  client: GraphClient;
  /** Base of `@odata.id` references. */
  root: string;
  /** Is kept up to date while operations are answered. */
  applied: AppliedState;
  /** Object id by person key, likewise. */
  accounts: Map<PersonKey, string>;
  /** Whether everything with a stamp was read in this turn: what is not known by now does not exist. */
  isEverythingRead: boolean;
  /** What this tenant's Graph is known to refuse; is kept up to date, and remembered. */
  habits: Habits;
  profile: Profile;
  /** Seals first passwords. */
  vault: Vault;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/** What one application of a plan knows besides: when each object was made. */
export interface Applying extends ApplyContext {
  /** Milliseconds, by the key of the creation: `class:77`, `students:123`, `school:1`. */
  madeAt: Map<string, number>;
  /** What the journal has of each task, from its first attempt on. */
  entries: Map<Task, JournalEntry>;
  /** People whose first password is of an earlier run: that one may have made the account. */
  withEarlierPassword: Set<string>;
  owners: Owners;
  deleted: DeletedObjects;
}

export interface ApplyResult {
  done: number;
  failed: number;
  /** What was refused, with the operation: it is planned again. */
  failures: { operation: Operation; problem: Problem }[];
  /** What could not be tried, because an object that it refers to could not be made. */
  skipped: Operation[];
  /** Operations among the skipped that wait for Microsoft, which is no failure. */
  waiting: number;
}
