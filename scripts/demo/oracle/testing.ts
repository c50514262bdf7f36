/** A small district, a directory, and a dump as expected: the starting point of the oracle's tests. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createTables } from '../../simulators/powerschool/database/schema.ts';
import type { SeededAccount } from './accounts.ts';
import { type Actual, readDump } from './actual.ts';
import { type District, type Person, type Role, readDistrict } from './district.ts';
import type { Circumstances, Expected } from './expected.ts';
import { type Mode, type ProfileDocument, readRules } from './rules.ts';

export const today = '2026-11-24';

/** The smallest valid profile. */
export function profileOf(mode: Mode = 'match', change: Partial<ProfileDocument> = {}): ProfileDocument {
  return {
    name: 'Contoso',
    mode: { students: mode, teachers: mode },
    identity: {
      students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
      teachers: { source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' },
    },
    domains: { students: 'students.contoso.edu', teachers: 'contoso.edu' },
    licenses: { students: 'sku-student', teachers: 'sku-teacher', usageLocation: 'US' },
    schools: 'all',
    properties: {
      school: ['lowGrade', 'principalName'],
      student: ['studentNumber', 'grade'],
      teacher: ['teacherNumber'],
    },
    ...change,
  };
}

export function circumstances(
  profiles: ProfileDocument[] = [profileOf()],
  more: Partial<Circumstances> = {},
): Circumstances {
  return { directory: seeded, profiles: profiles.map(readRules), groupLicenses: new Map(), today, ...more };
}

/** A school with two years, a school for graduates, and one row for each rule that excludes a row. */
export function district(folder: string): District {
  const file = join(folder, 'ps.db');
  const db = new DatabaseSync(file);
  createTables(db);
  const insert = (table: string, columns: string, ...rows: (string | number | null)[][]) => {
    const statement = db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`);
    for (const row of rows) statement.run(...row);
  };
  insert(
    'schools',
    'dcid, school_number, name, low_grade, principal',
    [1, 101, ' Maple School ', 0, null],
    [2, 999999, 'Graduated Students', 99, null],
    [3, 104, 'Oak School', 9, 'A. Principal'],
  );
  insert(
    'terms',
    'dcid, id, yearid, schoolid, isyearrec, firstday, lastday',
    [1, 3500, 35, 101, 1, '2025-08-01', '2026-06-10'],
    [2, 3600, 36, 101, 1, '2026-08-01', '2027-06-10'],
    [3, 3601, 36, 101, 0, '2026-08-01', '2027-01-15'],
    [4, 3700, 37, 101, 1, '2027-08-01', '2028-06-10'],
    // Oak School has not begun the new year.
    [5, 3500, 35, 104, 1, '2025-08-01', '2026-11-20'],
    [6, 3600, 36, 104, 1, '2026-11-25', '2027-08-10'],
  );
  insert(
    'courses',
    'dcid, course_number, course_name, schoolid',
    [1, 'ART1', 'Art of the district', 0],
    [2, 'ART1', 'Art at Oak', 104],
    [3, 'SOC1', '', 0],
  );
  insert(
    'sections',
    'dcid, id, course_number, section_number, termid, schoolid, teacher, external_expression',
    [10, 1010, 'art1', '1', 3601, 101, 303, 'P1(M-F)'],
    [11, 1011, 'ART1', '2', 3500, 101, null, null],
    [12, 1012, 'ART1', '3', 3500, 104, 302, null],
    [13, 1013, 'SOC1', '4', 3600, 101, 305, null],
    [14, 1014, 'GONE', '5', 3600, 101, null, null],
    [15, 1015, 'ART1', '6', 3609, 101, null, null],
  );
  insert(
    'students',
    'dcid, id, schoolid, enroll_status, student_web_id, student_number, first_name, last_name, grade_level, home_room, person_id',
    [20, 2020, 101, 0, 'ann', 500, 'Ann', "O'Neil", 5, 'Room 7 ', 1],
    [21, 2021, 101, 0, '  ', 501, 'Bo', null, 6, ' ', 2],
    [22, 2022, 101, 2, 'cy', 502, 'Cy', 'Moved', 6, null, 3],
    [23, 2023, 777, 0, 'di', 503, 'Di', 'Nowhere', 6, null, 4],
    [24, 2024, 104, 0, 'ed', 504, 'Ed', 'Oak', 9, null, 5],
  );
  insert('emailaddress', 'emailaddressid, emailaddress', [1, 'home@x'], [2, 'z@x'], [3, 'a@x'], [4, 'low@x']);
  insert(
    'personemailaddressassoc',
    'personemailaddressassocid, personid, emailaddressid, isprimaryemailaddress, emailaddresspriorityorder',
    [1, 1, 1, 0, 0],
    [2, 1, 2, 1, 1],
    [3, 1, 3, 1, 1],
    [4, 1, 4, 1, 2],
  );
  insert(
    'users',
    'dcid, first_name, last_name, loginid, teacherloginid, teachernumber, email_addr',
    [30, 'Tess', 'Lead', 'admin.tess', 'tess', 'T30', 'tess@mail'],
    [31, 'Uma', 'Aide', 'uma', '', 'T31', null],
    [32, 'Vic', 'Office', 'vic', null, 'T32', null],
    [33, 'Wes', 'Gone', 'wes', 'wes', 'T33', null],
  );
  insert(
    'schoolstaff',
    'dcid, id, users_dcid, schoolid, status, staffstatus',
    [1, 301, 30, 101, 1, 1],
    [2, 302, 30, 104, 1, 1],
    [3, 303, 31, 101, 1, 2],
    [4, 304, 32, 101, 1, 2],
    [5, 305, 33, 101, 2, 1],
    [6, 306, 33, 0, 1, 1],
  );
  insert(
    'sectionteacher',
    'id, teacherid, sectionid, start_date, end_date',
    [1, 301, 1010, '2026-08-01', today],
    [2, 303, 1010, today, null],
    [3, 302, 1010, '2026-11-25', null],
    [4, 303, 1013, null, '2026-11-23'],
    [5, 305, 1013, null, null],
    [6, 302, 1012, null, null],
  );
  insert(
    'cc',
    'dcid, sectionid, studentid, dateenrolled, dateleft',
    [1, 1010, 2020, '2026-08-01', '2027-01-01'],
    [2, -1010, 2021, '2026-08-01', '2026-09-01'],
    [3, 1013, 2020, '2026-08-01', today],
    [4, 1013, 2021, today, null],
    [5, 1010, 2022, null, null],
    [6, 1014, 2020, '2026-11-25', null],
    [7, 1011, 2020, '2025-08-01', null],
    [8, 1012, 2020, null, null],
  );
  db.close();
  return readDistrict(file, today);
}

export function person(key: string, values: Partial<Person>): Person {
  const [role, dcid = ''] = key.split(':');
  const none = { username: undefined, number: undefined, email: undefined, schools: ['1'] };
  const more = { middleName: undefined, grade: undefined, graduationYear: undefined };
  return { key, role: role as Role, dcid, givenName: 'Given', surname: 'Name', ...none, ...more, ...values };
}

export function account(id: string, name: string, more: Partial<SeededAccount> = {}): SeededAccount {
  return { id, userPrincipalName: `${name}@contoso.edu`, mailNickname: name, displayName: name, ...more };
}

export const seeded = [account('a-500', '500'), account('a-tess', 'tess'), account('a-admin', 'admin')];

/** The dump of a directory exactly as expected, for changing one thing at a time. */
export async function perfect(expected: Expected, problemCodes = expected.problems): Promise<Actual> {
  const lines: object[] = [{ type: 'tenant', id: 'tenant' }];
  const ids = new Map(
    expected.users.map(({ person, account }) => [person.key, 'id' in account ? account.id : `new-${person.key}`]),
  );
  const id = (key: string) => ids.get(key) ?? key;
  const accounts = new Map<string, object>(
    seeded.map((one) => [one.id, { ...one, primaryRole: 'none', schools: [], licenses: [] }]),
  );
  for (const { person, account, properties, licenses } of expected.users) {
    accounts.set(id(person.key), {
      ...accounts.get(id(person.key)),
      ...account,
      ...properties,
      id: id(person.key),
      licenses: licenses,
      schools: person.schools.map((dcid) => `school-${dcid}`),
    });
  }
  for (const one of accounts.values()) lines.push({ type: 'user', ...one });
  for (const { dcid, properties } of expected.schools)
    lines.push({ type: 'school', id: `school-${dcid}`, ...properties });
  for (const { dcid, school, properties, owners, members, team } of expected.classes) {
    const people = { owners: [...owners].map(id), members: [...members].map(id), schools: [`school-${school}`] };
    const options = team ? { resourceProvisioningOptions: ['Team'] } : {};
    lines.push({ type: 'class', id: `class-${dcid}`, ...properties, ...people, ...options });
  }
  for (const { id: group, members } of expected.groups)
    lines.push({ type: 'group', id: group, displayName: group, members: [...members].map(id), owners: [] });
  async function* text() {
    for (const line of lines) yield JSON.stringify(line);
  }
  const problems = [...problemCodes].map(([subject, code]) => ({ subject, code, message: 'why' }));
  return { ...(await readDump(text())), problems };
}
