import fc from 'fast-check';
import t from 'tap';
import { GivesWay, ShortTurns } from './precedence.ts';

/** A turn that has asked the budget so often that it counts as a load. */
function loading(turns: ShortTurns, now: () => number): GivesWay {
  const load = new GivesWay(turns.shared, now);
  for (let asks = 0; asks <= 16; asks += 1) load.ask();
  return load;
}

t.test('a load pauses while a short turn is under way, and goes on at its end', async (t) => {
  const turns = new ShortTurns();
  let now = 0;
  const load = loading(turns, () => now);
  await load.pass();
  t.pass('there is none');
  const short = turns.begin();
  await new GivesWay(turns.shared, () => now).pass();
  t.pass('a short turn gives way to nobody');
  let passed = 0;
  const passing = [load.pass(), load.pass()].map((one) => one.then(() => (passed += 1)));
  await new Promise(setImmediate);
  t.equal(passed, 0);
  now = 300;
  const other = turns.begin();
  short.end();
  short.end();
  await new Promise(setImmediate);
  t.equal(passed, 0, 'another one is under way');
  now = 400;
  other.end();
  await Promise.all(passing);
});

t.test('a turn that asks often is short no more, and a load pauses no longer than two seconds', async (t) => {
  const turns = new ShortTurns();
  let now = 0;
  const load = loading(turns, () => now);
  const other = turns.begin();
  const passing = load.pass();
  now = 2000;
  Atomics.notify(turns.shared, 0);
  await passing;
  await load.pass();
  t.pass('it has to work before it pauses again');
  for (let asks = 0; asks <= 16; asks += 1) other.ask();
  now = 9000;
  await load.pass();
  other.end();
  t.equal(Atomics.load(turns.shared, 0), 0, 'it is counted out once');
});

t.test('however many short turns there are, a load has half of the time', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 5, maxLength: 30 }), async (works) => {
      let now = 0;
      const turns = new ShortTurns();
      turns.begin();
      const load = loading(turns, () => now);
      let [worked, paused] = [0, 0];
      for (const ms of works) {
        const before = now;
        let isThrough = false;
        const passing = load.pass().then(() => {
          isThrough = true;
        });
        for (await new Promise(setImmediate); !isThrough; await new Promise(setImmediate)) {
          now += 100;
          Atomics.notify(turns.shared, 0);
        }
        await passing;
        paused += now - before;
        now += ms;
        worked += ms;
      }
      return paused <= worked + 2000 + 100;
    }),
    { numRuns: 50 },
  );
  t.pass();
});
