import t from 'tap';
import { Schedule } from './schedule.ts';
import type { Service, Traits } from './traits.ts';

interface Item extends Partial<Traits> {
  name: string;
}

const settleMs = { graph: 1000, teams: 10_000 };

function scheduleOf(...items: Item[]): Schedule<Item> {
  const schedule = new Schedule<Item>(traitsOf, settleMs);
  schedule.add(items, { origin: 'load', group: 1 });
  return schedule;
}

function traitsOf(item: Item): Traits {
  return { service: 'graph', lane: undefined, rank: 0, needs: [], follows: [], brings: undefined, keys: [], ...item };
}

/** Names of the tasks taken. */
function take(schedule: Schedule<Item>, now: number, limit = 20, service: Service = 'graph'): string[] {
  return schedule.take(service, limit, now).map((task) => schedule.itemOf(task)?.name ?? '');
}

/** The task of a name; the newest one where there were several. */
function taskOf(schedule: Schedule<Item>, name: string): number {
  const task = [...schedule.tasks()].findLast((one) => schedule.itemOf(one)?.name === name);
  if (task === undefined) throw new Error(`no ${name}`);
  return task;
}

t.test('one task per lane is sent at a time, everything else in parallel', async (t) => {
  const schedule = scheduleOf(
    ...['a', 'b'].map((name) => ({ name, lane: 'class:1' })),
    { name: 'c', lane: 'class:2' },
    ...['d', 'e'].map((name) => ({ name })),
  );
  t.same(take(schedule, 0), ['a', 'c', 'd', 'e']);
  t.same(take(schedule, 0), [], 'b waits for a');
  schedule.pause(taskOf(schedule, 'a'), 500);
  t.same(take(schedule, 499), [], 'the lane waits with it');
  t.same(take(schedule, 500), ['a']);
  schedule.setAside(taskOf(schedule, 'a'), 9000);
  t.same(take(schedule, 500), ['b'], 'a task that is set aside leaves its lane');
  t.same(take(schedule, 9000), [], 'and has to wait for it like any other');
  schedule.settle(taskOf(schedule, 'b'), true, 9000);
  t.same(take(schedule, 9000), ['a']);
});

t.test('in a lane, edits go first, and then the kind that comes first', async (t) => {
  const lane = 'class:1';
  const schedule = scheduleOf(
    { name: 'first', lane },
    { name: 'leaves', lane, rank: 2 },
    { name: 'joins', lane, rank: 1 },
  );
  t.same(take(schedule, 0), ['first']);
  t.same(take(schedule, 0), []);
  schedule.add([{ name: 'edit', lane, rank: 9 }], { origin: 'edit', group: 1 });
  t.same(take(schedule, 0), []);
  const order: string[] = ['first'];
  for (let index = 0; index < 3; index += 1) {
    schedule.settle(taskOf(schedule, order.at(-1) ?? ''), true, 0);
    order.push(...take(schedule, 0));
  }
  t.same(order, ['first', 'edit', 'joins', 'leaves']);
});

t.test('a task waits until its need is met, and a moment longer', async (t) => {
  const schedule = scheduleOf(
    { name: 'member', needs: ['class', 'person', 'nobody brings this about'] },
    { name: 'team', needs: ['class'], service: 'teams' },
    { name: 'class', brings: 'class' },
    { name: 'person', brings: 'person' },
  );
  t.same(take(schedule, 0), ['class', 'person'], 'the task for which most others wait goes first');
  schedule.settle(taskOf(schedule, 'class'), true, 100);
  t.same(take(schedule, 5000), []);
  schedule.settle(taskOf(schedule, 'person'), true, 6000);
  t.same(take(schedule, 6999), []);
  t.equal(schedule.nextDue(), 7000);
  t.same(take(schedule, 7000), ['member']);
  t.same(take(schedule, 10_099, 20, 'teams'), [], 'Microsoft Teams hears of it later');
  t.same(take(schedule, 10_100, 20, 'teams'), ['team']);
  t.equal(schedule.madeAt('class'), 100);
  schedule.add([{ name: 'late', needs: ['person'] }], { origin: 'edit', group: 1 });
  t.same(take(schedule, 10_100), ['late'], 'it is old by now');
});

