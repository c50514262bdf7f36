/** Rows of the tables that the generator, the CSV loader and the edits write. Omitted columns stay NULL. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TableName } from './columns.ts';

export type Value = string | number | null;

export interface SchoolRow {
  dcid: number;
  id: number;
  name: string;
  abbreviation: string | null;
  school_number: number;
  low_grade: number | null;
  high_grade: number | null;
  principal: string | null;
  principalemail: string | null;
  schoolphone: string | null;
  schooladdress: string | null;
  schoolcity: string | null;
  schoolstate: string | null;
  schoolzip: string | null;
  transaction_date: string | null;
}

export interface TermRow {
  dcid: number;
  id: number;
  name: string;
  abbreviation: string;
  yearid: number;
  schoolid: number;
  portion: number;
  isyearrec: number;
  firstday: string;
  lastday: string;
  transaction_date: string | null;
}

export interface CourseRow {
  dcid: number;
  id: number;
  course_number: string;
  course_name: string | null;
  schoolid: number;
  transaction_date: string | null;
}

export interface SectionRow {
  dcid: number;
  id: number;
  course_number: string;
  section_number: string;
  termid: number;
  schoolid: number;
  /** SCHOOLSTAFF.ID of the lead teacher. */
  teacher: number | null;
  expression: string | null;
  external_expression: string | null;
  room: string | null;
  no_of_students: number;
  grade_level: number | null;
  transaction_date: string | null;
}

export interface StudentRow {
  dcid: number;
  id: number;
  student_number: number | null;
  state_studentnumber: string | null;
  lastfirst: string;
  first_name: string | null;
  middle_name: string | null;
  last_name: string | null;
  grade_level: number | null;
  /** 0 active, -1 pre-registered, 1 inactive, 2 transferred, 3 graduated, 4 historical. */
  enroll_status: number;
  schoolid: number;
  enrollment_schoolid: number;
  entrydate: string | null;
  /** The day after the last one attended. */
  exitdate: string | null;
  student_web_id: string | null;
  person_id: number | null;
  dob: string | null;
  gender: string | null;
  sched_yearofgraduation: number | null;
  classof: number | null;
  /** Free text: a number, a name, or whatever the school calls the group. */
  home_room: string | null;
  transaction_date: string | null;
}

export interface ReenrollmentRow {
  dcid: number;
  id: number;
  studentid: number;
  schoolid: number;
  grade_level: number | null;
  entrydate: string | null;
  exitdate: string | null;
}

export interface UserRow {
  dcid: number;
  lastfirst: string;
  first_name: string | null;
  middle_name: string | null;
  last_name: string | null;
  title: string | null;
  email_addr: string | null;
  loginid: string | null;
  teacherloginid: string | null;
  teachernumber: string | null;
  homeschoolid: number;
  psaccess: number;
  ptaccess: number;
  transaction_date: string | null;
}

export interface SchoolStaffRow {
  dcid: number;
  id: number;
  users_dcid: number;
  schoolid: number;
  /** 1 current, 2 no longer here. */
  status: number;
  /** 0 not assigned, 1 teacher, 2 staff, 3 lunch, 4 substitute. */
  staffstatus: number;
  transaction_date: string | null;
}

export interface SectionTeacherRow {
  id: number;
  /** SCHOOLSTAFF.ID. */
  teacherid: number;
  /** SECTIONS.ID. */
  sectionid: number;
  roleid: number;
  priorityorder: number;
  allocation: number;
  start_date: string;
  end_date: string | null;
  whenmodified: string | null;
  transaction_date: string | null;
}

export interface CcRow {
  dcid: number;
  id: number;
  studentid: number;
  /** Negative once the enrollment was dropped; ORIGSECTIONID keeps the section. */
  sectionid: number;
  origsectionid: number | null;
  termid: number;
  schoolid: number;
  course_number: string;
  section_number: string;
  /** SCHOOLSTAFF.ID of the lead teacher. */
  teacherid: number | null;
  dateenrolled: string;
  dateleft: string | null;
  studyear: number;
  expression: string | null;
  transaction_date: string | null;
}

export interface RoleDefRow {
  id: number;
  name: string;
  description: string | null;
}

export interface PersonRow {
  id: number;
  dcid: number;
  isactive: number;
  firstname: string | null;
  middlename: string | null;
  lastname: string | null;
}

export interface PersonEmailRow {
  personemailaddressassocid: number;
  personid: number;
  emailaddressid: number;
  isprimaryemailaddress: number;
  emailaddresspriorityorder: number;
}

export interface EmailAddressRow {
  emailaddressid: number;
  emailaddress: string;
}

export interface StudentMapRow {
  id: number;
  /** The id that PSM_STUDENTCONTACT.StudentID refers to. */
  studentid: number;
  studentsdcid: number;
}

export interface ContactTypeRow {
  id: number;
  name: string;
}

export interface ContactRow {
  id: number;
  studentid: number;
  studentcontacttypeid: number;
  email: string | null;
}

export interface StudentUserFieldsRow {
  studentsdcid: number;
  email: string | null;
}

export interface Rows {
  schools: SchoolRow;
  terms: TermRow;
  courses: CourseRow;
  sections: SectionRow;
  students: StudentRow;
  reenrollments: ReenrollmentRow;
  users: UserRow;
  schoolstaff: SchoolStaffRow;
  sectionteacher: SectionTeacherRow;
  cc: CcRow;
  roledef: RoleDefRow;
  person: PersonRow;
  personemailaddressassoc: PersonEmailRow;
  emailaddress: EmailAddressRow;
  sync_studentmap: StudentMapRow;
  psm_studentcontacttype: ContactTypeRow;
  psm_studentcontact: ContactRow;
  u_studentsuserfields: StudentUserFieldsRow;
}

/** Rows of several tables. All rows of a table have the same keys in the same order. */
export type Batch = { [table in keyof Rows]: Rows[table][] };

export function emptyBatch(): Batch {
  return {
    schools: [],
    terms: [],
    courses: [],
    sections: [],
    students: [],
    reenrollments: [],
    users: [],
    schoolstaff: [],
    sectionteacher: [],
    cc: [],
    roledef: [],
    person: [],
    personemailaddressassoc: [],
    emailaddress: [],
    sync_studentmap: [],
    psm_studentcontacttype: [],
    psm_studentcontact: [],
    u_studentsuserfields: [],
  };
}

/** Inserts batches, with one prepared statement per table. The caller opens the transaction. */
export function insertBatches(db: DatabaseSync, batches: Iterable<Batch>): void {
  const statements = new Map<string, StatementSync>();
  for (const batch of batches) {
    for (const [table, rows] of Object.entries(batch)) {
      const [first] = rows;
      if (first === undefined) continue;
      const statement = statements.get(table) ?? insertStatement(db, table, Object.keys(first));
      statements.set(table, statement);
      for (const row of rows) statement.run(...(Object.values(row) as Value[]));
    }
  }
}

function insertStatement(db: DatabaseSync, table: string, columns: string[]): StatementSync {
  return db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
}

/** The next free primary key of a table. */
export function nextKey(db: DatabaseSync, table: TableName, column: string): number {
  return Number(db.prepare(`SELECT COALESCE(MAX(${column}), 0) + 1 AS next FROM ${table}`).get()?.next);
}
