import t from 'tap';
import type { Actual, ActualClass, ActualUser } from './actual.ts';
import { compare } from './compare.ts';
import { expectedState } from './expected.ts';
import { circumstances, district, perfect, profileOf, seeded } from './testing.ts';
import { actualTotals, expectedTotals, minimumWrites } from './totals.ts';

t.test('a directory as expected has no differences, in both modes', async (t) => {
  const tables = district(t.testdir());
  const match = expectedState(tables, circumstances());
  t.strictSame(compare(match, seeded, await perfect(match)), []);
  t.strictSame(expectedTotals(match), {
    schools: 2,
    classes: 4,
    users: 2,
    licenses: 0,
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

  const create = expectedState(tables, circumstances([profileOf('create')]));
  t.strictSame(compare(create, seeded, await perfect(create)), []);
  t.strictSame(Object.fromEntries(create.problems), {
    'students:21': 'MissingSourceValue',
    'teachers:30': 'UserNameTaken',
  });
  t.equal(expectedTotals(create).licenses, 3);
});

t.test('with teams, every class with an owner is a team, and the others are problems', async (t) => {
  const tables = district(t.testdir());
  const plain = expectedState(tables, circumstances());
  const expected = expectedState(tables, circumstances([profileOf('match', { classes: { createTeam: true } })]));
  t.strictSame(compare(expected, seeded, await perfect(expected)), []);
  const owned = expected.classes.filter(({ owners }) => owners.size > 0).length;
  t.equal(expectedTotals(expected).teams, owned);
  t.equal(minimumWrites(expected), minimumWrites(plain) + owned, 'one write each');
  t.equal(expected.problems.size, plain.problems.size + expected.classes.length - owned);
  t.equal(expectedTotals(expected).problems, expectedTotals(plain).problems, 'counts only people');

  const none = await perfect(expected);
  for (const one of none.classes) one.team = false;
  t.equal(compare(expected, seeded, none).filter((one) => /: it is no team$/.test(one)).length, owned);
  const [first] = plain.classes;
  const surplus = await perfect(plain);
  for (const one of surplus.classes) one.team = one.id === `class-${first?.dcid}`;
  t.strictSame(compare(plain, seeded, surplus), [`class ${first?.dcid}: it should be no team`]);
});

t.test('finds every kind of difference', async (t) => {
  const expected = expectedState(district(t.testdir()), circumstances());
  const created = expectedState(district(t.testdir()), circumstances([profileOf('create')]));
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
        student: { externalId: '20', studentNumber: '500', grade: '06' },
      }),
    'students:20: student: grade is "06", not "05"',
  );
  await finds(
    'changed name of a matched account',
    (actual) => void Object.assign(user(actual, 'a-500').properties, { displayName: 'Ann' }),
    'students:20: displayName is "Ann", not "500"',
  );
  await finds(
    'license for a matched account',
    (actual) => void user(actual, 'a-500').licenses.push('sku'),
    'students:20: license sku should not be there',
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
    (actual) => void actual.groups.push({ id: 'g', name: 'Staff', members: [] }),
    'group Staff should not be there',
  );
  await finds(
    'deleted group',
    (actual) => void actual.strangers.push({ type: 'deletedGroup', id: 'g', name: 'Art' }),
    'deletedGroup Art should not be there',
  );
  await finds(
    'property that the profile has not chosen',
    (actual) => void Object.assign(actual.schools[0]?.properties ?? {}, { phone: '555-0100' }),
    /phone is "555-0100", and should not be there/,
  );
  await finds(
    'wrong course',
    (actual) =>
      void Object.assign(art(actual).properties, {
        course: { displayName: 'Art', courseNumber: 'art1', externalId: '1' },
      }),
    /class 10: course: displayName is "Art"/,
  );
  await finds(
    'property of a school that nothing asks for',
    (actual) => void Object.assign(actual.schools[0]?.properties ?? {}, { fax: '555-0101' }),
    /school 1: fax is "555-0101", and nothing asks for it/,
  );
  await finds(
    'nested property of a class that nothing asks for',
    (actual) => void Object.assign((art(actual).properties.course ?? {}) as object, { description: 'Of the district' }),
    /class 10: course: description is "Of the district", and nothing asks for it/,
  );
  await finds(
    'property of an account that was there',
    (actual) => void Object.assign(user(actual, 'a-500').properties, { jobTitle: 'Student' }),
    'students:20: jobTitle is "Student", and nothing asks for it',
  );
  await finds(
    'property of a created account',
    (actual) => void Object.assign(user(actual, 'new-students:20').properties, { mobilePhone: '555-0102' }),
    'students:20: mobilePhone is "555-0102", and nothing asks for it',
    created,
  );
  await finds(
    'wrong term',
    (actual) => void Object.assign((art(actual).properties.term ?? {}) as object, { endDate: '2027-06-10' }),
    /class 10: term: endDate is "2027-06-10", not "2027-01-15"/,
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
    'missing license',
    (actual) => void user(actual, 'new-teachers:31').licenses.pop(),
    'teachers:31: license sku-teacher is missing',
    created,
  );
  await finds(
    'wrong name of a created account',
    (actual) => void Object.assign(user(actual, 'new-students:20').properties, { surname: 'ONeil' }),
    `students:20: surname is "ONeil", not "O'Neil"`,
    created,
  );
});
