import t from 'tap';
import { AnswerPlaces } from './answer-places.ts';

const refusals = { all: 'ANSWERS_TOO_MANY', one: 'ANSWERS_UNDER_WAY' } as const;
const { signal } = new AbortController();

/** Takes a place and notes it. */
function taker(places: AnswerPlaces) {
  const given: string[] = [];
  const leaves: (() => void)[] = [];
  const take = async (who: string, as = who, until = signal) => {
    const leave = await places.take(who, until);
    given.push(as);
    leaves.push(leave);
  };
  /** Gives back the oldest place, and lets the next one in line take it. */
  const leave = async () => {
    leaves.shift()?.();
    await new Promise(setImmediate);
  };
  return { given, take, leave };
}

t.test('a district with many questions waits only for its own', async (t) => {
  const places = new AnswerPlaces({ most: 3, mostOfOne: 2, waiting: 10, waitingOfOne: 3, refusals });
  const { given, take, leave } = taker(places);
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((as) => take(as.charAt(0), as));
  await new Promise(setImmediate);
  t.same(given, ['a1', 'a2', 'b1'], 'a place is left for another district');
  await leave();
  t.equal(given.at(-1), 'c1', 'a district with nothing in progress goes first');
  await leave();
  t.equal(given.at(-1), 'a3', 'then the one with fewer in progress, in the order of asking');
  for (let rest = 0; rest < 3; rest += 1) await leave();
  await Promise.all(all);
  t.equal(given.length, 7, 'in the end everybody has had a place');
});

t.test('the refusal says whether the district or the relay is busy', async (t) => {
  const places = new AnswerPlaces({ most: 2, mostOfOne: 1, waiting: 2, waitingOfOne: 1, refusals });
  const { take, leave } = taker(places);
  const all = [take('a'), take('b'), take('a'), take('c')];
  await t.rejects(take('a'), { code: 'ANSWERS_UNDER_WAY', retryAfterMs: 5000 });
  await t.rejects(take('d'), { code: 'ANSWERS_TOO_MANY', retryAfterMs: 5000 });
  await leave();
  await leave();
  await Promise.all(all);
});

t.test('without a queue, a district has one at a time and all of them together two', async (t) => {
  const places = new AnswerPlaces({ most: 2, mostOfOne: 1, waiting: 0, waitingOfOne: 0, refusals });
  const { take, leave } = taker(places);
  await Promise.all([take('a'), take('b')]);
  await t.rejects(take('a'), { code: 'ANSWERS_UNDER_WAY' });
  await t.rejects(take('c'), { code: 'ANSWERS_TOO_MANY' });
  await leave();
  await take('a');
});

t.test('a canceled question takes no place', async (t) => {
  const places = new AnswerPlaces({ most: 1, mostOfOne: 1, waiting: 5, waitingOfOne: 5, refusals });
  const { given, take, leave } = taker(places);
  await take('a');
  const gone = new AbortController();
  const impatient = take('b', 'b', gone.signal);
  const patient = take('c');
  gone.abort(new Error('gone'));
  await t.rejects(impatient, { message: 'gone' });
  await leave();
  await patient;
  t.same(given, ['a', 'c']);
  await leave();
  await take('b');
});
