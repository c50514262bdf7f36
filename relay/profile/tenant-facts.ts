/** What a profile is checked against, and the check's findings. */

import type { Role } from '../model/role.ts';
import type { DomainFacts, GroupFacts, SkuFacts } from '../model/tenant-facts.ts';
import type { AdoptedKind, Reading } from './adoption.ts';

/** What is known about a tenant. Undefined where the relay's application may not ask. */
export interface TenantFacts {
  /** Why nothing is known about Microsoft 365; undefined if it was queried. */
  unasked?: string | undefined;
  /** The district's date. */
  today: string;
  domains: readonly DomainFacts[] | undefined;
  skus: readonly SkuFacts[] | undefined;
  /** By id, those that the profile names; undefined for one that does not exist. */
  groups: ReadonlyMap<string, GroupFacts | undefined>;
  /** What the profile asks for but the relay's application may not do: relay/operations/needed-permissions.ts. */
  notPermitted: readonly ProfileProblem[];
  /** Schools of the mirror, id and name; empty before an agent has sent them. */
  schools: ReadonlyMap<string, string>;
  /** Schools of the profile whose terms all ended before this school year, with the last day of each. */
  ended: ReadonlyMap<string, string>;
  people: Record<Role, PeopleFacts>;
  /** Schools of the profile that others claim equally, with the names of those profiles. */
  contested: ReadonlyMap<string, readonly string[]>;
  /** People who are in schools of other profiles too. */
  inOtherProfiles: number;
  /** What School Data Sync left and is not adopted yet. */
  stamps: StampFacts;
}

/** Stamped objects per kind, and how many belong to records in the roster under each reading of the ids. */
export type StampFacts = Record<
  AdoptedKind,
  { total: number; prefixes: readonly string[]; fits: readonly ReadingFit[] }
>;

export interface ReadingFit {
  reading: Reading;
  /** How many objects it assigns to a record of the roster. */
  fitting: number;
  /** False if agents do not send this id, so that nothing is known. */
  isSent: boolean;
}

/** People of the profile's schools in the mirror. */
export interface PeopleFacts {
  total: number;
  withoutAccount: number;
  /** How many people have a value, by field; 0 for a field that agents do not send yet. */
  having: Readonly<Record<string, number>>;
}

export interface ProfileProblem {
  /** `domains.students` */
  field: string;
  /** An `error` keeps the profile from working; a `warning` deserves a look. */
  severity: 'error' | 'warning';
  reason: string;
  remedy: string;
}
