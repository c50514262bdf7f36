import t from 'tap';
import { asSchoolId, asSectionId } from '../../model/keys.ts';
import type { Operation } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import { Lanes } from './lanes.ts';

const members = (section: string, ...people: PersonKey[]): Operation => ({
  kind: 'addMembers',
  key: `class:${section}`,
  sectionId: asSectionId(section),
  people,
  reason: 'test',
});
const school = (id: string): Operation => ({
  kind: 'createSchool',
  key: `school:${id}`,
  schoolId: asSchoolId(id),
  body: {},
  reason: 'test',
});

t.test('operations on one group follow each other, others run side by side', async (t) => {
  const lanes = new Lanes([
    members('1', 'students:a'),
    members('1', 'students:b'),
    members('2', 'students:c'),
    school('9'),
    school('9'),
  ]);
  const first = lanes.take(20, 0);
  t.equal(first.length, 4, 'one of each group, and both schools');
  t.same(lanes.take(20, 0), [], 'the second of group 1 waits');
  const one = first.find((task) => task.operation.key === 'class:1');
  if (one === undefined) throw new Error('group 1 was not taken');
  lanes.settle(one);
  const [second] = lanes.take(20, 0);
  t.match(second?.operation, { sectionId: '1', people: ['students:b'] });
});

t.test('a parked operation keeps its lane and comes back when it is due', async (t) => {
  const lanes = new Lanes([members('1', 'students:a'), members('1', 'students:b')]);
  const [task] = lanes.take(20, 0);
  if (task === undefined) throw new Error('nothing was taken');
  lanes.park(task, 500);
  t.equal(lanes.nextDue(), 500);
  t.same(lanes.take(20, 499), [], 'the lane waits with it');
  t.same(lanes.take(20, 500), [task]);
  lanes.settle(task);
  const [next] = lanes.take(20, 500);
  if (next !== undefined) lanes.settle(next);
  t.equal(lanes.open, 0);
});

t.test('a clock that is set back by hours does not hold what is parked for hours', async (t) => {
  const hours = 5 * 3_600_000;
  const lanes = new Lanes([members('1', 'students:a')]);
  const [task] = lanes.take(20, hours);
  if (task === undefined) throw new Error('nothing was taken');
  lanes.park(task, hours + 500);
  t.same(lanes.take(20, 100), [], 'five hours back');
  t.equal(lanes.nextDue(), 600);
  t.same(lanes.take(20, 600), [task]);
});

t.test('a batch never takes more than it may, and nothing is lost by that', async (t) => {
  const lanes = new Lanes(Array.from({ length: 45 }, (_, index) => school(String(index))));
  const sizes = [lanes.take(20, 0), lanes.take(20, 0), lanes.take(20, 0)].map((tasks) => tasks.length);
  t.same(sizes, [20, 20, 5]);
});
