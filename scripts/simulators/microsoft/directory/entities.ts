/** What a directory holds. Relations are object references: the hot path never looks an id up twice. */
import type { Bag } from '../json.ts';

export interface Entity {
  readonly id: string;
  /** Every property that is set; what is absent reads as null, or as an empty list. */
  readonly props: Bag;
  /** When a reader may first see it, milliseconds since the epoch (replication lag). */
  visibleAt: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Place in the table's order; set by the table. */
  ordinal: number;
  /** The table's sequence number at the last change, of its links too; set by the table. */
  changed: number;
  /** The same at the last change of the object itself. */
  edited: number;
  /** The same when it came into being, was restored or went. */
  came: number;
  /** The same at the last change of each property since then; undefined before the first. */
  edits: Map<string, number> | undefined;
  /** Set once the object is gone: `changed` while it can be restored, `deleted` after that. */
  removed: 'changed' | 'deleted' | undefined;
}

/** An account: what `/users` and `/education/users` both show. */
export interface User extends Entity {
  readonly kind: 'user';
  /** Who alone may change it: an administrator's account, or one in a restricted management administrative unit. */
  protection: 'administrator' | 'restrictedUnit' | undefined;
  readonly memberOf: Set<Group>;
  readonly ownerOf: Set<Group>;
  readonly schools: Set<School>;
}

/** A group; with `isClass` also the educationClass of the same id. */
export interface Group extends Entity {
  readonly kind: 'group';
  readonly isClass: boolean;
  protection: 'restrictedUnit' | undefined;
  readonly members: Set<User>;
  readonly owners: Set<User>;
  readonly schools: Set<School>;
  /** When the Teams service first knows the group; undefined until somebody asks. */
  inTeamsAt: number | undefined;
  /** What was asked of Teams about it, oldest first. */
  readonly teamOperations: TeamOperation[];
  /** Whether its team is archived. */
  isArchived: boolean;
  /** Whether its team says that only owners are in it: so is a class team that an application made. */
  isLimitedToOwners: boolean;
  /** Whether students are in the team: they come with a teacher's activation, and not with the change of the flag. */
  hasStudents: boolean;
}

/** A teamsAsyncOperation: its status follows from the clock. */
export interface TeamOperation {
  readonly id: string;
  readonly type: 'createTeam' | 'archiveTeam' | 'unarchiveTeam';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endsAt: number;
  readonly fails: boolean;
  /** Set when it ended, with success or without. */
  isOver: boolean;
}

/** An educationSchool and the administrative unit behind it. */
export interface School extends Entity {
  readonly kind: 'school';
  readonly users: Set<User>;
  readonly classes: Set<Group>;
  /** When a reader first sees what was put into it, milliseconds since the epoch. */
  readonly seenFrom: WeakMap<User | Group, number>;
}

export interface Domain {
  id: string;
  isDefault: boolean;
  isInitial: boolean;
  authenticationType: 'Managed' | 'Federated';
}

export interface ServicePlan {
  servicePlanId: string;
  servicePlanName: string;
}

export interface Sku {
  skuId: string;
  skuPartNumber: string;
  /** Seats bought. */
  enabled: number;
  /** Seats in use. */
  consumed: number;
  servicePlans: readonly ServicePlan[];
}

export interface Tenant {
  id: string;
  displayName: string;
  countryLetterCode: string;
  domains: readonly Domain[];
  /** By lower-case skuId. */
  skus: Map<string, Sku>;
}
