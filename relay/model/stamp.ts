/** What an object of Microsoft 365 says about whose it is. */
import type { Role } from './role.ts';

/** One thing that an object says about whose it is. */
export interface Claim {
  kind: 'school' | 'class' | Role;
  id: string;
  /** `sis`: in School Data Sync's ids, whatever those are. `dcid`: in ours. */
  in: 'sis' | 'dcid';
}

export interface Stamp {
  /** At least one, no two alike. */
  claims: Claim[];
  /** Made by School Data Sync, and not by Hallpass. */
  bySds: boolean;
  /** What else the object says; it must not contradict the claims. */
  hints: {
    /** SIS id of a class's school. */
    schoolId?: string;
    courseNumber?: string;
    /** Of a person or school. */
    number?: string;
    /** Of a school. */
    name?: string;
    /** What is before the @. */
    userName?: string;
    surname?: string;
  };
}

export interface StampedObject {
  objectId: string;
  stamp: Stamp;
}
