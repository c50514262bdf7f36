/** What carrying operations out needs. */
import type { Clock } from '../../../shared/clock.ts';
import type { GraphClient } from '../../graph/client.ts';
import type { DeletedObjects } from '../../graph/holders.ts';
import type { AppliedState } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import type { RecentChanges } from '../../plan/recent-changes.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Store } from '../../store/store.ts';
import type { Owners } from './owners.ts';
import type { Worklist } from './task.ts';

/** How Graph answers in this tenant, where Microsoft's documentation leaves it open. */
export interface Habits {
  /** Owners are added one at a time: a PATCH with several was refused, and that was not. */
  ownersOneByOne: boolean;
}

export interface ApplyContext {
  store: Store;
  tenantId: string;
  client: GraphClient;
  /** Base of `@odata.id` references. */
  root: string;
  /** Is kept up to date while operations are answered. */
  applied: AppliedState;
  /** Object id by person key, likewise. */
  accounts: Map<PersonKey, string>;
  /** What was carried out in the last day that nobody approved, likewise. */
  recent: RecentChanges;
  /** Whether everything with a stamp was read in this turn: what is not known by now does not exist. */
  isEverythingRead: boolean;
  /** What this tenant's Graph is known to refuse; is kept up to date, and remembered. */
  habits: Habits;
  /** Seals first passwords. */
  vault: Vault;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

/** What the desks know besides. */
export interface Applying extends ApplyContext {
  owners: Owners;
  deleted: DeletedObjects;
  /** Whether a team of its class is about to be made. */
  isTeamComing: (operation: Operation) => boolean;
  /** Whether something that it refers to was made in this turn: then some servers may not know it yet. */
  isYoung(operation: Operation): boolean;
  worklist: Worklist;
}
