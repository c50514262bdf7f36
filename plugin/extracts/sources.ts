/**
 * Where districts keep a student's email address and a teacher's username: PowerSchool has several places, and every
 * district has chosen one. A choice changes the SQL and the access request; the answer's column names stay the same.
 */
import { fail } from '../../shared/errors.ts';
import type { Reasons } from './extract.ts';

/** A column that the district names itself. The table is in upper case. */
export interface ChosenColumn {
  from: 'column';
  table: string;
  field: string;
}

export type StudentEmail = { from: 'person' } | { from: 'contact' } | ChosenColumn;
export type TeacherUsername = { from: 'login' } | { from: 'email' } | { from: 'number' } | ChosenColumn;

export interface Sources {
  studentEmail: StudentEmail;
  teacherUsername: TeacherUsername;
  /** Whether to read pre-registered students (Enroll_Status -1), with their enrollments. */
  preRegistered?: boolean;
  /** Names of the additional optional properties to read. */
  also?: readonly string[];
}

export const defaultSources: Sources = { studentEmail: { from: 'person' }, teacherUsername: { from: 'login' } };

/** A source in SQL: a scalar expression on the students' alias `st` or the users' alias `u`. */
export interface ColumnSource {
  sql: string;
  /** TABLE.FIELD that the value comes from. */
  field: string;
  /** Why its other fields are read. */
  reasons: Reasons;
  /** Fields whose value may be used instead, and when. */
  also: Reasons;
}

/** @throws HallpassError PLUGIN_OPTION_INVALID */
export function parseStudentEmail(text: string): StudentEmail {
  if (text === 'person' || text === 'contact') return { from: text };
  return chosenColumn(text, '--student-email', 'person, contact', 'STUDENTS');
}

/** @throws HallpassError PLUGIN_OPTION_INVALID */
export function parseTeacherUsername(text: string): TeacherUsername {
  if (text === 'login' || text === 'email' || text === 'number') return { from: text };
  return chosenColumn(text, '--teacher-username', 'login, email, number', 'USERS');
}

/** As written on the command line. */
export function sourceText(source: StudentEmail | TeacherUsername): string {
  return source.from === 'column' ? `column:${source.table}.${source.field}` : source.from;
}

/** Extension tables differ from district to district: U_ marks a district's own, S_ one from a state's package. */
export function isExtensionTable(table: string): boolean {
  return /^[US]_/i.test(table);
}

/** The extension tables that a district has asked for by name. */
export function extensionTablesOf(sources: Sources): string[] {
  return [sources.studentEmail, sources.teacherUsername]
    .flatMap((source) => (source.from === 'column' ? [source.table] : []))
    .filter(isExtensionTable);
}

/** PowerSchool's own tables without a STUDENTSDCID or USERSDCID column: no join leads from a person to one row of them. */
const unjoinable = new Set([
  ...['CC', 'COURSES', 'EMAILADDRESS', 'GUARDIAN', 'PERSON', 'PERSONEMAILADDRESSASSOC', 'PSM_STUDENTCONTACT'],
  ...['REENROLLMENTS', 'ROLEDEF', 'SCHOOLS', 'SCHOOLSTAFF', 'SECTIONS', 'SECTIONTEACHER', 'STUDENTS', 'TEACHERS'],
  ...['TERMS', 'USERS'],
]);

/** Columns that a roster must never contain. */
const secret = /password|(?:^|_)ssn(?:$|_)|pw$/i;

function chosenColumn(text: string, option: string, words: string, home: 'STUDENTS' | 'USERS'): ChosenColumn {
  const refuse = (reason: string) =>
    fail('PLUGIN_OPTION_INVALID', { option: `${option} ${text.slice(0, 100)}`, reason });
  // PowerSchool's schema allows 30 characters for either name; allowing only letters, digits and _ keeps anything else
  // out of the SQL.
  const [, table = '', field = ''] = /^column:([A-Za-z]\w{0,29})\.([A-Za-z]\w{0,29})$/.exec(text) ?? [];
  if (table === '') throw refuse(`it must be one of ${words}, or column:TABLE.FIELD with names of up to 30 characters`);
  const upper = table.toUpperCase();
  if (secret.test(field)) throw refuse('that column holds a secret, which must not leave PowerSchool');
  if (upper !== home && unjoinable.has(upper)) {
    throw refuse(`${upper} has no ${home}DCID column: name a column of ${home} or of one of its extension tables`);
  }
  return { from: 'column', table: upper, field };
}

/** The SQL of a choice. */
export function studentEmailSource(source: StudentEmail): ColumnSource {
  if (source.from === 'column') return columnSource(source, 'STUDENTS', 'st', 'student');
  return source.from === 'person' ? personEmail : contactEmail;
}

