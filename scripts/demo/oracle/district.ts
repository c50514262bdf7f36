/**
 * The oracle's view of PowerSchool: its tables, read with the oracle's own SQL. It shares nothing with agent, plugin or
 * relay: a mistake that both make in the same way must not go unnoticed.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

export type Role = 'students' | 'teachers';

export interface School {
  dcid: string;
  number: string;
  name: string;
  lowGrade: string | undefined;
  highGrade: string | undefined;
  principal: string | undefined;
  principalEmail: string | undefined;
  phone: string | undefined;
  street: string | undefined;
  city: string | undefined;
  state: string | undefined;
  zip: string | undefined;
}

export interface Section {
  dcid: string;
  /** SECTIONS.ID. */
  localId: string;
  /** SCHOOLS.DCID. */
  school: string;
  courseNumber: string;
  courseName: string;
  /** COURSES.DCID of the row that named it; undefined if none did. */
  course: string | undefined;
  number: string;
  period: string | undefined;
  /** TERMS.DCID. */
  term: string;
  termName: string;
  /** First and last day of its term, YYYY-MM-DD. */
  firstDay: string;
  lastDay: string;
}

export interface Person {
  /** `students:<DCID>` or `teachers:<USERS.DCID>`: the relay's name for a person in its problems. */
  key: string;
  role: Role;
  dcid: string;
  username: string | undefined;
  /** Student or teacher number. */
  number: string | undefined;
  email: string | undefined;
  givenName: string | undefined;
  surname: string | undefined;
  middleName: string | undefined;
  grade: string | undefined;
  graduationYear: string | undefined;
  homeRoom?: string | undefined;
  /** True for a student who is only pre-registered. */
  preRegistered?: boolean;
  /** DCIDs of the schools where the person has a current record. */
  schools: string[];
}

export interface Enrollment {
  /** CC.DCID. */
  dcid: string;
  section: string;
  /** STUDENTS.DCID. */
  student: string;
  preRegistered?: boolean;
  /** The first day in the class, and the first day after it, YYYY-MM-DD. */
  from: string | undefined;
  until: string | undefined;
}

export interface Teaching {
  /** SECTIONTEACHER.ID. */
  id: string;
  section: string;
  /** USERS.DCID. */
  teacher: string;
  /** First and last day, YYYY-MM-DD. */
  from: string | undefined;
  through: string | undefined;
  /** Whether the section names this teacher as its own. */
  leads: boolean;
}

/** A term of a school's current school year. */
export interface Term {
  /** SCHOOLS.DCID. */
  school: string;
  firstDay: string;
  lastDay: string;
}

export interface District {
  schools: School[];
  terms: Term[];
  sections: Section[];
  people: Person[];
  enrollments: Enrollment[];
  teaching: Teaching[];
}

/** PowerSchool's own school for graduated students. */
const graduatedStudents = 999_999;

/** @param today local date, YYYY-MM-DD: decides which school year is current */
export function readDistrict(file: string, today: string): District {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    // One transaction sees one moment: the simulator may be edited during the reading.
    db.exec('BEGIN');
    const all = (sql: string, ...binds: SQLInputValue[]) => db.prepare(sql).all(...binds) as Row[];
    return {
      schools: all(schoolsSql).map(schoolOf),
      terms: all(termsSql, today).map((row) => ({
        school: needed(row.school),
        firstDay: needed(row.first_day),
        lastDay: needed(row.last_day),
      })),
      sections: all(sectionsSql, today).map(sectionOf),
      people: [...all(studentsSql).map(studentOf), ...teachersOf(all(teachersSql))],
      enrollments: all(enrollmentsSql, today).map((row) => ({
        dcid: needed(row.dcid),
        section: needed(row.section),
        student: needed(row.student),
        preRegistered: row.enroll_status === -1,
        from: text(row.from_day),
        until: text(row.until_day),
      })),
      teaching: all(teachingSql, today).map((row) => ({
        id: needed(row.id),
        section: needed(row.section),
        teacher: needed(row.teacher),
        from: text(row.from_day),
        through: text(row.through_day),
        leads: row.leads === 1,
      })),
    };
  } finally {
    db.close();
  }
}

