/** What is known about a person and a class: the facts that an explanation is made of. */

import type { Drift } from '../drift/ledger.ts';
import type { OperationKind } from '../model/operation.ts';
import type { PersonKey } from '../model/person-key.ts';

export interface PersonFacts {
  /** What the question named. */
  asked: string;
  subject: PersonKey;
  /** Schools whose bucket holds the person; empty when PowerSchool does not have them (anymore). */
  schoolIds: string[];
  /** True when the mirror knows that the person was there once. */
  wasThere: boolean;
  /** Of somebody with an account who is no longer there. */
  departure: Departure | undefined;
  /** Schools that they were in and that are gone from PowerSchool, too. */
  goneSchools: string[];
  inScope: boolean;
  /** Whether the student only will be one (Enroll_Status -1). */
  preRegistered: boolean;
  /** The last day of the person's schools, where all of them were over before this school year and are not made. */
  schoolsEnded: string | undefined;
  /** Other profiles that cover a school of the person. */
  rivals: string[];
  /** `former`: person key of the one who had the account before. */
  link: { objectId: string; rule: string; linkedAt: string; former?: string | undefined } | undefined;
  /** The account that they had until somebody deleted it. */
  deleted: { objectId: string; deletedAt: string } | undefined;
  /** Open problems of the person, apart from what somebody changed by hand. */
  problems: { code: string; message: string; action: string; firstAt: string }[];
  /** The license that the profile gives, and whether it has been assigned; undefined when none is due. */
  license: { skuId: string; assigned: boolean } | undefined;
  stamped: boolean;
}

export interface Departure {
  /** The day on which the relay first missed it, YYYY-MM-DD. */
  since: string;
  /** What the policy does about it, and from when; undefined for nothing. */
  policy: { what: string; from: string; removesStudents?: boolean } | undefined;
  /** What of it has been done, in words; undefined for nothing. */
  done: string | undefined;
}

export interface TeamFacts {
  /** Of the class that it is about. */
  objectId: string;
  state: 'waiting' | 'accepted' | 'there';
  since: string;
}

/** Whether students see the team. */
export interface ActivationFacts {
  /** Of the class that it is about. */
  objectId: string;
  state: 'waiting' | 'active' | 'gone';
  since: string;
}

export interface ClassFacts {
  sectionId: string;
  /** Undefined when PowerSchool does not have the section in the current year. */
  name: string | undefined;
  /** Of a class whose section is no longer there. */
  departure: Departure | undefined;
  inScope: boolean;
  /** The last day of the section's term, where that was before this school year. */
  termEnded: string | undefined;
  /** Object id of the class in Microsoft 365. */
  objectId: string | undefined;
  /** Every enrollment or roster of the person in the section. */
  memberships: { id: string; startDate: string | undefined; endDate: string | undefined; current: boolean }[];
  /** Days before their first day on which a pre-registered student is in the class. */
  openDaysBefore: number;
  isMember: boolean;
  /** What becomes of those who left the class as they did, and the option of the profile that says so. */
  leavers: { what: 'remove' | 'keep'; option: string };
  /** Whether nobody else owns the class: then Graph does not let them go. */
  isLastOwner: boolean;
  problems: { code: string; message: string; action: string; firstAt: string }[];
  /** Undefined when the profile makes no teams. */
  team:
    | { known: TeamFacts | undefined; activation: ActivationFacts | undefined; problems: PersonFacts['problems'] }
    | undefined;
  /** The journal's last entries for the class that name the person, newest first. */
  operations: { kind: string; state: string; at: string; reason: string; error: string | undefined }[];
}

export interface Facts {
  today: string;
  /** When an agent last brought a whole state of PowerSchool; null before the first time. */
  committedAt: string | null;
  /** True while half a cycle is in the mirror. */
  arriving: boolean;
  profile: { name: string; state: 'preview' | 'enabled' | 'paused'; preRegistered: boolean } | undefined;
  /** How agents last read PowerSchool; undefined before one has said it. */
  source: 'powerquery' | 'rest' | undefined;
  lastRun: { finishedAt: string | null; state: string } | undefined;
  /** What waits for a decision in the schools concerned. */
  holds: { key: string; kind: OperationKind; reason: string; firstSeen: string }[];
  person: PersonFacts;
  class: ClassFacts | undefined;
  /** What somebody changed by hand in Microsoft 365: of the account, the class, who is in it, and of being in a school. */
  byHand: Drift[];
}
