import fc from 'fast-check';
import t from 'tap';
import { examine, type Liveness } from './liveness.ts';
import { type Effect, type EventName, initial, type Model, step } from './machine.ts';
import { AckWindow } from './window.ts';

type Happening =
  | { on: Exclude<EventName, 'welcomed' | 'lost' | 'drain' | 'finished'> }
  | { on: 'welcomed' | 'finished'; now: number; random: number }
  | { on: 'lost'; now: number; random: number; retryAfterMs: number | undefined; isAlive: boolean }
  | { on: 'drain'; reconnectAfterMs: number };

const timed = { now: fc.nat(1_000_000), random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ on: fc.constantFrom('start', 'due', 'opened', 'renew', 'refused', 'stop') }),
  fc.record({ on: fc.constantFrom('start', 'due', 'opened') }),
  fc.record({ on: fc.constantFrom('welcomed', 'finished'), ...timed }),
  fc.record({
    on: fc.constant('lost' as const),
    ...timed,
    retryAfterMs: fc.option(fc.nat(600_000), { nil: undefined }),
    isAlive: fc.boolean(),
  }),
  fc.record({ on: fc.constant('drain' as const), reconnectAfterMs: fc.nat(600_000) }),
);

function play(events: Happening[]): { models: Model[]; effects: Effect[][] } {
  const models: Model[] = [initial];
  const effects: Effect[][] = [];
  for (const event of events) {
    const next = step(models.at(-1) ?? initial, event);
    models.push(next.model);
    effects.push(next.effects);
  }
  return { models, effects };
}

t.test('never has a second socket, and waits only without one, whatever happens', async (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
      let sockets = 0;
      let waits = 0;
      for (const [index, effects] of play(events).effects.entries()) {
        if (events[index]?.on === 'due') waits = Math.max(0, waits - 1);
        for (const effect of effects) {
          if (effect.do === 'close' || effect.do === 'drop') sockets = 0;
          if (effect.do === 'cancelWait') waits = 0;
          if (effect.do === 'dial') sockets += 1;
          if (effect.do === 'wait') waits += 1;
        }
        if (sockets > 1 || waits > 1 || (sockets > 0 && waits > 0)) return false;
      }
      return true;
    }),
  );
  t.pass();
});

t.test('once stopped, stays stopped and does nothing more', async (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (events) => {
      const { models, effects } = play(events);
      const at = models.findIndex(({ state }) => state === 'stopped');
      return (
        at < 0 || (models.slice(at).every(({ state }) => state === 'stopped') && effects.slice(at).flat().length === 0)
      );
    }),
  );
  t.pass();
});

t.test('waits at least as long as the relay asked, otherwise at most a minute', async (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
      const { models, effects } = play(events);
      return effects.every((list, index) =>
        list.every((effect) => {
          const event = events[index];
          if (effect.do !== 'wait' || event === undefined) return true;
          const asked = Math.max(
            models[index]?.floorMs ?? 0,
            event.on === 'lost' ? (event.retryAfterMs ?? 0) : event.on === 'drain' ? event.reconnectAfterMs : 0,
          );
          const isBusy = event.on === 'lost' && event.isAlive;
          return effect.ms >= asked && effect.ms <= (isBusy ? asked + 1000 : Math.max(asked, 60_000));
        }),
      );
    }),
  );
  t.pass();
});

t.test('waits longer each time until a connection was stable for a minute', async (t) => {
  const waitOf = (effects: Effect[]) => effects.find((effect) => effect.do === 'wait')?.ms;
  let model: Model = step(initial, { on: 'start' }).model;
  const waits: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const lost = step(model, { on: 'lost', now: 0, random: 0.999999 });
    waits.push(Math.round((waitOf(lost.effects) ?? 0) / 1000));
    model = step(lost.model, { on: 'due' }).model;
  }
  t.same(waits, [1, 2, 4, 8, 16, 32, 60, 60]);

  const connect = (from: Model, now: number) =>
    step(step(from, { on: 'opened' }).model, { on: 'welcomed', now, random: 0 }).model;
  const brief = step(connect(model, 0), { on: 'lost', now: 59_999, random: 0.999999 });
  t.equal(waitOf(brief.effects), 59_999, 'less than a minute proves nothing');
  const stable = step(connect(model, 0), { on: 'lost', now: 60_000, random: 0.999999 });
  t.equal(waitOf(stable.effects), 999);
});

t.test('a relay that is busy says when to come: no wait grows meanwhile', async (t) => {
  let model: Model = step(initial, { on: 'start' }).model;
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const lost = step(model, { on: 'lost', now: 0, random: 0.5, retryAfterMs: 7000, isAlive: true });
    t.same(lost.effects, [{ do: 'drop' }, { do: 'wait', ms: 7500 }]);
    model = step(lost.model, { on: 'due' }).model;
  }
  const gone = step(model, { on: 'lost', now: 0, random: 0.5 });
  t.same(gone.effects, [{ do: 'drop' }, { do: 'wait', ms: 500 }]);
});

t.test('any traffic counts as life, only what is owed counts as progress', async (t) => {
  const limits = { pingMs: 25_000, progressMs: 120_000 };
  const at = (liveness: Partial<Liveness>, now: number) =>
    examine({ heardAt: 0, pingedAt: 0, owedSince: undefined, ...liveness }, limits, now);
  t.equal(at({}, 24_999), 'well');
  t.equal(at({}, 25_000), 'ping');
  t.equal(at({ pingedAt: 25_000 }, 49_999), 'well');
  t.equal(at({ pingedAt: 25_000 }, 50_000), 'ping');
  t.equal(at({ pingedAt: 50_000 }, 75_000), 'silent', 'two pings without an answer');
  t.equal(at({ heardAt: 70_000, pingedAt: 50_000 }, 75_000), 'well');
  t.equal(at({ heardAt: 119_999, owedSince: 0 }, 120_000), 'stuck', 'pongs alone do not count as progress');
});

t.test('credit limits what is in flight, even for several waiting callers', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }), async (credit, messages) => {
      const window = new AckWindow(credit);
      window.next();
      const taken: number[] = [];
      const all = Promise.all(Array.from({ length: messages }, () => window.take((seq) => taken.push(seq))));
      let acked = 1;
      while (taken.length < messages) {
        await new Promise(setImmediate);
        if (taken.filter((seq) => seq > acked).length > credit) return false;
        acked += 1;
        window.acknowledge(acked);
      }
      await all;
      return taken.every((seq, index) => seq === index + 2);
    }),
  );
  const window = new AckWindow(1);
  await window.take((seq) => seq);
  t.notOk(window.acknowledge(2), 'a number that was never sent');
  const waiting: Promise<unknown>[] = [window.take((seq) => seq), window.acknowledged(1)];
  window.fail(new Error('gone'));
  for (const promise of waiting) await t.rejects(async () => promise, { message: 'gone' });
  await t.rejects(
    window.take((seq) => seq),
    { message: 'gone' },
  );
});
