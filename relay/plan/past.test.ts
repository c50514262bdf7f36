/** Nothing that ended before this school year is created; what already exists follows the policies. */

import t from 'tap';
import type { Section, Term } from '../../shared/roster.ts';
import { nothingApplied } from '../model/applied-state.ts';
import { asSchoolId } from '../model/keys.ts';
import { applyAll, changesOf, desire, profile, type Roster, small } from '../testing/planning.ts';
import { countNotMade, pastOf, yearStart } from './past.ts';
import { makePlan } from './plan.ts';
import { RosterIndex } from './roster-index.ts';

const term = (id: string, yearId: string, startDate: string, endDate: string, schoolId = '1'): Term => ({
  ...{ kind: 'term', id, schoolId, name: id, yearId, startDate, endDate },
});
const section = (id: string, termId: string, schoolId = '1'): Section => ({
  ...{ kind: 'section', id, schoolId, termId, sectionNumber: id, courseNumber: 'M', courseName: 'Math' },
});

/** Which of the terms are past on a day, and whether the school is. */
function pastAt(terms: Term[], today: string): [string[], boolean] {
  const index = new RosterIndex();
  index.apply(terms.map((record) => ({ kind: 'term', schoolId: record.schoolId, id: record.id, record })));
  const past = pastOf(index, today);
  return [terms.filter(({ id }) => past.section(section('5', id))).map(({ id }) => id), past.school(asSchoolId('1'))];
}

const planFor = (roster: Roster, date: string) => makePlan(desire(roster, profile, date).desired, nothingApplied());
const world = (terms: Term[]): Roster => ({ ...small, term: terms });

t.test('provisions nothing for a school whose only term is from 2018-19: no school, class or membership', async (t) => {
  const roster = world([term('7', '28', '2018-08-20', '2019-06-07')]);
  t.same(planFor(roster, '2026-11-29'), []);
  const index = new RosterIndex();
  index.apply(changesOf(roster));
  const count = (today: string, made = nothingApplied()) => countNotMade(index, { covers: () => true, made, today });
  t.same(count('2026-11-29'), { schools: 1, classes: 1 });
  t.same(count('2018-11-29'), { schools: 0, classes: 0 });
  const applied = nothingApplied();
  applyAll(makePlan(desire(roster, profile, '2018-11-29').desired, applied), applied);
  t.same(count('2026-11-29', applied), { schools: 0, classes: 0 }, 'existing objects are not counted');
  const { desired } = desire(roster, profile, '2026-11-29');
  t.same([desired.allSchools.size, desired.users.size, desired.classes.size], [0, 0, 0]);
  t.ok(planFor(roster, '2018-11-29').length > 0, 'in its own year it does');
});

t.test('at year boundaries: summer does not start a new year, twelve months after the first day do', async (t) => {
  const year = [term('y', '35', '2025-08-20', '2026-06-12'), term('s1', '35', '2025-08-20', '2026-01-16')];
  t.same(pastAt(year, '2026-02-01'), [[], false], 'a semester that is over belongs to this year');
  t.same(pastAt(year, '2026-06-13'), [[], false]);
  t.same(pastAt(year, '2026-08-19'), [[], false]);
  t.same(pastAt(year, '2026-08-20'), [['y', 's1'], true]);
  t.same(pastAt([...year, term('n', '36', '2026-08-24', '2027-06-11')], '2026-08-23'), [['y', 's1'], false]);
  t.same(pastAt([...year, term('n', '36', '2026-08-12', '2027-06-11')], '2026-08-11'), [[], false]);
  t.same(pastAt([...year, term('n', '36', '2026-08-12', '2027-06-11')], '2026-08-12'), [['y', 's1'], false]);
});

t.test('handles year-round schools, summer terms and years that overlap', async (t) => {
  const round = [term('a', '35', '2025-07-01', '2026-06-30')];
  t.same(pastAt(round, '2026-06-30'), [[], false]);
  t.same(pastAt(round, '2026-07-01'), [['a'], true]);
  const summer = [term('y', '35', '2025-08-20', '2026-06-12'), term('su', '35', '2026-06-15', '2026-08-28')];
  const next = term('n', '36', '2026-08-24', '2027-06-11');
  t.same(pastAt([...summer, next], '2026-08-24'), [['y'], false], 'a summer term that goes on into the new year');
  t.same(pastAt([...summer, next], '2026-09-30'), [['y'], false]);
  t.same(pastAt(summer, '2026-08-25'), [['y'], false], 'the summer term is still under way');
  const long = [term('l', '28', '2018-08-20', '2030-06-07')];
  t.same(pastAt(long, '2026-11-29'), [[], false], 'a term of many years is not over');
  t.same(pastAt([term('f', '37', '2027-08-20', '2028-06-07')], '2026-11-29'), [[], false], 'nor is one to come');
  t.same(pastAt([], '2026-11-29'), [[], false], 'a school without terms has not ended');
  t.equal(yearStart([term('x', '34', '2024-02-29', '2024-12-20')], '2026-02-28'), '2025-02-29');
});

t.test('existing classes stay and nobody is added; a student who drops out is removed', async (t) => {
  const year = [term('7', '35', '2025-08-20', '2026-06-12')];
  const applied = nothingApplied();
  const before = world(year);
  applyAll(makePlan(desire(before, profile, '2026-01-10').desired, applied), applied);
  const classes = [...applied.classes.keys()];
  t.same(classes, ['5']);
  const date = '2026-11-29';
  const later = (roster: Roster) => makePlan(desire(roster, profile, date, applied).desired, applied);
  t.same(later(before), [], 'nothing happens to it');
  const newcomer = { ...before.student[0], id: '11', studentNumber: '4712' } as Roster['student'][number];
  const more: Roster = {
    ...before,
    section: [...before.section, section('6', '7')],
    student: [...before.student, newcomer],
    studentEnrollment: [
      ...before.studentEnrollment,
      { kind: 'studentEnrollment', id: '31', schoolId: '1', sectionId: '5', studentId: '11' },
    ],
  };
  t.notMatch(
    later(more).map(({ kind }) => kind),
    /createClass|addMembers/,
  );
  const renamed = { ...before, section: before.section.map((one) => ({ ...one, courseName: 'Maths' })) };
  t.match(later(renamed), [{ kind: 'updateClass' }], 'its class is kept as PowerSchool has it');
  t.match(later({ ...before, studentEnrollment: [] }), [{ kind: 'removeMember', personKey: 'students:10' }]);
});

t.test('a new or changed term concerns everything in its school', async (t) => {
  const index = new RosterIndex();
  index.apply(changesOf(world([])));
  const record = term('8', '36', '2026-08-20', '2027-06-11');
  const keys = index.apply([{ kind: 'term', schoolId: '1', id: '8', record }]);
  t.same([keys.schools, keys.sections, keys.people.has('students:10')], [new Set(['1']), new Set(['5']), true]);
});
