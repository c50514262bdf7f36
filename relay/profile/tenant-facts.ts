/** What a profile is checked against, and what the check says. */

import type { Role } from '../model/role.ts';
import type { DomainFacts, GroupFacts, SkuFacts } from '../model/tenant-facts.ts';
import type { AdoptedKind, Reading } from './adoption.ts';

/** What is known of a tenant. Undefined where the relay's application may not ask. */
export interface TenantFacts {
  /** Why nothing is known of Microsoft 365; undefined where it was asked. */
  unasked?: string | undefined;
  /** The district's date. */
  today: string;
  domains: readonly DomainFacts[] | undefined;
  skus: readonly SkuFacts[] | undefined;
  /** By id, those that the profile names; undefined for one that does not exist. */
  groups: ReadonlyMap<string, GroupFacts | undefined>;
  /** What the profile asks for and the relay's application may not do: relay/operations/needed-permissions.ts. */
  notPermitted: readonly ProfileProblem[];
  /** Schools of the mirror, id and name; empty before an agent has sent them. */
  schools: ReadonlyMap<string, string>;
  /** Schools of the profile whose terms all ended before this school year, with the last day of each. */
  ended: ReadonlyMap<string, string>;
  people: Record<Role, PeopleFacts>;
  /** Schools of the profile that another one claims just as well, with the names of those. */
  contested: ReadonlyMap<string, readonly string[]>;
  /** People who are in schools of other profiles too. */
  inOtherProfiles: number;
  /** What School Data Sync left, and is not taken over yet. */
  stamps: StampFacts;
}

/** Stamped objects per kind, and how many are of somebody in the roster, by what the ids are read as. */
export type StampFacts = Record<
  AdoptedKind,
  { total: number; prefixes: readonly string[]; fits: readonly ReadingFit[] }
>;

export interface ReadingFit {
  reading: Reading;
  /** How many objects it gives to a record of the roster. */
  fitting: number;
  /** False where agents send no such id, so that nothing is known. */
  isSent: boolean;
}

/** People of the profile's schools in the mirror. */
export interface PeopleFacts {
  total: number;
  withoutAccount: number;
  /** How many have a value, by field; a field that agents do not send yet has none. */
  having: Readonly<Record<string, number>>;
}

export interface ProfileProblem {
  /** `domains.students` */
  field: string;
  /** An `error` keeps the profile from working; a `warning` is worth a look. */
  severity: 'error' | 'warning';
  reason: string;
  remedy: string;
}
