import t from 'tap';
import { problem } from '../../model/problem.ts';
import { Causes, type PlacedProblem, withoutAccount } from './causes.ts';

function placed(
  one: ReturnType<typeof problem>,
  schoolId: string,
  firstAt = '2026-09-01T00:00:00.000Z',
): PlacedProblem {
  return { ...one, schoolIds: [schoolId], firstAt };
}

function unmatched(id: number, source = 'studentNumber') {
  return problem(`students:${id}`, 'UnmatchedEntry', { target: 'mailNickname', value: `"${id}"`, source });
}

t.test('the same complaint about many people is one cause, with where most of them are', async (t) => {
  const causes = new Causes();
  for (let id = 0; id < 5; id += 1) causes.add(placed(unmatched(id), '1'));
  for (let id = 10; id < 219; id += 1) {
    const missing = problem(`students:${id}`, 'MissingSourceValue', { source: 'secondaryEmail' });
    causes.add(placed(missing, id === 10 ? '3' : '12', `2026-08-${id === 50 ? '20' : '30'}T00:00:00.000Z`));
  }
  const [missing, other] = causes.list();
  t.match(missing, {
    key: 'MissingSourceValue~secondaryEmail',
    role: 'sis',
    count: 209,
    what: 'student',
    words: ' have no email address in PowerSchool',
    action: 'Fill in email address in PowerSchool.',
    since: '2026-08-20T00:00:00.000Z',
  });
  t.strictSame(missing?.schools, [
    { id: '12', count: 208 },
    { id: '3', count: 1 },
  ]);
  t.match(other, {
    key: 'UnmatchedEntry~studentNumber',
    role: 'microsoft',
    words: ' have no account with the same mailNickname',
  });
  t.match(other?.action, /student number/, 'the source is in the action alone');
  t.match(withoutAccount(causes.list()), { count: 214, main: { count: 209 } });
});

t.test('what differs is left open, and what is alone is told in full', async (t) => {
  const causes = new Causes();
  causes.add(placed(problem('class:1', 'SectionNotInRoster', sectionDetails('1')), '1'));
  const alone = causes.list();
  t.match(alone[0]?.words, /^: 2 enrollments .* of school 1 are in section 1 /);
  t.notMatch(alone[0]?.words, /…/);
  causes.add(placed(problem('class:2', 'SectionNotInRoster', sectionDetails('2')), '1'));
  t.equal(causes.list().length, 1);
  t.match(causes.list()[0]?.words, /of school 1 are in section … /);
});

t.test('problems of another version keep their own words', async (t) => {
  const causes = new Causes();
  const old = {
    subject: 'district',
    code: 'OldCode',
    message: 'It was so.',
    action: 'Do it.',
    firstAt: '',
    schoolIds: [],
  };
  causes.add(old);
  t.match(causes.list(), [{ key: 'OldCode', words: ': It was so.', action: 'Do it.', what: 'other' }]);
});

function sectionDetails(section: string) {
  return { count: 2, school: '1', section };
}
