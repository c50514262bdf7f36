/** What carrying out operations needs. */
import type { Clock } from '../../../shared/clock.ts';
import type { GraphClient } from '../../graph/client.ts';
import type { DeletedObjects } from '../../graph/holders.ts';
import type { ExemptAccounts } from '../../identity/exempt.ts';
import type { AppliedState } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import type { RecentChanges } from '../../plan/recent-changes.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Store } from '../../store/store.ts';
import type { Owners } from './owners.ts';
import type { Worklist } from './task.ts';

/** Behavior of Graph in this tenant that Microsoft's documentation leaves open. */
export interface Habits {
  /** Owners are added one at a time, because a PATCH with several was refused. */
  ownersOneByOne: boolean;
}

export interface ApplyContext {
  store: Store;
  tenantId: string;
  client: GraphClient;
  /** Base of `@odata.id` references. */
  root: string;
  /** Kept up to date as operations are answered. */
  applied: AppliedState;
  /** Object id by person key, likewise. */
  accounts: Map<PersonKey, string>;
  /** Unapproved changes carried out in the last day, likewise. */
  recent: RecentChanges;
  /** Whether everything with a stamp was read in this turn, so that anything unknown does not exist. */
  isEverythingRead: boolean;
  /** What Graph is known to refuse in this tenant; kept up to date and stored. */
  habits: Habits;
  /** Accounts that nothing is sent for, also one that was found while the turn is under way. */
  exempt: Pick<ExemptAccounts, 'has' | 'isEmpty'>;
  /** Seals first passwords. */
  vault: Vault;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

/** What the desks need in addition. */
export interface Applying extends ApplyContext {
  owners: Owners;
  deleted: DeletedObjects;
  /** Whether a team for its class is about to be created. */
  isTeamComing: (operation: Operation) => boolean;
  /** Whether something that it refers to was created in this turn: some servers may not know it yet. */
  isYoung(operation: Operation): boolean;
  worklist: Worklist;
}
