/** Who gets which account by the rules of a profile. */
import fc from 'fast-check';
import t from 'tap';
import type { DirectoryUser } from '../model/directory-user.ts';
import { personOf } from '../model/person.ts';
import { personKey } from '../model/person-key.ts';
import type { IdentityRule } from '../profile/identity-rules.ts';
import { account, matchPeople, person, rule } from '../testing/matching.ts';
import { DirectoryIndex } from './directory-index.ts';
import { sourceValue } from './match.ts';

t.test("matches every combination of source, suffix and target in Microsoft's article", async (t) => {
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

t.test('no account, two candidates, no value and two claimants are four different problems', async (t) => {
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

t.test('invisible characters, case and width in a value keep nobody from their account', async (t) => {
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

t.test('tries rules in order; what one finds decides, even when it finds two', async (t) => {
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

t.test(
  'for any people and any directory, a link means exactly one candidate, claimed by exactly one person',
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
