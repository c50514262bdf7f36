/** How each option of a profile changes the expected state. */
import t from 'tap';
import { compare } from './compare.ts';
import { type Expected, expectedState } from './expected.ts';
import type { ProfileDocument } from './rules.ts';
import { circumstances, district, perfect, profileOf, seeded, today } from './testing.ts';
import { minimumWrites } from './totals.ts';

const tables = district(t.testdir());

const create = (change: Partial<ProfileDocument> = {}) => profileOf('create', { domains: own, ...change });
const own = { students: 'pupils.contoso.edu', teachers: 'staff.contoso.edu' };
const state = (...profiles: ProfileDocument[]) => expectedState(tables, circumstances(profiles));
const classOf = ({ classes }: Expected, dcid: string) => classes.find((one) => one.dcid === dcid);
const people = (expected: Expected, dcid: string) => [...(classOf(expected, dcid)?.members ?? [])].sort();

t.test(
  'licenses: from a SKU with plans turned off, or from a group that twenty people join in one write',
  async (t) => {
    const group = 'group-1';
    const licenses = {
      students: { group },
      teachers: { skuId: 'sku-teacher', disabledPlans: ['b', 'a'] },
      usageLocation: 'US',
    };
    const given = circumstances([create({ licenses })], { groupLicenses: new Map([[group, 'sku-student']]) });
    const expected = expectedState(tables, given);
    const licensesOf = (key: string) => expected.users.find(({ person }) => person.key === key)?.licenses;
    t.strictSame(licensesOf('students:20'), ['sku-student']);
    t.strictSame(licensesOf('teachers:30'), ['sku-teacher without a, b']);
    const students = expected.users.filter(({ person }) => person.role === 'students').map(({ person }) => person.key);
    t.strictSame(expected.groups, [{ id: group, members: new Set(students) }]);
    t.ok(students.length > 1);
    const none = create({ licenses: { students: null, teachers: null, usageLocation: 'US' } });
    t.equal(minimumWrites(expected) - minimumWrites(state(none)), 1 + expected.users.length - students.length);

    t.strictSame(compare(expected, seeded, await perfect(expected)), []);
    const left = await perfect(expected);
    left.groups[0]?.members.pop();
    t.match(compare(expected, seeded, left), [/group group-1: member students:\d+ is missing/]);
    const off = await perfect(expected);
    for (const user of off.users) if (user.stamp === 'teachers:30') user.licenses = ['sku-teacher'];
    t.strictSame(compare(expected, seeded, off), [
      'teachers:30: license sku-teacher without a, b is missing',
      'teachers:30: license sku-teacher should not be there',
    ]);
  },
);

t.test('chosen schools: provisions nothing in the others, and reports their people as missing', async (t) => {
  const expected = state(create({ schools: ['3'] }));
  t.strictSame(
    expected.schools.map(({ dcid }) => dcid),
    ['3'],
  );
  t.strictSame(
    expected.classes.map(({ dcid }) => dcid),
    ['12'],
  );
  t.strictSame(
    expected.users.map(({ person }) => person.key),
    ['students:24', 'teachers:30'],
  );
  t.strictSame(expected.users.at(-1)?.person.schools, ['3']);
  t.strictSame(people(expected, '12'), ['teachers:30']);
  t.strictSame(Object.fromEntries(expected.problems), { 'studentEnrollment:8': 'InvalidLookupReference' });
});

t.test(
  'several profiles: a school belongs to the profile that names it, and a person in two profiles to none',
  async (t) => {
    const rest = create({ name: 'Rest', schools: 'all' });
    const oak = create({ name: 'Oak', schools: ['3'], domains: { students: 'oak.edu', teachers: 't.oak.edu' } });
    const expected = state(oak, rest);
    t.strictSame(Object.fromEntries(expected.problems), {
      'teachers:30': 'PersonInTwoProfiles',
      'students:21': 'MissingSourceValue',
    });
    const accounts = Object.fromEntries(expected.users.map(({ person, account }) => [person.key, account]));
    t.strictSame(accounts, {
      'students:20': { userPrincipalName: 'ann@pupils.contoso.edu' },
      'students:24': { userPrincipalName: 'ed@oak.edu' },
      'teachers:31': { userPrincipalName: 'uma@staff.contoso.edu' },
    });
    t.strictSame(people(expected, '12'), [], 'its teacher is in two profiles, its student in the other one');
    const twice = state(oak, { ...oak, name: 'Oak too' }, rest);
    t.equal(twice.problems.get('school:3'), 'SchoolInTwoProfiles');
    t.strictSame(
      twice.schools.map(({ dcid }) => dcid),
      ['1'],
    );
  },
);

t.test(
  'a profile before its first day or after its last day keeps its schools and people from the others',
  async (t) => {
    const rest = create({ name: 'Rest', schools: 'all' });
    const oak = { name: 'Oak', schools: ['3'], domains: { students: 'oak.edu', teachers: 't.oak.edu' } };
    for (const dates of [{ startsOn: '2026-11-25' }, { expiresOn: '2026-11-23' }]) {
      const expected = state(create({ ...oak, dates }), rest);
      const seen = [expected.schools.map(({ dcid }) => dcid), expected.users.map(({ person }) => person.key)];
      t.strictSame(seen, [['1'], ['students:20', 'teachers:31']]);
      t.equal(expected.problems.get('teachers:30'), 'PersonInTwoProfiles', 'the other profile reports it');
    }
    for (const dates of [{ startsOn: '2026-11-24' }, { expiresOn: '2026-11-24' }]) {
      t.equal(state(create({ ...oak, dates }), rest).schools.length, 2);
    }
  },
);