t.test(
  'a failure releases its dependents, and nothing waits for a task that is set aside unless it strictly needs it',
  async (t) => {
    const schedule = scheduleOf(...['ana', 'ben'].map((name) => ({ name, brings: name })), {
      name: 'members',
      needs: ['ana', 'ben'],
    });
    t.same(take(schedule, 0), ['ana', 'ben']);
    schedule.settle(taskOf(schedule, 'ben'), true, 0);
    schedule.setAside(taskOf(schedule, 'ana'), 60_000);
    t.same(take(schedule, 1000), ['members']);
    schedule.settle(taskOf(schedule, 'members'), true, 1000);
    schedule.add([{ name: 'the rest', needs: ['ana'] }], { origin: 'load', group: 1 });
    t.same(take(schedule, 1000), ['the rest'], 'the caller checks whether she is there');
    const rest = taskOf(schedule, 'the rest');
    t.ok(schedule.wait(rest));
    t.same(take(schedule, 59_000), []);
    t.same(take(schedule, 60_000), ['ana']);
    schedule.settle(taskOf(schedule, 'ana'), false, 60_000);
    t.same(take(schedule, 60_000), ['the rest'], 'it did not come about');
    t.notOk(schedule.wait(rest), 'and nobody is about to do it');
    schedule.settle(rest, false, 60_000);
    t.same([...schedule.tasks()], []);
  },
);

t.test('a task waits for all that bring about its need, unless they are set aside', async (t) => {
  const schedule = scheduleOf(...['one', 'two'].map((name) => ({ name, brings: 'owners', lane: 'class:1' })), {
    name: 'member',
    needs: ['owners'],
    lane: 'class:1',
  });
  t.same(take(schedule, 0), ['one']);
  schedule.settle(taskOf(schedule, 'one'), true, 0);
  t.same(take(schedule, 5000), ['two']);
  schedule.setAside(taskOf(schedule, 'two'), 30_000);
  t.same(take(schedule, 5000), ['member']);
});

t.test('edits take up to half while there are other tasks, and everything otherwise', async (t) => {
  const many = (prefix: string) => Array.from({ length: 30 }, (_, index) => ({ name: `${prefix}${index}` }));
  const schedule = scheduleOf(...many('load '));
  schedule.add(many('edit '), { origin: 'edit', group: 1 });
  const isEdit = (name: string) => name.startsWith('edit');
  const first = take(schedule, 0);
  t.equal(first.filter(isEdit).length, 10);
  t.match(first[0], 'edit 0');
  t.equal(
    take(schedule, 0, 1).filter(isEdit).length + take(schedule, 0, 1).filter(isEdit).length,
    1,
    'also one by one',
  );
  t.equal(take(schedule, 0, 38).filter(isEdit).length, 19);
  schedule.add(many('edit '), { origin: 'edit', group: 1 });
  t.ok(take(schedule, 0).every(isEdit));
});

t.test('what only comes first is not left alone for a while, and is waited for all the same', async (t) => {
  const schedule = scheduleOf(
    { name: 'owner', brings: 'owners' },
    { name: 'class', brings: 'class' },
    { name: 'member', needs: ['owners', 'class'], follows: ['owners'] },
    { name: 'team', needs: ['owners'] },
  );
  t.same(take(schedule, 0), ['owner', 'class']);
  schedule.settle(taskOf(schedule, 'class'), true, 0);
  t.same(take(schedule, 3000), []);
  schedule.settle(taskOf(schedule, 'owner'), true, 3000);
  t.same(take(schedule, 3000), ['member']);
  t.same(take(schedule, 4000), ['team'], 'who refers to it waits');
});

