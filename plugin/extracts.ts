/**
 * Which rows and columns of PowerSchool make up each roster kind. The read queries and the probe are built from these
 * parts (queries.ts), so that the probe hashes exactly what would be read.
 *
 * The SQL is what Oracle and SQLite share (ANSI joins, COALESCE, explicit TO_CHAR), every column qualified by its table's
 * alias, so that the access request can be read off the SQL itself (manifest.ts). Joins follow PowerSchool's data
 * dictionary: SchoolID columns hold SCHOOLS.School_Number, everything else joins on ID.
 */
import type { Kind } from '../shared/roster.ts';

/** How a column's value is rendered: PowerQuery answers are text, and only TO_CHAR makes dates the same everywhere. */
export type ColumnType = 'number' | 'text' | 'date';

export interface Column {
  /** Property of the roster record. */
  name: string;
  /** SQL expression, every column qualified. */
  sql: string;
  /** TABLE.FIELD that the plugin declares for it; for a computed value, the column it mostly comes from. */
  field: string;
  type: ColumnType;
  required?: true;
}

export interface Extract {
  kind: Kind;
  /** Last part of the query's name. */
  name: string;
  summary: string;
  /** Column that orders and pages the rows. */
  key: { sql: string; field: string };
  /** SQL of the bucket's school (SCHOOLS.DCID), or undefined for the schools themselves. */
  school: { sql: string; field: string } | undefined;
  /** True when the rows belong to the current school year. */
  yearly: boolean;
  from: string;
  where: string;
  columns: Column[];
}

const school = { sql: 's.DCID', field: 'SCHOOLS.DCID' };

/**
 * The newest school year that has begun by the horizon, per school. PowerSchool has no "current year" row that a plugin
 * may read, and a school between two years keeps its old rosters until the next year begins.
 */
export const currentYear = `t.YearID = (
    SELECT MAX(y.YearID) FROM TERMS y
    WHERE y.SchoolID = t.SchoolID AND y.IsYearRec = 1 AND TO_CHAR(y.FirstDay, 'YYYY-MM-DD') <= :horizon
  )`;

const sectionJoins = `JOIN SCHOOLS s ON s.School_Number = x.SchoolID
  JOIN TERMS t ON t.ID = x.TermID AND t.SchoolID = x.SchoolID`;

/** A person may have several addresses: the primary one counts, by priority; ties go to the first in the alphabet. */
const primaryEmail = `(
    SELECT MIN(e.EmailAddress) FROM PERSONEMAILADDRESSASSOC a
    JOIN EMAILADDRESS e ON e.EmailAddressID = a.EmailAddressID
    WHERE a.PersonID = st.Person_ID AND a.IsPrimaryEmailAddress = 1 AND a.EmailAddressPriorityOrder = (
      SELECT MIN(b.EmailAddressPriorityOrder) FROM PERSONEMAILADDRESSASSOC b
      WHERE b.PersonID = a.PersonID AND b.IsPrimaryEmailAddress = 1
    )
  )`;