/** The SQL of a choice. */
export function teacherUsernameSource(source: TeacherUsername): ColumnSource {
  const plain = { reasons: {}, also: {} };
  if (source.from === 'column') return columnSource(source, 'USERS', 'u', 'teacher');
  if (source.from === 'email') return { sql: 'u.Email_Addr', field: 'USERS.Email_Addr', ...plain };
  if (source.from === 'number') return { sql: 'u.TeacherNumber', field: 'USERS.TeacherNumber', ...plain };
  return {
    sql: 'COALESCE(u.TeacherLoginID, u.LoginID)',
    field: 'USERS.TeacherLoginID',
    reasons: {},
    also: { 'USERS.LoginID': 'when there is no teacher login' },
  };
}

/** A person may have several addresses: the primary one counts, by priority; ties go to the alphabetically first. */
const personEmail: ColumnSource = {
  sql: `(
    SELECT MIN(e.EmailAddress) FROM PERSONEMAILADDRESSASSOC a
    JOIN EMAILADDRESS e ON e.EmailAddressID = a.EmailAddressID
    WHERE a.PersonID = st.Person_ID AND a.IsPrimaryEmailAddress = 1 AND a.EmailAddressPriorityOrder = (
      SELECT MIN(b.EmailAddressPriorityOrder) FROM PERSONEMAILADDRESSASSOC b
      WHERE b.PersonID = a.PersonID AND b.IsPrimaryEmailAddress = 1
    )
  )`,
  field: 'EMAILADDRESS.EmailAddress',
  reasons: {
    'STUDENTS.Person_ID': "finds a student's email addresses",
    'PERSONEMAILADDRESSASSOC.PersonID': "finds a student's email addresses; those of other people are not read",
    'PERSONEMAILADDRESSASSOC.EmailAddressID': "finds a student's email addresses",
    'EMAILADDRESS.EmailAddressID': "finds a student's email addresses",
    'PERSONEMAILADDRESSASSOC.IsPrimaryEmailAddress': 'only the primary email address is read',
    'PERSONEMAILADDRESSASSOC.EmailAddressPriorityOrder': 'the first of several primary email addresses counts',
  },
  also: {},
};

/**
 * The older place, which the REST API shows as `contact_info`. PowerSchool documents only PSM_StudentContact.Email; the
 * path to it (SYNC_StudentMap, and the contact of type "Self") is known from queries that districts have published.
 * Whether PowerSchool grants a plugin these tables has not been tried.
 */
const contactEmail: ColumnSource = {
  sql: `(
    SELECT MIN(pc.Email) FROM SYNC_STUDENTMAP sm
    JOIN PSM_STUDENTCONTACT pc ON pc.StudentID = sm.StudentID
    JOIN PSM_STUDENTCONTACTTYPE pt ON pt.ID = pc.StudentContactTypeID
    WHERE sm.StudentsDCID = st.DCID AND UPPER(pt.Name) = 'SELF'
  )`,
  field: 'PSM_STUDENTCONTACT.Email',
  reasons: {
    'SYNC_STUDENTMAP.StudentsDCID': "finds a student's contact entry",
    'SYNC_STUDENTMAP.StudentID': "finds a student's contact entry",
    'PSM_STUDENTCONTACT.StudentID': "finds a student's contact entry",
    'PSM_STUDENTCONTACT.StudentContactTypeID': 'only the contact of type "Self" is read, never a parent\'s',
    'PSM_STUDENTCONTACTTYPE.ID': 'only the contact of type "Self" is read, never a parent\'s',
    'PSM_STUDENTCONTACTTYPE.Name': 'only the contact of type "Self" is read, never a parent\'s',
  },
  also: {},
};

/**
 * TO_CHAR, because a chosen column may hold numbers, and Oracle refuses COALESCE(number, ''). MIN in a subquery instead
 * of a join, because a child table may hold several rows for a person, and a join would then repeat the person.
 */
function columnSource(
  { table, field }: ChosenColumn,
  home: 'STUDENTS' | 'USERS',
  alias: 'st' | 'u',
  person: string,
): ColumnSource {
  if (table === home) return { sql: `TO_CHAR(${alias}.${field})`, field: `${table}.${field}`, reasons: {}, also: {} };
  const key = home === 'STUDENTS' ? 'StudentsDCID' : 'UsersDCID';
  return {
    sql: `(SELECT MIN(TO_CHAR(ext.${field})) FROM ${table} ext WHERE ext.${key} = ${alias}.DCID)`,
    field: `${table}.${field}`,
    reasons: { [`${table}.${key}`]: `finds the row of a ${person}` },
    also: {},
  };
}
