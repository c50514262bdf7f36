import t from 'tap';
import { Room } from './room.ts';
import { Share } from './turns.ts';

t.test('one agent is in at a time, and the one with less recent use is next', async (t) => {
  const room = new Room(() => 0);
  const [busy, idle] = [new Share(), new Share()];
  busy.add(500, 0);
  idle.add(1, 0);
  const order: string[] = [];
  const use = async (name: string, share: Share) => {
    await room.enter(share);
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    room.leave();
  };
  await Promise.all([use('first', busy), use('busy', busy), use('busy', busy), use('idle', idle)]);
  t.same(order, ['first in', 'first out', 'idle in', 'idle out', 'busy in', 'busy out', 'busy in', 'busy out']);
});