type Row = Record<string, unknown>;

const schoolsSql = `SELECT dcid, school_number, name, low_grade, high_grade, principal, principalemail, schoolphone, schooladdress,
    schoolcity, schoolstate, schoolzip
  FROM schools WHERE school_number <> ${graduatedStudents}`;

/** Per school, the newest year that has begun; then the sections in the school's terms of that year. */
const currentSections = `current_year AS (
    SELECT schoolid, MAX(yearid) AS yearid FROM terms
    WHERE isyearrec = 1 AND substr(firstday, 1, 10) <= ? GROUP BY schoolid
  ), current_section AS (
    SELECT sections.*, schools.dcid AS school, substr(terms.firstday, 1, 10) AS first_day,
      substr(terms.lastday, 1, 10) AS last_day, terms.dcid AS term, terms.name AS term_name
    FROM sections
    JOIN schools ON schools.school_number = sections.schoolid AND schools.school_number <> ${graduatedStudents}
    JOIN current_year ON current_year.schoolid = sections.schoolid
    JOIN terms ON terms.id = sections.termid AND terms.schoolid = sections.schoolid
      AND terms.yearid = current_year.yearid
  )`;

const sectionsSql = `WITH ${currentSections}
  SELECT x.dcid, x.id AS local_id, x.school, x.course_number, x.section_number, x.first_day, x.last_day, x.term, x.term_name,
    x.external_expression,
    CASE WHEN own.dcid IS NULL THEN district.dcid ELSE own.dcid END AS course,
    COALESCE(NULLIF(own.course_name, ''), NULLIF(district.course_name, ''), x.course_number) AS course_name
  FROM current_section x
  LEFT JOIN courses own ON lower(own.course_number) = lower(x.course_number) AND own.schoolid = x.schoolid
  LEFT JOIN courses district ON lower(district.course_number) = lower(x.course_number) AND district.schoolid = 0`;

const termsSql = `WITH ${currentSections}
  SELECT schools.dcid AS school, substr(terms.firstday, 1, 10) AS first_day, substr(terms.lastday, 1, 10) AS last_day
  FROM terms JOIN current_year ON current_year.schoolid = terms.schoolid AND current_year.yearid = terms.yearid
  JOIN schools ON schools.school_number = terms.schoolid AND schools.school_number <> ${graduatedStudents}`;

const studentsSql = `WITH primary_email AS (
    SELECT a.personid, a.emailaddresspriorityorder AS priority, MIN(e.emailaddress) AS address
    FROM personemailaddressassoc a JOIN emailaddress e ON e.emailaddressid = a.emailaddressid
    WHERE a.isprimaryemailaddress = 1 GROUP BY a.personid, a.emailaddresspriorityorder
  ), email AS (
    SELECT personid, address, MIN(priority) FROM primary_email GROUP BY personid
  )
  SELECT students.dcid, schools.dcid AS school, student_web_id, student_number, first_name, last_name, middle_name, grade_level,
    NULLIF(sched_yearofgraduation, 0) AS graduation_year, home_room, email.address, enroll_status
  FROM students JOIN schools ON schools.school_number = students.schoolid
  LEFT JOIN email ON email.personid = students.person_id
  WHERE enroll_status IN (0, -1) AND schools.school_number <> ${graduatedStudents}`;

const teachersSql = `SELECT DISTINCT users.dcid, schools.dcid AS school, first_name, last_name, middle_name, teachernumber,
    email_addr,
    COALESCE(NULLIF(teacherloginid, ''), loginid) AS login
  FROM schoolstaff JOIN users ON users.dcid = schoolstaff.users_dcid
  JOIN schools ON schools.school_number = schoolstaff.schoolid AND schools.school_number <> ${graduatedStudents}
  WHERE schoolstaff.status = 1
    AND (staffstatus = 1 OR schoolstaff.id IN (SELECT teacherid FROM sectionteacher))`;

