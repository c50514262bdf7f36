/** Another connection with the same identity: once, and repeatedly. */
import t from 'tap';
import { fail } from '../../shared/errors.ts';
import { Meter } from '../model/meter.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { enroll } from './enroll.ts';
import { Uplink } from './uplink.ts';

t.test('comes back a minute after being replaced, and longer after each further time, and says why', async (t) => {
  const relay = new RelayDouble();
  const url = await relay.open();
  t.teardown(() => relay.close());
  const identity = await enroll({ relay: url, ca: [], code: relay.code, name: 'test' });
  const pauses: number[] = [];
  const codes: string[] = [];
  const uplink = new Uplink({
    ...{ relay: url, identity, ca: [], meter: new Meter(), random: () => 0, persistent: true },
    hello: () => ({
      ...{ type: 'hello', protocol: 1, agentVersion: '0', capabilities: [], buckets: [] },
      source: { kind: 'powerquery' },
    }),
    listener: {
      ...{ opened() {}, command() {}, draining() {}, throttled() {}, errorReported() {} },
      ended: ({ error, final }) => {
        codes.push(error.code);
        t.equal(final, false);
      },
    },
    clock: {
      now: () => Date.now(),
      sleep: async (ms) => {
        pauses.push(ms);
      },
    },
  });
  for (let times = 0; times < 8; times++) {
    const session = await uplink.session();
    relay.closeAll('replaced');
    await new Promise((resolve) => session.closed.addEventListener('abort', resolve, { once: true }));
  }
  await uplink.session();
  uplink.close();
  t.same(
    pauses.map((ms) => ms / 60_000),
    [1, 2, 4, 8, 16, 32, 60, 60],
  );
  t.same(codes, ['AGENT_REPLACED', ...Array(7).fill('AGENT_COPIED')]);
  t.match(fail('AGENT_COPIED', { count: 7 }).action, /Stop the copy/);
});
