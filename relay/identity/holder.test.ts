/** Accounts that someone already has, or that two people claim. */
import t from 'tap';
import type { Person } from '../model/person.ts';
import { account, matchPeople, person, rule } from '../testing/matching.ts';
import { DirectoryIndex } from './directory-index.ts';
import type { Holder } from './holder.ts';
import type { Rules } from './match.ts';

t.test("does not give a person's account to another who claims it", async (t) => {
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

t.test('a former person keeps an account until someone claims it, unless that may be another person', async (t) => {
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

t.test('when a student and a staff member match one account, staff gets it, and both are told', async (t) => {
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
