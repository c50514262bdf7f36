import fc from 'fast-check';
import t from 'tap';
import { noCandidateOptions } from '../profile/identity-rules.ts';
import { account, matchPeople, person, rule } from '../testing/matching.ts';
import { exclusionTest } from './candidates.ts';
import { DirectoryIndex } from './directory-index.ts';
import { describeRule } from './match.ts';
import { previewMatches, previewRule } from './match-preview.ts';

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

t.test('for any data, the preview of a rule counts what matching by it finds', async (t) => {
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
