import t from 'tap';
import { Wakes } from './wakes.ts';

t.test('a wake-up is heard once, also one from before anybody listened', async (t) => {
  const wakes = new Wakes();
  let heard = 0;
  t.notOk(wakes.isRung);
  wakes.ring();
  wakes.ring();
  wakes.listen(() => {
    heard += 1;
  });
  t.equal(heard, 2);
  wakes.ring();
  t.equal(heard, 3);
  t.ok(wakes.notice());
  t.notOk(wakes.notice(), 'nobody has rung since');
});

t.test('a turn elsewhere says how many it has noticed: one that came later is still rung', async (t) => {
  const wakes = new Wakes();
  wakes.ring();
  wakes.ring();
  wakes.notice(1);
  t.ok(wakes.isRung);
  t.equal(wakes.noticed, 1);
  wakes.notice(2);
  t.notOk(wakes.isRung);
});
