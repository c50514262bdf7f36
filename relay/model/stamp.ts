/** What a Microsoft 365 object says about whose it is. */
import type { Role } from './role.ts';

/** One statement of an object about whose it is. */
export interface Claim {
  kind: 'school' | 'class' | Role;
  id: string;
  /** `sis`: by School Data Sync's ids, whatever those are. `dcid`: by ours. */
  in: 'sis' | 'dcid';
}

export interface Stamp {
  /** At least one, all different. */
  claims: Claim[];
  /** Created by School Data Sync, not by Hallpass. */
  bySds: boolean;
  /** Other facts of the object, which must not contradict the claims. */
  hints: {
    /** SIS id of a class's school. */
    schoolId?: string;
    courseNumber?: string;
    /** For a person or school. */
    number?: string;
    /** For a school. */
    name?: string;
    /** The part before the @. */
    userName?: string;
    surname?: string;
  };
}

export interface StampedObject {
  objectId: string;
  stamp: Stamp;
}
