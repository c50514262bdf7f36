import fc from 'fast-check';
import t from 'tap';
import type { DirectoryUser } from '../model/directory-user.ts';
import { asSchoolId } from '../model/keys.ts';
import { type Person, personOf } from '../model/person.ts';
import { personKey } from '../model/person-key.ts';
import { accountsSchema } from '../profile/accounts.ts';
import { type CandidateOptions, type IdentityRule, noCandidateOptions } from '../profile/identity-rules.ts';
import { exclusionTest } from './candidates.ts';
import { DirectoryIndex } from './directory-index.ts';
import type { Holder } from './holder.ts';
import { describeRule, matchPeople as matchAll, type Rules, sourceValue } from './match.ts';
import { previewMatches, previewRule } from './match-preview.ts';
import { NameHistory } from './name-history.ts';
import { nameAccounts } from './names.ts';
import { invalidLocalPart } from './usernames.ts';

function person(id: string, values: Partial<Person> = {}): Person {
  const nothing = { username: undefined, number: undefined, secondaryEmail: undefined, givenName: undefined };
  const rest = { surname: undefined, middleName: undefined, grade: undefined, graduationYear: undefined };
  return { role: 'students', id, schoolIds: [asSchoolId('1')], preRegistered: false, ...nothing, ...rest, ...values };
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

/** @param taken object ids that belong to somebody, and who that is */
function matchPeople(
  people: Person[],
  directory: DirectoryIndex,
  rules: Rules,
  taken: ReadonlyMap<string, Partial<Holder>> = new Map(),
  options: CandidateOptions = noCandidateOptions,
) {
  const holders = new Map(
    [...taken].map(([id, holder]) => [
      id,
      { subject: 'students:0' as const, person: undefined, byHand: false, facts: {}, ...holder },
    ]),
  );
  const excluded = exclusionTest(options);
  return matchAll(people, { directory, rules, excluded }, { holderOf: (id) => holders.get(id) });
}

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
    const result = matchPeople([ana], new DirectoryIndex([account('a', values), account('b')]), {
      students: [rule(wanted)],
    });
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
  const byName = matchPeople(people, new DirectoryIndex([account('twin')]), { students: [rule()] });
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
  const [ambiguous] = matchPeople([person('two', { number: '2' })], new DirectoryIndex(twice), rules).problems;
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
    const { links } = matchPeople([personOf('students', '1', [student])], directory, rules);
    t.match(links, [{ objectId: 'ana' }], JSON.stringify(secondaryEmail));
  }
  const within = { kind: 'student' as const, id: '1', schoolId: '1', secondaryEmail: 'jo\u200bsé@home.example' };
  t.match(matchPeople([personOf('students', '1', [within])], directory, rules).problems, [
    {
      code: 'UnmatchedEntry',
      message: /mail = jo\\u200bsé@home\.example \(an invisible character \\u200b after "jo"\)/,
    },
  ]);
  const empty = { kind: 'student' as const, id: '1', schoolId: '1', secondaryEmail: '\u200b' };
  t.match(matchPeople([personOf('students', '1', [empty])], directory, rules).problems, [
    { code: 'MissingSourceValue' },
  ]);
});

t.test('an account that belongs to somebody already is not given to another who claims it', async (t) => {
  const result = matchPeople(
    [person('new', { username: 'ana' })],
    new DirectoryIndex([account('ana')]),
    { students: [rule()] },
    new Map([['ana', { subject: 'students:old', person: person('old', { username: 'renamed' }) }]]),
  );
  t.same(result.links, []);
  t.match(result.problems, [
    { code: 'DuplicateTargetEntries', message: /students:new .*, students:old, who has it from an earlier match/ },
  ]);
});