t.test('the tasks that an edit needs count as edits', async (t) => {
  const others = Array.from({ length: 40 }, (_, index) => ({ name: `load ${index}`, brings: `thing ${index}` }));
  const waiting = others.map(({ brings }) => ({ name: `needs ${brings}`, needs: [brings] }));
  const schedule = scheduleOf(
    ...others,
    ...waiting,
    { name: 'teacher', brings: 'teacher' },
    { name: 'owner', needs: ['teacher'], brings: 'owners' },
  );
  schedule.add([{ name: 'member', needs: ['owners'] }], { origin: 'edit', group: 1 });
  t.equal(take(schedule, 0)[0], 'teacher');
  schedule.settle(taskOf(schedule, 'teacher'), true, 0);
  t.ok(take(schedule, 1000).includes('owner'));
  t.equal(schedule.originOf(taskOf(schedule, 'owner')), 'edit');
});

t.test('replanning keys replaces unsent tasks, without affecting those that wait for them', async (t) => {
  const [key, other] = [['class:1'], ['class:2']];
  const schedule = scheduleOf(
    { name: 'sent', keys: key },
    { name: 'other', keys: other },
    { name: 'class', keys: key, brings: 'class', rank: 1 },
    { name: 'member', keys: other, needs: ['class'] },
  );
  t.same(take(schedule, 0, 2).sort(), ['class', 'sent'], 'the one that others wait for, and the oldest');
  schedule.add([{ name: 'person', keys: key, brings: 'person' }], { origin: 'load', group: 1 });
  schedule.add([{ name: 'friend', keys: other, needs: ['person'] }], { origin: 'load', group: 1 });
  const { withdrawn, stays } = schedule.withdraw(['class:1', 'class:9']);
  t.same(
    withdrawn.map((task) => schedule.itemOf(task)?.name),
    ['person'],
  );
  t.same(stays.map((task) => schedule.itemOf(task)?.name).sort(), ['class', 'sent']);
  t.same(take(schedule, 0), ['other'], 'neither what is withdrawn nor who waits for it');
  t.same(schedule.bringersOf('person'), []);
  schedule.add([{ name: 'person again', keys: key, brings: 'person' }], { origin: 'edit', group: 1 });
  schedule.discard();
  t.same(take(schedule, 0), ['person again']);
  schedule.settle(taskOf(schedule, 'person again'), true, 0);
  t.same(take(schedule, 1000), ['friend']);
  t.equal(schedule.open(1), 5);
  schedule.withdraw(key);
  schedule.discard();
  t.equal(schedule.open(1), 5, 'a task that may have been sent is not replaced');
});

t.test('a lane passes to the next task when the one that should get it is withdrawn', async (t) => {
  const lane = 'class:1';
  const schedule = scheduleOf(
    { name: 'first', lane },
    ...['second', 'third'].map((name) => ({ name, lane, keys: [name] })),
  );
  t.same(take(schedule, 0), ['first']);
  t.same(take(schedule, 0), []);
  schedule.settle(taskOf(schedule, 'first'), true, 0);
  schedule.withdraw(['second']);
  t.same(take(schedule, 0), ['third']);
});

t.test('ending a group leaves tasks in progress', async (t) => {
  const schedule = scheduleOf({ name: 'a', brings: 'a' }, { name: 'b', lane: 'l' }, { name: 'c' });
  schedule.add([{ name: 'other', needs: ['c'], lane: 'l' }], { origin: 'load', group: 2 });
  t.same(take(schedule, 0, 2), ['a', 'b']);
  schedule.dropGroup(1);
  t.equal(schedule.open(1), 2);
  t.same(take(schedule, 0), [], 'its lane is not free yet');
  schedule.settle(taskOf(schedule, 'b'), false, 0);
  t.same(take(schedule, 0), ['other']);
});

t.test('a clock that is set back by hours delays nothing for hours', async (t) => {
  const hours = 5 * 3_600_000;
  const schedule = scheduleOf({ name: 'a', brings: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' });
  t.equal(take(schedule, hours).length, 2);
  schedule.setAside(taskOf(schedule, 'c'), hours + 500);
  schedule.settle(taskOf(schedule, 'a'), true, hours);
  t.same(take(schedule, 100), [], 'five hours back');
  t.equal(schedule.nextDue(), 600);
  t.same(take(schedule, 600), ['c']);
  t.same(take(schedule, 1100), ['b']);
});