/** A dropped enrollment has a negative section id. The leaving day is the first day no longer in the class. */
const enrollmentsSql = `WITH ${currentSections}
  SELECT cc.dcid, x.dcid AS section, students.dcid AS student, substr(dateenrolled, 1, 10) AS from_day,
    substr(dateleft, 1, 10) AS until_day, students.enroll_status
  FROM cc JOIN current_section x ON x.id = cc.sectionid
  JOIN students ON students.id = cc.studentid AND students.enroll_status IN (0, -1)
  WHERE cc.sectionid > 0`;

/** A teacher still teaches on the last day. In the order of the assignments. */
const teachingSql = `WITH ${currentSections}
  SELECT sectionteacher.id, x.dcid AS section, schoolstaff.users_dcid AS teacher, substr(start_date, 1, 10) AS from_day,
    substr(end_date, 1, 10) AS through_day, x.teacher = schoolstaff.id AS leads
  FROM sectionteacher JOIN current_section x ON x.id = sectionteacher.sectionid
  JOIN schoolstaff ON schoolstaff.id = sectionteacher.teacherid AND schoolstaff.status = 1
  ORDER BY sectionteacher.id`;

function schoolOf(row: Row): School {
  return {
    dcid: needed(row.dcid),
    number: needed(row.school_number),
    name: needed(row.name),
    lowGrade: text(row.low_grade),
    highGrade: text(row.high_grade),
    principal: text(row.principal),
    principalEmail: text(row.principalemail),
    phone: text(row.schoolphone),
    street: text(row.schooladdress),
    city: text(row.schoolcity),
    state: text(row.schoolstate),
    zip: text(row.schoolzip),
  };
}

function sectionOf(row: Row): Section {
  return {
    dcid: needed(row.dcid),
    localId: needed(row.local_id),
    school: needed(row.school),
    courseNumber: needed(row.course_number),
    courseName: needed(row.course_name),
    course: text(row.course),
    number: needed(row.section_number),
    period: text(row.external_expression),
    term: needed(row.term),
    termName: needed(row.term_name),
    firstDay: needed(row.first_day),
    lastDay: needed(row.last_day),
  };
}

function studentOf(row: Row): Person {
  const dcid = needed(row.dcid);
  return {
    key: `students:${dcid}`,
    role: 'students',
    dcid,
    username: text(row.student_web_id),
    number: text(row.student_number),
    email: text(row.address),
    givenName: text(row.first_name),
    surname: text(row.last_name),
    middleName: text(row.middle_name),
    grade: text(row.grade_level),
    graduationYear: text(row.graduation_year),
    homeRoom: text(row.home_room),
    preRegistered: row.enroll_status === -1,
    schools: [needed(row.school)],
  };
}

/** One person per USERS row, however many schools. */
function teachersOf(rows: readonly Row[]): Person[] {
  const people = new Map<string, Person>();
  for (const row of rows) {
    const dcid = needed(row.dcid);
    const known = people.get(dcid);
    if (known !== undefined) {
      known.schools.push(needed(row.school));
      continue;
    }
    people.set(dcid, {
      key: `teachers:${dcid}`,
      role: 'teachers',
      dcid,
      username: text(row.login),
      number: text(row.teachernumber),
      email: text(row.email_addr),
      givenName: text(row.first_name),
      surname: text(row.last_name),
      middleName: text(row.middle_name),
      grade: undefined,
      graduationYear: undefined,
      schools: [needed(row.school)],
    });
  }
  return [...people.values()];
}

/**
 * Blanks around a value do not belong to it, and an empty text is no value: Oracle does not distinguish it from NULL.
 */
function text(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const trimmed = String(value).trim();
  return trimmed === '' ? undefined : trimmed;
}

function needed(value: unknown): string {
  return text(value) ?? '';
}