t.test('guests, mailboxes and listed accounts are nobody of the roster, unless the profile says so', async (t) => {
  const rules = { students: [rule({ source: 'secondaryEmail', suffix: null, target: 'mail' })] };
  const mail = 'ana@home.example';
  const ana = person('1', { secondaryEmail: mail });
  const nobodys: [Partial<DirectoryUser>, Partial<CandidateOptions>, RegExp][] = [
    [{ userType: 'Guest' }, { guests: 'match' }, /guest/],
    [{ userType: 'guest' }, { guests: 'match' }, /guest/],
    [{ userPrincipalName: 'ana_home.example#EXT#@contoso.edu', userType: 'Member' }, { guests: 'match' }, /guest/],
    [{ creationType: 'Invitation' }, { guests: 'match' }, /guest/],
    [{ externalUserState: 'PendingAcceptance' }, { guests: 'match' }, /guest/],
    [{ enabled: false, licensed: false }, { mailboxes: 'match' }, /room or shared mailbox/],
  ];
  for (const [values, allowed, what] of nobodys) {
    const directory = new DirectoryIndex([account('x', { mail, ...values })]);
    const result = matchPeople([ana], directory, rules);
    t.match(result, { links: [], problems: [{ code: 'ExcludedAccount', message: what, action: /identity\./ }] });
    const options = { ...noCandidateOptions, ...allowed };
    t.match(matchPeople([ana], directory, rules, new Map(), options).links, [{ objectId: 'x' }], 'the profile says so');
    directory.add(account('theirs', { mail }));
    t.match(matchPeople([ana], directory, rules).links, [{ objectId: 'theirs' }], 'nor are they a second candidate');
  }
  const person0: Partial<DirectoryUser>[] = [
    { enabled: false, licensed: true },
    { enabled: false, hasGivenName: true },
    { enabled: false, hasSurname: true },
    { userType: null },
    { userType: 'Member', creationType: 'EmailVerified' },
  ];
  for (const values of person0) {
    const directory = new DirectoryIndex([account('x', { mail, ...values })]);
    t.match(matchPeople([ana], directory, rules).links, [{ objectId: 'x' }], JSON.stringify(values));
  }
  for (const never of ['X@contoso.edu', 'x', '*@contoso.edu', 'x@*']) {
    const options = { ...noCandidateOptions, never: [never] };
    const result = matchPeople([ana], new DirectoryIndex([account('x', { mail })]), rules, new Map(), options);
    t.match(result, { links: [], problems: [{ code: 'ExcludedAccount', message: /list/ }] }, never);
  }
  const options = { ...noCandidateOptions, never: ['x.contoso.edu', 'admin-*', 'y@contoso.edu'] };
  const others = matchPeople([ana], new DirectoryIndex([account('x', { mail })]), rules, new Map(), options);
  t.match(others.links, [{ objectId: 'x' }], 'a dot is a dot');
});

t.test('who has left holds an account until somebody claims it, unless it may be another person', async (t) => {
  const directory = new DirectoryIndex([account('ana')]);
  const rules = { students: [rule()], teachers: [rule()] };
  const claim = (values: Partial<Person>, holder: Partial<Holder>) => {
    const taken = new Map([['ana', { subject: 'students:10' as const, ...holder }]]);
    return matchPeople([person('99', { username: 'ana', ...values })], directory, rules, taken);
  };
  t.match(claim({}, {}).links, [
    {
      objectId: 'ana',
      handover: { from: 'students:10', reason: /students:10, who left PowerSchool.*username = ana/ },
    },
  ]);
  const facts = { number: '1', givenName: 'Ana', surname: 'Lee' };
  t.match(claim({ number: '1', givenName: 'ANA', surname: 'Lee' }, { facts }).links, [{ objectId: 'ana' }]);
  t.match(
    claim({ role: 'teachers', number: '7', givenName: 'Ana' }, { facts }).links,
    [{ objectId: 'ana' }],
    'staff now',
  );
  const unsafe: [Partial<Person>, Partial<Holder>, RegExp][] = [
    [{ number: '2' }, { facts }, /the number of the two differ/],
    [{ number: '1', givenName: 'Amy' }, { facts }, /the given name/],
    [{ role: 'teachers', surname: 'Li' }, { facts }, /the surname/],
    [{}, { byHand: true }, /by hand/],
  ];
  for (const [values, holder, reason] of unsafe) {
    const { links, problems } = claim(values, holder);
    t.same(links, []);
    const subject = `${values.role ?? 'students'}:99`;
    t.match(problems, [{ subject, code: 'AccountOfFormerPerson', message: reason }]);
    t.match(problems[0], {
      message: new RegExp(`${subject}.*students:10`),
      action: new RegExp(`link set TENANT ${subject} ana@`),
    });
  }
  const two = [person('98', { username: 'ana' }), person('99', { username: 'ana' })];
  const rivals = matchPeople(two, directory, rules, new Map([['ana', { subject: 'students:10' }]]));
  t.match(rivals, { links: [], problems: [{ message: /students:98, students:99/ }, {}] });
});

