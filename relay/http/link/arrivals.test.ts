/** A fleet that connects all at once, with more agents than the relay accepts at a time. */
import fc from 'fast-check';
import t from 'tap';
import { AgentDouble, connectDouble } from '../../testing/agent-double.ts';
import { addAgent, connected, setUp } from '../../testing/relay-double.ts';
import { Arrivals } from './arrivals.ts';

t.test('an agent without a welcome holds a place until it says hello or disconnects', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { mostArriving: 1 });
  const first = await connected(relay, agent);
  const other = await addAgent(relay, tenant.id);
  const busy = { status: 503, code: 'RELAY_BUSY', retryAfter: /^\d+$/ };
  t.match(await connectDouble(relay.url, other), busy);
  t.match(await connectDouble(relay.url, other), busy, 'a refused agent holds none');

  await first.hello();
  const second = await connected(relay, other);
  const third = await addAgent(relay, tenant.id);
  t.match(await connectDouble(relay.url, third), busy);

  await second.close();
  let answer = await connectDouble(relay.url, third);
  while (!(answer instanceof AgentDouble)) answer = await connectDouble(relay.url, third);
  t.pass('it has gone');
});

t.test('a refused agent gets a time of its own, at the pace of the arrivals', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 1, max: 400 }), (paceMs, refused) => {
      const arrivals = new Arrivals(4);
      let now = 1000;
      const under = Array.from({ length: 4 }, () => arrivals.begin(() => now));
      for (let arrived = 0; arrived < 200; arrived += 1) {
        now += paceMs;
        under.push(arrivals.begin(() => now));
        under.shift()?.('arrived');
      }
      const waits = Array.from({ length: refused }, () => arrivals.comeBackAfterMs(now));
      return waits.every((ms, at) => {
        const fair = 1000 + at * paceMs;
        return ms >= 1000 && ms <= 60_000 && (ms === 60_000 || Math.abs(ms - fair) <= 1 + fair * 0.02);
      });
    }),
  );
  t.pass();
});

t.test('an arrival ends once, and an agent that is gone frees its place', (t) => {
  const arrivals = new Arrivals(1);
  const first = arrivals.begin(() => 0);
  const second = arrivals.begin(() => 0);
  t.ok(arrivals.isFull);
  second('gone');
  second('arrived');
  t.notOk(arrivals.isFull);
  arrivals.begin(() => 0);
  t.ok(arrivals.isFull);
  first('arrived');
  t.notOk(arrivals.isFull);
  t.end();
});