t.test('names classes', async (t) => {
  const named = (name: string, more: object = {}) =>
    classOf(state(create({ classes: { name, ...more } })), '10')?.properties;
  t.match(
    named('{courseName:3}[ {period}] - {teacherSurname}'),
    { displayName: 'Art P1(M-F) - Aide' },
    'of the lead teacher',
  );
  t.match(named('{schoolNumber}/{courseNumber}[ ({termName})] {teacher}'), { displayName: '101/art1 Uma Aide' });
  const replaced = { unsupportedCharacters: 'replace' as const };
  t.match(named('{schoolNumber}/{courseNumber}: "x"', replaced), { displayName: '101_art1_ _x_' });
  const unled = { ...tables, teaching: tables.teaching.map((one) => ({ ...one, leads: false })) };
  const first = expectedState(unled, circumstances([create({ classes: { name: '{teacherSurname}' } })]));
  t.match(classOf(first, '10')?.properties, { displayName: 'Lead' }, 'without one, of the first');
});

t.test('dates: classes open before their term, and students wait for their day', async (t) => {
  const later = tables.sections.map((one) => (one.dcid === '14' ? { ...one, firstDay: '2026-12-04' } : one));
  const by = (dates: ProfileDocument['dates']) =>
    expectedState({ ...tables, sections: later }, circumstances([create({ ...(dates && { dates }) })]));
  t.ok(classOf(by(undefined), '14'), 'as soon as PowerSchool has it');
  t.strictSame(people(by(undefined), '14'), []);
  t.notOk(classOf(by({ openDaysBefore: 9 }), '14'));
  t.strictSame(people(by({ openDaysBefore: 10 }), '14'), ['students:20'], 'in it from the first day on');
  t.strictSame(people(by({ studentsFrom: today }), '10'), ['students:20', 'teachers:30', 'teachers:31']);
  t.strictSame(people(by({ studentsFrom: '2026-11-25' }), '10'), ['teachers:30', 'teachers:31']);
});

t.test('policies say who stays, and names that are given once stay', async (t) => {
  const gone = {
    ...tables,
    enrollments: tables.enrollments.filter(({ section }) => section !== '10'),
    teaching: tables.teaching.filter(({ section, teacher }) => section !== '10' || teacher !== '30'),
  };
  const nobody = { ...gone, teaching: gone.teaching.filter(({ section }) => section !== '10') };
  const after = (then: typeof tables, change: Partial<ProfileDocument>) => {
    const given = circumstances([create(change)]);
    return expectedState(then, given, expectedState(tables, given));
  };
  t.strictSame(people(after(gone, {}), '10'), ['teachers:30', 'teachers:31']);
  t.strictSame(people(after(gone, { policies: { studentLeftClass: 'keep', teacherLeftClass: 'remove' } }), '10'), [
    'students:20',
    'teachers:31',
  ]);
  const last = classOf(after(nobody, { policies: { teacherLeftClass: 'remove' } }), '10');
  t.strictSame([...(last?.owners ?? [])].sort(), ['teachers:30', 'teachers:31'], 'a class keeps an owner');
  const renamed = { ...tables, sections: tables.sections.map((one) => ({ ...one, courseName: 'New' })) };
  t.match(classOf(after(renamed, {}), '10')?.properties, { displayName: 'New - 1' });
  const once = classOf(after(renamed, { classes: { displayName: 'create-only' } }), '10')?.properties;
  t.match(once, { displayName: 'Art of the district - 1', course: { displayName: 'New' } });
});

t.test('what is not chosen must not be there', async (t) => {
  const [maple] = state(create({ properties: { student: ['middleName'] } })).schools;
  t.match(maple?.properties, { lowestGrade: null, principalName: null, address: { street: null, city: null } });
  const { users } = state(create({ properties: { student: ['grade'] } }));
  t.match(users[0]?.properties, { middleName: null, student: { studentNumber: null, grade: '5' } });
  t.equal(users[0]?.properties.officeLocation, null);
  const rooms = state(create({ properties: { student: ['homeRoom'] } })).users.map(({ properties }) => properties);
  t.equal(rooms[0]?.officeLocation, 'Room 7', 'a home room is the office');
  t.equal(
    state(profileOf('match', { properties: { student: ['homeRoom'] } })).users[0]?.properties.officeLocation,
    undefined,
  );
});

t.test('a school whose last term ended before this school year gets nothing, and keeps what it has', async (t) => {
  const tables = district(t.testdir());
  const given = circumstances();
  const closed = {
    ...tables,
    terms: tables.terms.map((term) =>
      term.school === '1' ? { ...term, firstDay: '2018-08-20', lastDay: '2019-06-07' } : term,
    ),
    sections: tables.sections.map((one) => (one.school === '1' ? { ...one, lastDay: '2019-06-07' } : one)),
  };
  const now = expectedState(closed, given);
  t.notOk(now.schools.some(({ dcid }) => dcid === '1'));
  t.notOk(now.classes.some(({ school }) => school === '1'));
  t.notOk(now.users.some(({ person }) => person.schools.every((school) => school === '1')));
  const before = expectedState(tables, given);
  const after = expectedState(closed, given, before);
  t.strictSame(after.classes.map(({ dcid }) => dcid).sort(), before.classes.map(({ dcid }) => dcid).sort());
  t.strictSame(after.schools, before.schools);
});
