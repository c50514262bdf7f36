/** What is known about a person and a class: the facts that an explanation is made of. */

import type { Drift } from '../drift/ledger.ts';
import type { GroupingId, SectionId } from '../model/keys.ts';
import type { OperationKind } from '../model/operation.ts';
import type { PersonKey } from '../model/person-key.ts';
import type { Role } from '../model/role.ts';
import type { Waits } from './waits.ts';

export interface Question {
  role: Role;
  /** The person's DCID. */
  personId: string;
  /** The section's DCID, to ask about one class. */
  sectionId: SectionId | undefined;
}

export interface PersonFacts {
  /** The person as named in the question. */
  asked: string;
  subject: PersonKey;
  /** Schools whose bucket holds the person; empty when PowerSchool does not have them (anymore). */
  schoolIds: string[];
  /** True when the mirror knows that the person existed once. */
  wasThere: boolean;
  /** For a former person with an account. */
  departure: Departure | undefined;
  /** Schools that they were in and that are gone from PowerSchool, too. */
  goneSchools: string[];
  inScope: boolean;
  /** Whether the student is only pre-registered (Enroll_Status -1). */
  preRegistered: boolean;
  /** The last day of the person's schools if all of them were over before this school year and are not created. */
  schoolsEnded: string | undefined;
  /** Other profiles that cover a school of the person. */
  rivals: string[];
  /** `former`: the person key of the former holder of the account. */
  link: { objectId: string; rule: string; linkedAt: string; former?: string | undefined } | undefined;
  /** The account that they had until someone deleted it. */
  deleted: { objectId: string; deletedAt: string } | undefined;
  /** Open problems of the person, except those about manual changes. */
  problems: { code: string; message: string; action: string; firstAt: string }[];
  /** The license that the profile gives, and whether it has been assigned; undefined when none is due. */
  license: { skuId: string; assigned: boolean } | undefined;
  stamped: boolean;
  /** Security groups that they are in, or belong to. */
  groups: GroupFacts[];
}

export interface GroupFacts {
  id: GroupingId;
  /** As Hallpass last wrote it. */
  name: string | undefined;
  /** Whether the person belongs to it now. */
  isWanted: boolean;
  /** Whether Hallpass added them. */
  isMember: boolean;
  /** Whether somebody who does not belong to it stays. */
  isKept: boolean;
}

export interface Departure {
  /** The day on which the relay first missed it, YYYY-MM-DD. */
  since: string;
  /** What the policy does about it, and from when; undefined for nothing. */
  policy: { what: string; from: string; removesStudents?: boolean } | undefined;
  /** What has been done about it, in words; undefined for nothing. */
  done: string | undefined;
}

export interface TeamFacts {
  /** The id of the class concerned. */
  objectId: string;
  state: 'waiting' | 'accepted' | 'there';
  since: string;
}

/** Whether students can see the team. */
export interface ActivationFacts {
  /** The id of the class concerned. */
  objectId: string;
  state: 'waiting' | 'active' | 'gone';
  since: string;
}

/** What is known of a class, whoever is in it. */
export interface ClassItself {
  sectionId: string;
  /** Undefined when PowerSchool does not have the section in the current year. */
  name: string | undefined;
  /** For a class whose section is gone. */
  departure: Departure | undefined;
  inScope: boolean;
  /** The last day of the section's term if that was before this school year. */
  termEnded: string | undefined;
  /** Object id of the class in Microsoft 365. */
  objectId: string | undefined;
  /** When Hallpass made it; undefined where the journal no longer says so, and for a class that was there before. */
  madeAt: string | undefined;
  /** Undefined when the profile creates no teams. */
  team:
    | { known: TeamFacts | undefined; activation: ActivationFacts | undefined; problems: PersonFacts['problems'] }
    | undefined;
  problems: { code: string; message: string; action: string; firstAt: string }[];
}

/** The same with what is known of one person in it. */
export interface ClassFacts extends ClassItself {
  /** All of the person's enrollments or assignments in the section. */
  memberships: { id: string; startDate: string | undefined; endDate: string | undefined; current: boolean }[];
  /** How many days before their first day a pre-registered student is added to the class. */
  openDaysBefore: number;
  isMember: boolean;
  /** What happens to people who left the class this way, and the profile option that decides it. */
  leavers: { what: 'remove' | 'keep'; option: string };
  /** Whether nobody else owns the class: then Graph does not allow the removal. */
  isLastOwner: boolean;
  /** The journal's last entries for the class that name the person, newest first. */
  operations: { kind: string; state: string; at: string; reason: string; error: string | undefined }[];
}

/** What is known of the district, whomever it is about. */
export interface Frame {
  today: string;
  /** When an agent last committed a complete state of PowerSchool; null before the first time. */
  committedAt: string | null;
  /** True while the mirror has half a cycle. */
  arriving: boolean;
  profile: { name: string; state: 'preview' | 'enabled' | 'paused'; preRegistered: boolean } | undefined;
  /** How agents last read PowerSchool; undefined before one has reported it. */
  source: 'powerquery' | 'rest' | undefined;
  lastRun: { finishedAt: string | null; state: string } | undefined;
  /** What waits, and for what, as far as single operations are named. */
  waits: Waits;
  /** Holds in the schools concerned that wait for a decision. */
  holds: { key: string; kind: OperationKind; reason: string; firstSeen: string }[];
  /** Manual changes in Microsoft 365: to the account, the class, its members, and memberships in a school. */
  byHand: Drift[];
}

export interface Facts extends Frame {
  person: PersonFacts;
  class: ClassFacts | undefined;
}
