/** What one cycle has learned about each school, so that it reads no list twice. Ids only. */
import type { JsonObject } from './v1-json.ts';

/** A school's newest year that has begun, with its terms. */
export interface SchoolYear {
  /** The year whose sections are read; undefined if it ended so long ago that none are. */
  startYear: number | undefined;
  terms: JsonObject[];
}

export interface SectionRef {
  id: string;
  /** SCHOOLSTAFF.DCID of the lead teacher. */
  staffId: string | undefined;
}

export interface Counts {
  student: number;
  staff: number;
  section: number;
}

export interface SchoolNotes {
  /** See {@link Notes.preRegistered}. */
  preRegistered: boolean;
  year: SchoolYear | undefined;
  counts: Counts;
  sections?: SectionRef[];
  /** USERS.DCID by SCHOOLSTAFF.DCID, of current staff. */
  staff?: Map<string, string>;
  /** Ids of active students. */
  active?: Set<string>;
}

export class Notes {
  /** Rows of all schools. */
  readonly schools: readonly JsonObject[];
  readonly of = new Map<string, SchoolNotes>();
  /** Whether a student of another school is active, by id. */
  readonly elsewhere = new Map<string, boolean>();

  /** Whether pre-registered students are read like active ones. */
  readonly preRegistered: boolean;

  constructor(schools: readonly JsonObject[], preRegistered: boolean) {
    this.schools = schools;
    this.preRegistered = preRegistered;
  }
}