export const extracts: Extract[] = [
  {
    kind: 'school',
    name: 'schools',
    summary: 'Schools of the district, without the one for graduated students',
    key: school,
    school: undefined,
    yearly: false,
    from: 'SCHOOLS s',
    // 999999 is PowerSchool's own "Graduated Students" school.
    where: 's.School_Number <> 999999',
    columns: [
      { name: 'id', sql: 's.DCID', field: 'SCHOOLS.DCID', type: 'number', required: true },
      { name: 'name', sql: 's.Name', field: 'SCHOOLS.Name', type: 'text' },
      { name: 'schoolNumber', sql: 's.School_Number', field: 'SCHOOLS.School_Number', type: 'number', required: true },
      { name: 'lowGrade', sql: 's.Low_Grade', field: 'SCHOOLS.Low_Grade', type: 'number' },
      { name: 'highGrade', sql: 's.High_Grade', field: 'SCHOOLS.High_Grade', type: 'number' },
      { name: 'principalName', sql: 's.Principal', field: 'SCHOOLS.Principal', type: 'text' },
      { name: 'principalEmail', sql: 's.PrincipalEmail', field: 'SCHOOLS.PrincipalEmail', type: 'text' },
      { name: 'phone', sql: 's.SchoolPhone', field: 'SCHOOLS.SchoolPhone', type: 'text' },
      { name: 'street', sql: 's.SchoolAddress', field: 'SCHOOLS.SchoolAddress', type: 'text' },
      { name: 'city', sql: 's.SchoolCity', field: 'SCHOOLS.SchoolCity', type: 'text' },
      { name: 'state', sql: 's.SchoolState', field: 'SCHOOLS.SchoolState', type: 'text' },
      { name: 'postalCode', sql: 's.SchoolZip', field: 'SCHOOLS.SchoolZip', type: 'text' },
    ],
  },
  {
    kind: 'term',
    name: 'terms',
    summary: 'Terms of the current school year of one school',
    key: { sql: 't.DCID', field: 'TERMS.DCID' },
    school,
    yearly: true,
    from: 'TERMS t\n  JOIN SCHOOLS s ON s.School_Number = t.SchoolID',
    where: '1 = 1',
    columns: [
      { name: 'id', sql: 't.DCID', field: 'TERMS.DCID', type: 'number', required: true },
      { name: 'name', sql: 't.Name', field: 'TERMS.Name', type: 'text' },
      { name: 'yearId', sql: 't.YearID', field: 'TERMS.YearID', type: 'number', required: true },
      { name: 'startDate', sql: 't.FirstDay', field: 'TERMS.FirstDay', type: 'date' },
      { name: 'endDate', sql: 't.LastDay', field: 'TERMS.LastDay', type: 'date' },
    ],
  },
  {
    kind: 'section',
    name: 'sections',
    summary: 'Sections of the current school year of one school, with their courses',
    key: { sql: 'x.DCID', field: 'SECTIONS.DCID' },
    school,
    yearly: true,
    // A course may belong to the school or to the district (SchoolID 0); joining the section's school alone loses a third.
    from: `SECTIONS x
  ${sectionJoins}
  LEFT JOIN COURSES cs ON LOWER(cs.Course_Number) = LOWER(x.Course_Number) AND cs.SchoolID = x.SchoolID
  LEFT JOIN COURSES cd ON LOWER(cd.Course_Number) = LOWER(x.Course_Number) AND cd.SchoolID = 0`,
    where: '1 = 1',
    columns: [
      { name: 'id', sql: 'x.DCID', field: 'SECTIONS.DCID', type: 'number', required: true },
      { name: 'termId', sql: 't.DCID', field: 'TERMS.DCID', type: 'number', required: true },
      { name: 'sectionNumber', sql: 'x.Section_Number', field: 'SECTIONS.Section_Number', type: 'text' },
      { name: 'courseId', sql: 'COALESCE(cs.DCID, cd.DCID)', field: 'COURSES.DCID', type: 'number' },
      { name: 'courseNumber', sql: 'x.Course_Number', field: 'SECTIONS.Course_Number', type: 'text' },
      {
        name: 'courseName',
        sql: 'COALESCE(cs.Course_Name, cd.Course_Name, x.Course_Number)',
        field: 'COURSES.Course_Name',
        type: 'text',
      },
      { name: 'period', sql: 'x.External_Expression', field: 'SECTIONS.External_Expression', type: 'text' },
    ],
  },
  {
    kind: 'student',
    name: 'students',
    summary: 'Active students of one school',
    key: { sql: 'st.DCID', field: 'STUDENTS.DCID' },
    school,
    yearly: false,
    from: 'STUDENTS st\n  JOIN SCHOOLS s ON s.School_Number = st.SchoolID',
    where: 'st.Enroll_Status = 0',
    columns: [
      { name: 'id', sql: 'st.DCID', field: 'STUDENTS.DCID', type: 'number', required: true },
      { name: 'username', sql: 'st.Student_Web_ID', field: 'STUDENTS.Student_Web_ID', type: 'text' },
      { name: 'studentNumber', sql: 'st.Student_Number', field: 'STUDENTS.Student_Number', type: 'number' },
      { name: 'secondaryEmail', sql: primaryEmail, field: 'EMAILADDRESS.EmailAddress', type: 'text' },
      { name: 'givenName', sql: 'st.First_Name', field: 'STUDENTS.First_Name', type: 'text' },
      { name: 'middleName', sql: 'st.Middle_Name', field: 'STUDENTS.Middle_Name', type: 'text' },
      { name: 'surname', sql: 'st.Last_Name', field: 'STUDENTS.Last_Name', type: 'text' },
      { name: 'grade', sql: 'st.Grade_Level', field: 'STUDENTS.Grade_Level', type: 'number' },
      {
        name: 'graduationYear',
        sql: 'st.Sched_YearOfGraduation',
        field: 'STUDENTS.Sched_YearOfGraduation',
        type: 'number',
      },
    ],
  },
  {
    kind: 'teacher',
    name: 'teachers',
    summary: 'People who teach at one school',
    key: { sql: 'u.DCID', field: 'USERS.DCID' },
    school,
    yearly: false,
    from: `USERS u
  JOIN SCHOOLSTAFF ss ON ss.Users_DCID = u.DCID
  JOIN SCHOOLS s ON s.School_Number = ss.SchoolID`,
    // Status 1 = current. StaffStatus 1 = teacher; other staff count once they stand in a section, as co-teachers do.
    where: `ss.Status = 1 AND (
    ss.StaffStatus = 1 OR EXISTS (SELECT 1 FROM SECTIONTEACHER k WHERE k.TeacherID = ss.ID)
  )`,
    columns: [
      { name: 'id', sql: 'u.DCID', field: 'USERS.DCID', type: 'number', required: true },
      { name: 'username', sql: 'COALESCE(u.TeacherLoginID, u.LoginID)', field: 'USERS.TeacherLoginID', type: 'text' },
      { name: 'teacherNumber', sql: 'u.TeacherNumber', field: 'USERS.TeacherNumber', type: 'text' },
      { name: 'secondaryEmail', sql: 'u.Email_Addr', field: 'USERS.Email_Addr', type: 'text' },
      { name: 'givenName', sql: 'u.First_Name', field: 'USERS.First_Name', type: 'text' },
      { name: 'middleName', sql: 'u.Middle_Name', field: 'USERS.Middle_Name', type: 'text' },
      { name: 'surname', sql: 'u.Last_Name', field: 'USERS.Last_Name', type: 'text' },
    ],
  },
  {
    kind: 'studentEnrollment',
    name: 'student_enrollments',
    summary: 'Enrollments of active students in the current sections of one school',
    key: { sql: 'c.DCID', field: 'CC.DCID' },
    school,
    yearly: true,
    // A dropped enrollment has a negative SectionID, so the join leaves it out.
    from: `SECTIONS x
  ${sectionJoins}
  JOIN CC c ON c.SectionID = x.ID
  JOIN STUDENTS st ON st.ID = c.StudentID`,
    where: 'st.Enroll_Status = 0',
    columns: [
      { name: 'id', sql: 'c.DCID', field: 'CC.DCID', type: 'number', required: true },
      { name: 'sectionId', sql: 'x.DCID', field: 'SECTIONS.DCID', type: 'number', required: true },
      { name: 'studentId', sql: 'st.DCID', field: 'STUDENTS.DCID', type: 'number', required: true },
      { name: 'startDate', sql: 'c.DateEnrolled', field: 'CC.DateEnrolled', type: 'date' },
      { name: 'endDate', sql: 'c.DateLeft', field: 'CC.DateLeft', type: 'date' },
    ],
  },
  {
    kind: 'teacherRoster',
    name: 'teacher_rosters',
    summary: 'Teachers and co-teachers of the current sections of one school, with role and dates',
    key: { sql: 'r.ID', field: 'SECTIONTEACHER.ID' },
    school,
    yearly: true,
    from: `SECTIONS x
  ${sectionJoins}
  JOIN SECTIONTEACHER r ON r.SectionID = x.ID
  JOIN SCHOOLSTAFF ss ON ss.ID = r.TeacherID
  LEFT JOIN ROLEDEF d ON d.ID = r.RoleID`,
    where: 'ss.Status = 1',
    columns: [
      { name: 'id', sql: 'r.ID', field: 'SECTIONTEACHER.ID', type: 'number', required: true },
      { name: 'sectionId', sql: 'x.DCID', field: 'SECTIONS.DCID', type: 'number', required: true },
      { name: 'teacherId', sql: 'ss.Users_DCID', field: 'SCHOOLSTAFF.Users_DCID', type: 'number', required: true },
      { name: 'role', sql: 'd.Name', field: 'ROLEDEF.Name', type: 'text' },
      {
        name: 'isLead',
        sql: 'CASE WHEN x.Teacher = ss.ID THEN 1 ELSE 0 END',
        field: 'SECTIONS.Teacher',
        type: 'number',
        required: true,
      },
      { name: 'startDate', sql: 'r.Start_Date', field: 'SECTIONTEACHER.Start_Date', type: 'date' },
      { name: 'endDate', sql: 'r.End_Date', field: 'SECTIONTEACHER.End_Date', type: 'date' },
    ],
  },
];

/** The extract of one kind. */
export function extractOf(kind: Kind): Extract {
  const extract = extracts.find((candidate) => candidate.kind === kind);
  if (extract === undefined) throw new TypeError(`no extract for ${kind}`);
  return extract;
}
