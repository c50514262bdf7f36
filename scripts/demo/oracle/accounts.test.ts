import t from 'tap';
import { matchAccounts, nameAccounts, type SeededAccount } from './accounts.ts';
import type { Person } from './district.ts';
import { type ProfileDocument, readRules } from './rules.ts';
import { account, person, profileOf } from './testing.ts';
import { localPart } from './user-names.ts';

t.test('matches one account to one person, or says why not', async (t) => {
  const rules = readRules(profileOf());
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
    ].map((person) => ({ person, rules })),
    directory,
  );
  t.strictSame(
    [...accounts],
    [
      ['teachers:1', 'a'],
      ['teachers:2', 'b'],
    ],
  );
  t.strictSame(Object.fromEntries(problems), {
    'students:3': 'AccountOfStaff',
    'students:4': 'AmbiguousMatch',
    'students:5': 'UnmatchedEntry',
    'students:6': 'MissingSourceValue',
  });
});

t.test('matches no guests or shared mailboxes, and gives nothing to two people with one value', async (t) => {
  const rules = readRules(profileOf());
  const directory = [
    account('a', '1', { userType: 'Guest' }),
    account('b', '2_x#EXT#', { mailNickname: '2' }),
    account('c', '3', { accountEnabled: false }),
    account('d', '4', { accountEnabled: false, givenName: 'Dee' }),
    account('e', '5'),
    account('f', '6'),
    account('g', '6_x#EXT#', { mailNickname: '6', userType: 'Guest' }),
  ];
  const numbers = ['1', '2', '3', '4', '5', '5', '6'];
  const people = numbers.map((number, at) => ({ person: person(`students:${at}`, { number }), rules }));
  const { accounts, problems } = matchAccounts(people, directory);
  t.strictSame(Object.fromEntries(accounts), { 'students:3': 'd', 'students:6': 'f' });
  t.strictSame(Object.fromEntries(problems), {
    'students:0': 'ExcludedAccount',
    'students:1': 'ExcludedAccount',
    'students:2': 'ExcludedAccount',
    'students:4': 'DuplicateTargetEntries',
    'students:5': 'DuplicateTargetEntries',
  });
});

t.test('a new account gets a free name that Graph accepts, or the person gets a problem', async (t) => {
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
    ].map((person) => ({ person, rules: readRules(profileOf('create')) })),
    [account('a', 'taken')],
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

t.test('the first of several rules that finds anything decides', async (t) => {
  const identity: ProfileDocument['identity'] = {
    students: [
      { source: 'secondaryEmail', suffix: null, target: 'mail' },
      { source: 'studentNumber', suffix: null, target: 'mailNickname' },
    ],
  };
  const rules = readRules(profileOf('match', { identity }));
  const directory = [
    account('a', '1', { mail: 'one@mail' }),
    account('b', '2', { mail: 'two@mail' }),
    account('c', '3', { mail: 'TWO@mail' }),
  ];
  const { accounts, problems } = matchAccounts(
    [
      person('students:1', { email: 'one@mail', number: '3' }),
      person('students:2', { email: 'two@mail', number: '2' }),
      person('students:3', { number: '3' }),
      person('students:4', { email: 'none@mail', number: '2' }),
      person('students:5', { email: 'none@mail' }),
    ].map((person) => ({ person, rules })),
    directory,
  );
  t.strictSame(Object.fromEntries(accounts), { 'students:1': 'a', 'students:3': 'c', 'students:4': 'b' });
  t.strictSame(Object.fromEntries(problems), { 'students:2': 'AmbiguousMatch', 'students:5': 'UnmatchedEntry' });
});

t.test('forms names by a pattern', async (t) => {
  const nameOf = (pattern: string, values: Partial<Person>, maxLength = 64) => {
    const named = localPart(person('students:1', values), { pattern, maxLength, numbered: false }, 'contoso.edu');
    return 'name' in named ? named.name : named.problem;
  };
  const simic = { givenName: 'Ana María', surname: "O'Šimić", graduationYear: '2030' };
  t.equal(nameOf('{givenName:1}{surname}[{graduationYear}]', simic), 'aosimic2030');
  t.equal(nameOf('{surname}.{givenName}[.{middleName:1}]', simic), 'osimic.anamaria');
  t.equal(nameOf('{surname:3}', { surname: 'Gößmann' }), 'gos');
  t.equal(nameOf('{surname}', { surname: 'Łukaszewicz-Đức' }), 'lukaszewicz-duc');
  t.equal(nameOf('{surname}', { surname: 'Петров' }), 'NameInOtherScript');
  t.equal(nameOf('{surname}', { surname: 'Kaʻahumanu' }), 'kaahumanu');
  t.equal(nameOf('{middleName}.{surname}', simic), 'MissingSourceValue');
  t.equal(nameOf('{givenName}.{surname}', { givenName: 'Abcdefg', surname: 'Hij' }, 8), 'abcdefg', 'no dot at the end');
  t.equal(nameOf('{username}', { username: 'Ann@else.edu' }), 'ann');
});

t.test('numbers namesakes in the order of ids, within the length, skipping names that are taken', async (t) => {
  const username = { pattern: '{givenName}{surname}', maxLength: 6, onCollision: 'number' as const };
  const numbered = readRules(profileOf('create', { accounts: { teachers: { username } } }));
  const reported = readRules(
    profileOf('create', { accounts: { teachers: { username: { ...username, onCollision: 'report' } } } }),
  );
  const ann = { givenName: 'Ann', surname: 'Leeds' };
  const people = ['teachers:10', 'teachers:9', 'teachers:2'].map((key) => person(key, ann));
  const name = (rules: typeof numbered, directory: SeededAccount[] = []) =>
    nameAccounts(
      people.map((person) => ({ person, rules })),
      directory,
    );
  t.strictSame(Object.fromEntries(name(numbered).accounts), {
    'teachers:2': 'annlee@contoso.edu',
    'teachers:9': 'annle2@contoso.edu',
    'teachers:10': 'annle3@contoso.edu',
  });
  t.equal(name(numbered, [account('x', 'AnnLe2')]).accounts.get('teachers:9'), 'annle3@contoso.edu');
  t.strictSame([...new Set(name(reported).problems.values())], ['DuplicateTargetEntries']);
});
