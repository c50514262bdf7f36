/** What a directory holds. Relations are object references: the hot path never looks an id up twice. */
import type { Bag } from '../json.ts';

export interface Entity {
  readonly id: string;
  /** Every property that is set; a missing one reads as null, or as an empty list. */
  readonly props: Bag;
  /** When a reader may first see it, in milliseconds since the epoch (replication lag). */
  visibleAt: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Its position in the table; set by the table. */
  ordinal: number;
  /** The table's sequence number at the last change, including changes of its links; set by the table. */
  changed: number;
  /** The sequence number at the last change of the object itself. */
  edited: number;
  /** The sequence number when it was created, restored or removed. */
  came: number;
  /** The sequence number at the last change of each property since then; undefined before the first. */
  edits: Map<string, number> | undefined;
  /** Set once the object is gone: `changed` while it can be restored, `deleted` after that. */
  removed: 'changed' | 'deleted' | undefined;
}

/** An account, as shown by both `/users` and `/education/users`. */
export interface User extends Entity {
  readonly kind: 'user';
  /** Why only some may change it: an administrator's account, or one in a restricted management administrative unit. */
  protection: 'administrator' | 'restrictedUnit' | undefined;
  readonly memberOf: Set<Group>;
  readonly ownerOf: Set<Group>;
  readonly schools: Set<School>;
}

/** A group; with `isClass` also the educationClass with the same id. */
export interface Group extends Entity {
  readonly kind: 'group';
  readonly isClass: boolean;
  protection: 'restrictedUnit' | undefined;
  readonly members: Set<User>;
  readonly owners: Set<User>;
  readonly schools: Set<School>;
  /** When the Teams service first knows the group; undefined until someone asks. */
  inTeamsAt: number | undefined;
  /** What was requested from Teams for it, oldest first. */
  readonly teamOperations: TeamOperation[];
  /** Whether its team is archived. */
  isArchived: boolean;
  /** Whether only owners are in its team: true for a class team that an application created. */
  isLimitedToOwners: boolean;
  /** Whether students are in the team: a teacher's activation adds them, a change of the flag does not. */
  hasStudents: boolean;
}

/** A teamsAsyncOperation: its status depends on the clock. */
export interface TeamOperation {
  readonly id: string;
  readonly type: 'createTeam' | 'archiveTeam' | 'unarchiveTeam';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endsAt: number;
  readonly fails: boolean;
  /** Set when it has ended, successfully or not. */
  isOver: boolean;
}

/** An educationSchool and the administrative unit behind it. */
export interface School extends Entity {
  readonly kind: 'school';
  readonly users: Set<User>;
  readonly classes: Set<Group>;
  /** When a reader first sees what was put into it, in milliseconds since the epoch. */
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