t.test('of a student and a staff member with one account staff decides, and everybody is told of both', async (t) => {
  const directory = new DirectoryIndex([account('kim', { mailNickname: '7' })]);
  const rules: Rules = {
    students: [rule({ source: 'studentNumber', suffix: null, target: 'mailNickname' }), rule()],
    teachers: [rule({ source: 'teacherNumber', suffix: null, target: 'mailNickname' }), rule()],
  };
  const student = (values: Partial<Person>) => person('1', values);
  const staff = (values: Partial<Person>) => person('9', { role: 'teachers', ...values });
  const both = matchPeople([student({ number: '7' }), staff({ username: 'kim' })], directory, rules);
  t.match(both.links, [{ personKey: 'teachers:9' }]);
  t.match(both.problems, [
    {
      subject: 'students:1',
      code: 'AccountOfStaff',
      message:
        /student students:1 by studentNumber = 7, and the staff member teachers:9 by username = kim@contoso\.edu/,
    },
  ]);
  const names = { givenName: 'Kim', surname: 'Lee' };
  const others = { givenName: 'Ana', surname: 'Roe' };
  const married = { givenName: 'Kim', surname: 'Roe' };
  const cases: [Partial<Person>, Partial<Person>, string | undefined][] = [
    [{ username: 'kim', ...names }, { username: 'kim', ...married }, 'teachers:9'],
    [{ username: 'kim', ...names }, { username: 'kim', ...others }, undefined],
    [{ number: '7' }, { number: '7' }, undefined],
    [{ number: '7', ...names }, { number: '7', ...names }, 'teachers:9'],
  ];
  for (const [one, other, winner] of cases) {
    const { links, problems } = matchPeople([student(one), staff(other)], directory, rules);
    t.equal(links[0]?.personKey, winner, JSON.stringify([one, other]));
    t.equal(problems[0]?.code, winner === undefined ? 'DuplicateTargetEntries' : 'AccountOfStaff');
    if (winner === undefined) t.match(problems[0]?.message, /students:1.*teachers:9/);
  }
  const linked = (holder: Partial<Holder>, claimant: Person) =>
    matchPeople([claimant], directory, rules, new Map([['kim', holder]]));
  const asStudent = { subject: 'students:1' as const, person: student({ username: 'kim', ...names }) };
  t.match(linked(asStudent, staff({ username: 'kim', ...names })).links, [
    { personKey: 'teachers:9', handover: { from: 'students:1', reason: /staff decides/ } },
  ]);
  const unknown = { subject: 'students:1' as const, person: student({ username: 'kim' }) };
  t.match(linked(unknown, staff({ username: 'kim' })), { links: [], problems: [{ code: 'DuplicateTargetEntries' }] });
  t.match(linked({ ...asStudent, byHand: true }, staff({ username: 'kim', ...names })).links, []);
  const asStaff = { subject: 'teachers:9' as const, person: staff({ username: 'kim' }) };
  t.match(linked(asStaff, student({ username: 'kim' })), { links: [], problems: [{ code: 'AccountOfStaff' }] });
  const three = matchPeople(
    [student({ number: '7' }), person('2', { number: '7' }), staff({ username: 'kim' })],
    directory,
    rules,
  );
  t.match(three, { links: [], problems: [{ message: /^3 people .*students:1 .*students:2 .*teachers:9/ }, {}, {}] });
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
  const { links, problems } = matchPeople(people, directory, rules);
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
  t.same(preview.rules[0]?.counts, {
    matched: 2,
    ambiguous: 0,
    claimedTwice: 0,
    excluded: 0,
    unmatched: 1,
    withoutValue: 2,
  });
  const byNumber = preview.rules.find((one) => describeRule(one.rule) === 'studentNumber = mailNickname');
  t.same(byNumber?.counts, { matched: 1, ambiguous: 1, claimedTwice: 2, excluded: 0, unmatched: 1, withoutValue: 0 });
  t.same(byNumber?.examples, {
    matched: [{ subject: 'students:3', value: '3', accounts: ['chi@staff.contoso.edu'] }],
    ambiguous: [{ subject: 'students:2', value: '2', accounts: ['bo@contoso.edu', 'bo2@contoso.edu'] }],
    claimedTwice: [
      { subject: 'students:1', value: '1', accounts: ['ana@contoso.edu'] },
      { subject: 'students:5', value: '1', accounts: ['ana@contoso.edu'] },
    ],
    excluded: [],
    unmatched: [{ subject: 'students:4', value: '4' }],
    withoutValue: [],
  });
  directory.add(account('parent', { mailNickname: '4', userType: 'Guest' }));
  const guests = exclusionTest(noCandidateOptions);
  const again = previewRule(people, directory, byNumber?.rule ?? rule(), guests);
  t.match(again, {
    counts: { excluded: 1, unmatched: 0 },
    examples: { excluded: [{ accounts: ['parent@contoso.edu'] }] },
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
      const { links, problems } = matchPeople(persons, index, { students: [by] });
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
        const { links, problems } = matchPeople(persons, new DirectoryIndex(users), { students: [students] });
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
