import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { createTables } from '../../simulators/powerschool/database/schema.ts';
import { type IdentityRule, matchAccounts, nameAccounts, type SeededAccount } from './accounts.ts';
import { type Actual, type ActualClass, type ActualUser, readDump } from './actual.ts';
import { compare } from './compare.ts';
import { type Person, type Role, readDistrict } from './district.ts';
import { type Expected, expectedState, type Rules } from './expected.ts';
import { actualTotals, expectedTotals, minimumWrites } from './totals.ts';

const today = '2026-11-24';

const rules: Rules = {
  mode: 'match',
  identity: {
    students: { source: 'number', suffix: undefined, target: 'mailNickname' },
    teachers: { source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' },
  },
  domains: { students: 'students.contoso.edu', teachers: 'contoso.edu' },
  licences: { students: 'sku-student', teachers: 'sku-teacher' },
  usageLocation: 'US',
  teams: false,
};

/** A school with two years, a graduates' school, and one row for each rule that keeps a row out. */
function district(folder: string) {
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
    'dcid, id, yearid, schoolid, isyearrec, firstday',
    [1, 3500, 35, 101, 1, '2025-08-01'],
    [2, 3600, 36, 101, 1, '2026-08-01'],
    [3, 3601, 36, 101, 0, '2026-08-01'],
    [4, 3700, 37, 101, 1, '2027-08-01'],
    // Oak School has not begun the new year.
    [5, 3500, 35, 104, 1, '2025-08-01'],
    [6, 3600, 36, 104, 1, '2026-11-25'],
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
    'dcid, id, course_number, section_number, termid, schoolid',
    [10, 1010, 'art1', '1', 3601, 101],
    [11, 1011, 'ART1', '2', 3500, 101],
    [12, 1012, 'ART1', '3', 3500, 104],
    [13, 1013, 'SOC1', '4', 3600, 101],
    [14, 1014, 'GONE', '5', 3600, 101],
    [15, 1015, 'ART1', '6', 3609, 101],
  );
  insert(
    'students',
    'dcid, id, schoolid, enroll_status, student_web_id, student_number, first_name, last_name, grade_level, person_id',
    [20, 2020, 101, 0, 'ann', 500, 'Ann', "O'Neil", 5, 1],
    [21, 2021, 101, 0, '  ', 501, 'Bo', null, 6, 2],
    [22, 2022, 101, 2, 'cy', 502, 'Cy', 'Moved', 6, 3],
    [23, 2023, 777, 0, 'di', 503, 'Di', 'Nowhere', 6, 4],
    [24, 2024, 104, 0, 'ed', 504, 'Ed', 'Oak', 9, 5],
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

t.test('the tables are read by the rules', async (t) => {
  const { schools, sections, people, enrollments, teaching } = district(t.testdir());
  t.strictSame(
    schools.map(({ dcid, name, number, lowGrade, principal }) => [dcid, name, number, lowGrade, principal]),
    [
      ['1', 'Maple School', '101', '0', undefined],
      ['3', 'Oak School', '104', '9', 'A. Principal'],
    ],
  );
  t.strictSame(
    sections.map(({ dcid, school, courseName, number }) => [dcid, school, courseName, number]).sort(),
    [
      ['10', '1', 'Art of the district', '1'],
      ['12', '3', 'Art at Oak', '3'],
      ['13', '1', 'SOC1', '4'],
      ['14', '1', 'GONE', '5'],
    ],
    'the newest year that has begun, in terms that the school has; course names in three steps',
  );
  t.strictSame(
    people.map(({ key, username, number, email, grade, schools }) => [key, username, number, email, grade, schools]),
    [
      ['students:20', 'ann', '500', 'a@x', '5', ['1']],
      ['students:21', undefined, '501', undefined, '6', ['1']],
      ['students:24', 'ed', '504', undefined, '9', ['3']],
      ['teachers:30', 'tess', 'T30', 'tess@mail', undefined, ['1', '3']],
      ['teachers:31', 'uma', 'T31', undefined, undefined, ['1']],
    ],
  );
  t.strictSame(
    enrollments.map(({ dcid, section, student }) => [dcid, section, student]).sort(),
    [
      ['1', '10', '20'],
      ['4', '13', '21'],
      ['8', '12', '20'],
    ],
    'not: dropped, left today, not active, to come, last year',
  );
  t.strictSame(
    teaching.map(({ section, teacher }) => `${teacher} in ${section}`).sort(),
    ['30 in 10', '30 in 12', '31 in 10'],
    'the last day counts; not: to come, over, gone',
  );
});

function person(key: string, values: Partial<Person>): Person {
  const [role, dcid = ''] = key.split(':');
  const none = { username: undefined, number: undefined, email: undefined, grade: undefined, schools: ['1'] };
  return { key, role: role as Role, dcid, givenName: 'Given', surname: 'Name', ...none, ...values };
}

function account(id: string, name: string, more: Partial<SeededAccount> = {}): SeededAccount {
  return { id, userPrincipalName: `${name}@contoso.edu`, mailNickname: name, displayName: name, ...more };
}

t.test('matching takes one account for one person, or says why not', async (t) => {
  const identity: Record<Role, IdentityRule> = rules.identity;
  const directory = [
    account('a', 'Tess'),
    account('b', '500'),
    account('c', '501'),
    account('d', '501x', { mailNickname: '501' }),
  ];
  const { accounts, problems } = matchAccounts(
    [
      person('teachers:1', { username: 'TESS' }),
      person('teachers:2', { username: '500' }),
      person('students:3', { number: '500' }),
      person('students:4', { number: '501' }),
      person('students:5', { number: '502' }),
      person('students:6', {}),
    ],
    directory,
    identity,
  );
  t.strictSame([...accounts], [['teachers:1', 'a']]);
  t.strictSame(Object.fromEntries(problems), {
    'teachers:2': 'DuplicateTargetEntries',
    'students:3': 'DuplicateTargetEntries',
    'students:4': 'AmbiguousMatch',
    'students:5': 'UnmatchedEntry',
    'students:6': 'MissingSourceValue',
  });
});

t.test('a new account gets a name that Graph takes and nobody has, or the person a problem', async (t) => {
  const { accounts, problems } = nameAccounts(
    [
      person('teachers:1', { username: "O'Neil@Contoso.edu" }),
      person('teachers:2', { username: 'müller' }),
      person('teachers:3', { username: 'dot.' }),
      person('teachers:4', { username: 'x'.repeat(65) }),
      person('teachers:5', { username: 'TAKEN' }),
      person('teachers:6', { username: 'twice' }),
      person('teachers:7', { username: 'Twice' }),
      person('teachers:8', {}),
      person('students:9', { username: 'taken' }),
      person('students:10', { username: 'a b' }),
    ],
    [account('a', 'taken')],
    rules.domains,
  );
  t.strictSame(Object.fromEntries(accounts), {
    'teachers:1': "O'Neil@contoso.edu",
    'students:9': 'taken@students.contoso.edu',
  });
  t.strictSame(Object.fromEntries(problems), {
    'teachers:2': 'InvalidUserName',
    'teachers:3': 'InvalidUserName',
    'teachers:4': 'InvalidUserName',
    'teachers:5': 'UserNameTaken',
    'teachers:6': 'DuplicateTargetEntries',
    'teachers:7': 'DuplicateTargetEntries',
    'teachers:8': 'MissingSourceValue',
    'students:10': 'InvalidUserName',
  });
});

const seeded = [account('a-500', '500'), account('a-tess', 'tess'), account('a-admin', 'admin')];

/** The dump of a directory that is exactly as expected, for changing one thing at a time. */
async function perfect(expected: Expected, problemCodes = expected.problems): Promise<Actual> {
  const lines: object[] = [{ type: 'tenant', id: 'tenant' }];
  const ids = new Map(
    expected.users.map(({ person, account }) => [person.key, 'id' in account ? account.id : `new-${person.key}`]),
  );
  const id = (key: string) => ids.get(key) ?? key;
  const accounts = new Map<string, object>(
    seeded.map((one) => [one.id, { ...one, primaryRole: 'none', schools: [], licenses: [] }]),
  );
  for (const { person, account, properties, licences } of expected.users) {
    accounts.set(id(person.key), {
      ...accounts.get(id(person.key)),
      ...account,
      ...properties,
      id: id(person.key),
      licenses: licences,
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
  async function* text() {
    for (const line of lines) yield JSON.stringify(line);
  }
  const problems = [...problemCodes].map(([subject, code]) => ({ subject, code, message: 'why' }));
  return { ...(await readDump(text())), problems };
}

t.test('a directory that is as expected has no differences, in both modes', async (t) => {
  const tables = district(t.testdir());
  const match = expectedState(tables, seeded, rules);
  t.strictSame(compare(match, seeded, await perfect(match)), []);
  t.strictSame(expectedTotals(match), {
    schools: 2,
    classes: 4,
    users: 2,
    licences: 0,
    members: 4,
    teachers: 2,
    teams: 0,
    problems: 3,
  });
  t.strictSame(actualTotals(await perfect(match)), expectedTotals(match));
  t.equal(
    minimumWrites(match),
    2 + 2 + 4 + 4 + 3 + 2 + 2,
    'schools, users, classes, their schools, users’ schools, owners, members',
  );

  const create = expectedState(tables, seeded, { ...rules, mode: 'create' });
  t.strictSame(compare(create, seeded, await perfect(create)), []);
  t.strictSame(Object.fromEntries(create.problems), {
    'students:21': 'MissingSourceValue',
    'teachers:30': 'UserNameTaken',
  });
  t.equal(expectedTotals(create).licences, 3);
});

t.test('with teams every class that has an owner is one, and the others are problems', async (t) => {
  const tables = district(t.testdir());
  const plain = expectedState(tables, seeded, rules);
  const expected = expectedState(tables, seeded, { ...rules, teams: true });
  t.strictSame(compare(expected, seeded, await perfect(expected)), []);
  const owned = expected.classes.filter(({ owners }) => owners.size > 0).length;
  t.equal(expectedTotals(expected).teams, owned);
  t.equal(minimumWrites(expected), minimumWrites(plain) + owned, 'one write each');
  t.equal(expected.problems.size, plain.problems.size + expected.classes.length - owned);
  t.equal(expectedTotals(expected).problems, expectedTotals(plain).problems, 'people alone are counted');

  const none = await perfect(expected);
  for (const one of none.classes) one.team = false;
  t.equal(compare(expected, seeded, none).filter((one) => /: it is no team$/.test(one)).length, owned);
  const [first] = plain.classes;
  const surplus = await perfect(plain);
  for (const one of surplus.classes) one.team = one.id === `class-${first?.dcid}`;
  t.strictSame(compare(plain, seeded, surplus), [`class ${first?.dcid}: it should be no team`]);
});

t.test('every kind of difference is found', async (t) => {
  const expected = expectedState(district(t.testdir()), seeded, rules);
  const created = expectedState(district(t.testdir()), seeded, { ...rules, mode: 'create' });
  const finds = async (name: string, spoil: (actual: Actual) => void, difference: string | RegExp, from = expected) => {
    const actual = await perfect(from);
    spoil(actual);
    const differences = compare(from, seeded, actual);
    t.equal(differences.length, 1, `${name}: one difference`);
    t.match(differences[0], difference, name);
  };
  const art = ({ classes }: Actual) => classes.find(({ id }) => id === 'class-10') as ActualClass;
  const user = ({ users }: Actual, id: string) => users.find((one) => one.id === id) as ActualUser;

  await finds(
    'missing member',
    (actual) => void Object.assign(art(actual), { members: ['a-tess'] }),
    'class 10: member students:20 is missing',
  );
  await finds(
    'extra member',
    (actual) => void Object.assign(art(actual), { members: ['a-tess', 'a-500', 'a-admin'] }),
    'class 10: member a-admin should not be there',
  );
  await finds(
    'member twice',
    (actual) => void Object.assign(art(actual), { members: ['a-tess', 'a-500', 'a-500'] }),
    /twice/,
  );
  await finds(
    'missing owner',
    (actual) => void Object.assign(art(actual), { owners: [] }),
    'class 10: owner teachers:30 is missing',
  );
  await finds(
    'extra owner',
    (actual) => void Object.assign(art(actual), { owners: ['a-tess', 'a-500'] }),
    'class 10: owner students:20 should not be there',
  );
  await finds(
    'class in another school',
    (actual) => void Object.assign(art(actual), { schools: ['school-1', 'school-3'] }),
    'class 10: school 3 should not be there',
  );
  await finds(
    'wrong class name',
    (actual) => void Object.assign(art(actual).properties, { displayName: 'Math' }),
    /class 10: displayName is "Math", not "Art of the district - 1"/,
  );
  await finds('missing class', (actual) => void actual.classes.shift(), /class 1\d is missing/);
  await finds(
    'duplicate class',
    (actual) => void actual.classes.push({ ...art(actual), id: 'again' }),
    'class 10 is there 2 times',
  );
  await finds(
    'extra class',
    (actual) => void actual.classes.push({ ...art(actual), properties: { externalId: '99' } }),
    'class 99 should not be there',
  );
  await finds(
    'extra school',
    (actual) => void actual.schools.push({ id: 'x', properties: { externalId: '9' } }),
    'school 9 should not be there',
  );
  await finds(
    'wrong school name',
    (actual) => void Object.assign(actual.schools[0]?.properties ?? {}, { displayName: '' }),
    /school 1: displayName/,
  );
  await finds(
    'missing stamp',
    (actual) => void Object.assign(user(actual, 'a-500').properties, { externalSource: null }),
    /students:20: externalSource/,
  );
  await finds(
    'wrong facet',
    (actual) =>
      void Object.assign(user(actual, 'a-500').properties, {
        student: { externalId: '20', studentNumber: '500', grade: '6' },
      }),
    'students:20: student: grade is "6", not "5"',
  );
  await finds(
    'changed name of a matched account',
    (actual) => void Object.assign(user(actual, 'a-500').properties, { displayName: 'Ann' }),
    'students:20: displayName is "Ann", not "500"',
  );
  await finds(
    'licence for a matched account',
    (actual) => void user(actual, 'a-500').licences.push('sku'),
    'students:20: licence sku should not be there',
  );
  await finds(
    'missing school of a person',
    (actual) => void user(actual, 'a-tess').schools.pop(),
    'teachers:30: school 3 is missing',
  );
  await finds(
    'touched account',
    (actual) => void Object.assign(user(actual, 'a-admin'), { stamp: 'students:77' }),
    /admin@contoso.edu belongs to nobody/,
  );
  await finds(
    'changed account',
    (actual) => void Object.assign(user(actual, 'a-admin').properties, { displayName: 'X' }),
    /admin@contoso.edu: displayName/,
  );
  await finds('deleted account', (actual) => void actual.users.pop(), /admin@contoso.edu was there before and is gone/);
  await finds(
    'new account',
    (actual) => void actual.users.push({ ...user(actual, 'a-admin'), id: 'n', userPrincipalName: 'n@x' }),
    /n@x should not have been made/,
  );
  await finds(
    'other group',
    (actual) => void actual.strangers.push({ type: 'group', id: 'g', name: 'Staff' }),
    'group Staff should not be there',
  );
  await finds('missing problem', (actual) => void actual.problems.pop(), /is not reported/);
  await finds(
    'wrong problem',
    (actual) => void Object.assign(actual.problems[0] ?? {}, { code: 'AmbiguousMatch' }),
    /AmbiguousMatch is reported, not UnmatchedEntry/,
  );
  await finds(
    'problem that is none',
    (actual) => void actual.problems.push({ subject: 'class:10', code: 'GRAPH_FAILED', message: 'no' }),
    'class:10: GRAPH_FAILED is reported',
  );
  await finds(
    'missing licence',
    (actual) => void user(actual, 'new-teachers:31').licences.pop(),
    'teachers:31: licence sku-teacher is missing',
    created,
  );
  await finds(
    'wrong name of a created account',
    (actual) => void Object.assign(user(actual, 'new-students:20').properties, { surname: 'ONeil' }),
    `students:20: surname is "ONeil", not "O'Neil"`,
    created,
  );
});
