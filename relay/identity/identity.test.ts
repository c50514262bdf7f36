import fc from 'fast-check';
import t from 'tap';
import { accountsSchema } from '../profile/accounts.ts';
import type { IdentityRule } from '../profile/identity-rules.ts';
import { DirectoryIndex, type DirectoryUser } from './directory-index.ts';
import { describeRule, matchPeople, sourceValue } from './match.ts';
import { previewMatches, previewRule } from './match-preview.ts';
import { NameHistory } from './name-history.ts';
import { nameAccounts } from './names.ts';
import { type Person, personKey, personOf } from './people.ts';
import { invalidLocalPart } from './usernames.ts';

function person(id: string, values: Partial<Person> = {}): Person {
  const nothing = { username: undefined, number: undefined, secondaryEmail: undefined, givenName: undefined };
  const rest = { surname: undefined, middleName: undefined, grade: undefined, graduationYear: undefined };
  return { role: 'students', id, schoolIds: ['1'], ...nothing, ...rest, ...values };
}

const account = (id: string, values: Partial<DirectoryUser> = {}): DirectoryUser => ({
  id,
  userPrincipalName: `${id}@contoso.edu`,
  mail: null,
  mailNickname: null,
  onPremises: false,
  ...values,
});

const rule = (values: Partial<IdentityRule> = {}): IdentityRule =>
  ({ source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName', ...values }) as IdentityRule;

t.test('every combination of source, suffix and target of the article matches', async (t) => {
  const ana = person('1', { username: 'Ana', number: '4711', secondaryEmail: 'Ana@home.example' });
  const cases: [Partial<IdentityRule>, Partial<DirectoryUser>][] = [];
  for (const target of ['userPrincipalName', 'mail', 'mailNickname'] as const) {
    cases.push([{ source: 'username', suffix: 'contoso.edu', target }, { [target]: 'ANA@contoso.edu' }]);
    cases.push([{ source: 'username', suffix: null, target }, { [target]: 'ana' }]);
    cases.push([{ source: 'studentNumber', suffix: 'contoso.edu', target }, { [target]: '4711@CONTOSO.edu' }]);
    cases.push([{ source: 'studentNumber', suffix: null, target }, { [target]: '4711' }]);
    cases.push([{ source: 'secondaryEmail', suffix: null, target }, { [target]: 'ana@HOME.example' }]);
  }
  for (const [wanted, values] of cases) {
    const result = matchPeople(
      [ana],
      new DirectoryIndex([account('a', values), account('b')]),
      { students: [rule(wanted)] },
      new Set(),
    );
    t.same(
      result.links.map((link) => link.objectId),
      ['a'],
      JSON.stringify(wanted),
    );
    t.same(result.problems, []);
  }
});

t.test('nobody, two candidates, no value and two claimants are four different problems', async (t) => {
  const people = [
    person('none', { username: 'none' }),
    person('two', { number: '2', username: 'x' }),
    person('empty'),
    person('twin1', { username: 'twin' }),
    person('twin2', { username: 'TWIN' }),
  ];
  const byName = matchPeople(people, new DirectoryIndex([account('twin')]), { students: [rule()] }, new Set());
  t.same(byName.links, []);
  t.same(byName.problems.map(({ subject, code }) => `${subject} ${code}`).sort(), [
    'students:empty MissingSourceValue',
    'students:none UnmatchedEntry',
    'students:twin1 DuplicateTargetEntries',
    'students:twin2 DuplicateTargetEntries',
    'students:two UnmatchedEntry',
  ]);
  const twice = [account('a', { mailNickname: '2' }), account('b', { mailNickname: '2' })];
  const rules = { students: [rule({ source: 'studentNumber', suffix: null, target: 'mailNickname' })] };
  const [ambiguous] = matchPeople(
    [person('two', { number: '2' })],
    new DirectoryIndex(twice),
    rules,
    new Set(),
  ).problems;
  t.equal(ambiguous?.code, 'AmbiguousMatch');
  t.match(ambiguous?.message, /^2 accounts/);
});

t.test('what nobody sees at the end of a value, its case and its width keep nobody from their account', async (t) => {
  const rules = { students: [rule({ source: 'secondaryEmail', suffix: null, target: 'mail' })] };
  const directory = new DirectoryIndex([account('ana', { mail: 'José@home.example' })]);
  for (const secondaryEmail of [
    'josé@home.example\u200b',
    '\ufeffjosé@home.example',
    'josé@home.example\u00a0',
    '\u202ajosé@home.example\u202c',
    'JOSE\u0301@HOME.example\u00ad',
    'ｊosé＠home.example',
  ]) {
    const student = { kind: 'student' as const, id: '1', schoolId: '1', secondaryEmail };
    const { links } = matchPeople([personOf('students', '1', [student])], directory, rules, new Set());
    t.match(links, [{ objectId: 'ana' }], JSON.stringify(secondaryEmail));
  }
  const within = { kind: 'student' as const, id: '1', schoolId: '1', secondaryEmail: 'jo\u200bsé@home.example' };
  t.match(matchPeople([personOf('students', '1', [within])], directory, rules, new Set()).problems, [
    {
      code: 'UnmatchedEntry',
      message: /mail = jo\\u200bsé@home\.example \(an invisible character \\u200b after "jo"\)/,
    },
  ]);
  const empty = { kind: 'student' as const, id: '1', schoolId: '1', secondaryEmail: '\u200b' };
  t.match(matchPeople([personOf('students', '1', [empty])], directory, rules, new Set()).problems, [
    { code: 'MissingSourceValue' },
  ]);
});

t.test('an account that belongs to somebody already is not given to another who claims it', async (t) => {
  const result = matchPeople(
    [person('new', { username: 'ana' })],
    new DirectoryIndex([account('ana')]),
    { students: [rule()] },
    new Set(['ana']),
  );
  t.same(result.links, []);
  t.equal(result.problems[0]?.code, 'DuplicateTargetEntries');
});

t.test('rules are tried in order; what one finds decides, also when it finds two', async (t) => {
  const rules = {
    students: [
      rule({ source: 'studentNumber', suffix: null, target: 'mailNickname' }),
      rule(),
      rule({ source: 'secondaryEmail', suffix: null, target: 'mail' }),
    ],
  };
  const directory = new DirectoryIndex([
    account('ana', { mailNickname: '1' }),
    account('bo', { mailNickname: '2' }),
    account('old-bo', { mailNickname: '2' }),
    account('chi'),
    account('dee', { mail: 'dee@home.example' }),
    account('eve', { mailNickname: '5' }),
  ]);
  const people = [
    person('first', { number: '1', username: 'chi' }),
    person('ambiguous', { number: '2', username: 'bo' }),
    person('second', { number: '99', username: 'chi' }),
    person('third', { secondaryEmail: 'dee@home.example' }),
    person('nobody', { number: '98', secondaryEmail: 'x@home.example' }),
    person('nothing'),
    person('rival', { number: '5' }),
    person('rival2', { number: '97', username: 'eve' }),
  ];
  const { links, problems } = matchPeople(people, directory, rules, new Set());
  t.same(
    links.map(({ personKey: key, objectId, rule: by }) => [key, objectId, by]),
    [
      ['students:first', 'ana', 'studentNumber = mailNickname'],
      ['students:second', 'chi', 'username + @contoso.edu = userPrincipalName'],
      ['students:third', 'dee', 'secondaryEmail = mail'],
    ],
  );
  t.match(problems, [
    { subject: 'students:ambiguous', code: 'AmbiguousMatch', message: /^2 accounts.*mailNickname = 2/ },
    { subject: 'students:nobody', code: 'UnmatchedEntry', message: /mailNickname = 98/ },
    { subject: 'students:nothing', code: 'MissingSourceValue', message: /no studentNumber, and no username, and no/ },
    { subject: 'students:rival', code: 'DuplicateTargetEntries' },
    { subject: 'students:rival2', code: 'DuplicateTargetEntries' },
  ]);
});

t.test('the preview scores every rule on the data, and recommends the one that matches the most people', async (t) => {
  const people = [
    person('1', { number: '1', username: 'ana', secondaryEmail: 'ana@home.example' }),
    person('2', { number: '2', username: 'bo' }),
    person('3', { number: '3', username: 'chi' }),
    person('4', { number: '4' }),
    person('5', { number: '1' }),
  ];
  const directory = new DirectoryIndex([
    account('ana', { mailNickname: '1', mail: 'ana@home.example' }),
    account('bo', { mailNickname: '2' }),
    account('bo2', { mailNickname: '2' }),
    account('other', { userPrincipalName: 'chi@staff.contoso.edu', mailNickname: '3' }),
  ]);
  const preview = previewMatches('students', people, directory, ['contoso.edu', 'staff.contoso.edu']);
  t.equal(preview.rules.length, 3 * 3 * 3, 'sources, suffixes and none, targets');
  t.same(preview.recommended, { source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' });
  t.same(preview.rules[0]?.counts, { matched: 2, ambiguous: 0, claimedTwice: 0, unmatched: 1, withoutValue: 2 });
  const byNumber = preview.rules.find((one) => describeRule(one.rule) === 'studentNumber = mailNickname');
  t.same(byNumber?.counts, { matched: 1, ambiguous: 1, claimedTwice: 2, unmatched: 1, withoutValue: 0 });
  t.same(byNumber?.examples, {
    matched: [{ subject: 'students:3', value: '3', accounts: ['chi@staff.contoso.edu'] }],
    ambiguous: [{ subject: 'students:2', value: '2', accounts: ['bo@contoso.edu', 'bo2@contoso.edu'] }],
    claimedTwice: [
      { subject: 'students:1', value: '1', accounts: ['ana@contoso.edu'] },
      { subject: 'students:5', value: '1', accounts: ['ana@contoso.edu'] },
    ],
    unmatched: [{ subject: 'students:4', value: '4' }],
    withoutValue: [],
  });
  const nobody = previewMatches('teachers', [], directory, []);
  t.match(nobody, { people: 0, rules: [], recommended: undefined, emptySources: ['username', 'teacherNumber'] });
});

t.test('for any data the preview of a rule counts what matching by it finds', async (t) => {
  const name = fc.constantFrom('ana', 'ANA', 'bo', 'chi', undefined);
  const people = fc.uniqueArray(fc.record({ id: fc.nat(30), username: name }), { selector: (one) => one.id });
  const nickname = fc.constantFrom('ana', 'Bo', 'chi', null);
  const directory = fc.uniqueArray(fc.record({ id: fc.nat(30), nickname }), { selector: (one) => one.id });
  const codes = {
    AmbiguousMatch: 'ambiguous',
    DuplicateTargetEntries: 'claimedTwice',
    UnmatchedEntry: 'unmatched',
    MissingSourceValue: 'withoutValue',
  } as const;
  fc.assert(
    fc.property(people, directory, (someone, accounts) => {
      const persons = someone.map(({ id, username }) => person(String(id), { username }));
      const index = new DirectoryIndex(
        accounts.map(({ id, nickname: mailNickname }) => account(String(id), { mailNickname })),
      );
      const by = rule({ suffix: null, target: 'mailNickname' });
      const { counts, examples } = previewRule(persons, index, by);
      const { links, problems } = matchPeople(persons, index, { students: [by] }, new Set());
      return (
        counts.matched === links.length &&
        Object.entries(codes).every(([code, outcome]) => {
          return counts[outcome] === problems.filter((one) => one.code === code).length;
        }) &&
        Object.entries(examples).every(([outcome, some]) => {
          return some.length === Math.min(5, counts[outcome as keyof typeof counts]);
        })
      );
    }),
  );
  t.pass('it holds');
});

t.test(
  'for any people and any directory a link means: exactly one candidate, claimed by exactly one person',
  async (t) => {
    const name = fc.constantFrom('ana', 'ANA', 'bo', 'chi', 'dee', undefined);
    const people = fc.uniqueArray(fc.record({ id: fc.nat(30), username: name }), { selector: (one) => one.id });
    const nickname = fc.constantFrom('ana', 'Bo', 'chi', 'x', null);
    const directory = fc.uniqueArray(fc.record({ id: fc.nat(30), nickname }), { selector: (one) => one.id });
    fc.assert(
      fc.property(people, directory, (someone, accounts) => {
        const persons = someone.map(({ id, username }) => person(String(id), { username }));
        const users = accounts.map(({ id, nickname: mailNickname }) => account(String(id), { mailNickname }));
        const students = rule({ suffix: null, target: 'mailNickname' });
        const { links, problems } = matchPeople(
          persons,
          new DirectoryIndex(users),
          { students: [students] },
          new Set(),
        );
        const expected = persons.filter((one) => {
          const value = sourceValue(one, students)?.toLowerCase();
          const candidates = users.filter((user) => user.mailNickname?.toLowerCase() === value);
          const claimants = persons.filter((other) => sourceValue(other, students)?.toLowerCase() === value);
          return value !== undefined && candidates.length === 1 && claimants.length === 1;
        });
        const linked = new Set(links.map((link) => link.personKey));
        return (
          expected.length === links.length &&
          expected.every((one) => linked.has(personKey(one.role, one.id))) &&
          problems.length === persons.length - links.length &&
          new Set(links.map((link) => link.objectId)).size === links.length
        );
      }),
    );
    t.pass('it holds');
  },
);

t.test('a teacher with two schools is one person', async (t) => {
  const teacher = { kind: 'teacher' as const, id: '9', username: 'kim' };
  const kim = personOf('teachers', '9', [
    { ...teacher, schoolId: '2' },
    { ...teacher, schoolId: '1' },
  ]);
  t.same(kim.schoolIds, ['1', '2']);
  t.equal(kim.username, 'kim');
});

t.test('the index follows every change of an account', async (t) => {
  const name = fc.constantFrom('ana', 'Ana', 'bo', null);
  const change = fc.record({ id: fc.nat(5), mailNickname: name, gone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const index = new DirectoryIndex();
      const plain = new Map<string, string | null>();
      for (const { id, mailNickname, gone } of changes) {
        if (gone) index.remove(String(id));
        else index.add(account(String(id), { mailNickname }));
        if (gone) plain.delete(String(id));
        else plain.set(String(id), mailNickname);
      }
      return ['ana', 'bo'].every((value) => {
        const expected = [...plain].filter(([, nickname]) => nickname?.toLowerCase() === value).map(([id]) => id);
        return [...index.find('mailNickname', value)].sort().join() === expected.sort().join();
      });
    }),
  );
  t.pass('it holds');
});

t.test('account names obey the directory, and a collision is reported and never resolved', async (t) => {
  const people = [
    person('1', { username: "d'arcy" }),
    person('2', { username: 'kept@s.contoso.edu' }),
    person('3', { username: 'josé' }),
    person('4', { username: 'two words' }),
    person('5', { username: 'dot.' }),
    person('6', { username: 'x'.repeat(65) }),
    person('7', { username: 'taken' }),
    person('8', { username: 'same' }),
    person('9', { username: 'SAME' }),
    person('10'),
  ];
  const result = nameAccounts(
    people,
    { domains: { students: 's.contoso.edu' }, accounts: accountsSchema.parse(undefined) },
    new DirectoryIndex([account('taken', { userPrincipalName: 'Taken@s.contoso.edu' })]),
    new NameHistory(),
  );
  t.same(
    result.named.map((one) => one.userPrincipalName),
    ["d'arcy@s.contoso.edu", 'kept@s.contoso.edu'],
  );
  t.equal(result.named[0]?.mailNickname, 'd_arcy', 'the apostrophe is not for a mailNickname');
  t.same(Object.fromEntries(result.problems.map(({ subject, code }) => [subject.split(':')[1], code])), {
    3: 'InvalidUserName',
    4: 'InvalidUserName',
    5: 'InvalidUserName',
    6: 'InvalidUserName',
    7: 'UserNameTaken',
    8: 'DuplicateTargetEntries',
    9: 'DuplicateTargetEntries',
    10: 'MissingSourceValue',
  });
  t.equal(invalidLocalPart("o'neil-jr_1.x!#^~"), undefined);
});
