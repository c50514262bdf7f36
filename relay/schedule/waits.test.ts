/** Every reason for which a task is not done. That there always is one, fairness.test.ts shows. */
import t from 'tap';
import { Schedule } from './schedule.ts';
import type { Traits } from './traits.ts';
import { waitOf } from './waits.ts';

interface Item extends Partial<Traits> {
  name: string;
}

const settleMs = { graph: 1000, teams: 10_000 };

function scheduleOf(...items: Item[]): Schedule<Item> {
  const traitsOf = (item: Item): Traits => ({
    ...{ service: 'graph', lane: undefined, rank: 0, needs: [], follows: [], brings: undefined, keys: [] },
    ...item,
  });
  const schedule = new Schedule<Item>(traitsOf, settleMs);
  schedule.add(items, { origin: 'load', group: 0 });
  return schedule;
}

const [maker, member, other, third] = [0, 1, 2, 3];

t.test('what it needs, with those who bring it about, also where they are set aside', async (t) => {
  const schedule = scheduleOf(
    { name: 'class', brings: 'class:1', keys: ['class:1'] },
    { name: 'member', needs: ['class:1', 'students:1'] },
    { name: 'team', needs: ['members:1'] },
  );
  t.same(waitOf(schedule, maker), { for: 'turn' });
  t.same(waitOf(schedule, member), { for: 'needs', needs: [{ thing: 'class:1', by: [maker] }] }, 'nobody is about to');
  t.same([...schedule.waitingFor(maker)], [member]);
  schedule.take('graph', 1, 0);
  t.same(waitOf(schedule, maker), { for: 'answer' });
  schedule.setAside(maker, 60_000);
  t.same(waitOf(schedule, maker), { for: 'time', until: 60_000, isShort: false });
  schedule.take('graph', 9, 0);
  t.ok(schedule.wait(member));
  t.same(waitOf(schedule, member), { for: 'needs', needs: [{ thing: 'class:1', by: [maker] }] });
  t.same([...schedule.waitingFor(maker)], [member]);
  schedule.withdraw(['class:1']);
  t.same(waitOf(schedule, maker), { for: 'time', until: 60_000, isShort: false }, 'it was sent');
  schedule.retract(maker);
  t.same(waitOf(schedule, maker), { for: 'plan' });
  t.same(waitOf(schedule, member), { for: 'plan' }, 'and so is what needs it');
  schedule.discard();
  t.same(waitOf(schedule, maker), undefined);
  t.same(waitOf(schedule, member), { for: 'turn' });
});

t.test('its lane, with the one that has it, and time', async (t) => {
  const lane = 'class:1';
  const schedule = scheduleOf(
    { name: 'class', lane, brings: 'class:1' },
    { name: 'member', lane, needs: ['class:1'] },
    { name: 'other', lane },
    { name: 'third', lane },
  );
  schedule.take('graph', 9, 0);
  t.same(waitOf(schedule, other), { for: 'lane', lane, by: maker });
  schedule.pause(maker, 500);
  t.same(waitOf(schedule, maker), { for: 'time', until: 500, isShort: true });
  t.same(waitOf(schedule, other), { for: 'lane', lane, by: maker }, 'the lane waits with it');
  schedule.settle(maker, true, 600);
  t.same(waitOf(schedule, other), { for: 'turn' });
  t.same(waitOf(schedule, third), { for: 'turn' }, 'until one of the two is sent');
  schedule.take('graph', 9, 600);
  t.same(waitOf(schedule, third), { for: 'lane', lane, by: other });
  t.same(waitOf(schedule, member), { for: 'settling', things: ['class:1'], until: 1600 });
});
