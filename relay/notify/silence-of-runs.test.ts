/** Whatever keeps the runs of a district from going on, somebody hears of it, and hears once when it is over. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { fail } from '../../shared/errors.ts';
import { createLog } from '../log/log.ts';
import { saveSettings } from '../settings/settings.ts';
import { alertSettings, receiveWeb } from '../testing/alert-receivers.ts';
import { addWebChannel, told, until } from '../testing/alert-times.ts';
import { smallRoster } from '../testing/district.ts';
import { districtToServe, startLoop, storeProfile } from '../testing/live-loop.ts';
import { startAlerts } from './alerts.ts';

const home = t.testdir();
const district = await districtToServe(t, 5);
const { store, clock, microsoft } = district;
const settings = await saveSettings(t.testdirName, { ...district.settings, alerts: await alertSettings(home) });
const receiver = await receiveWeb(t);
await storeProfile(district, { state: 'enabled' });
await addWebChannel({ store, home: t.testdirName }, clock, receiver);
const stop = new AbortController();
const log = createLog('json', new PassThrough());
const shared = { store, settings, home: t.testdirName, keyFile: undefined, clock, log, random: () => 0.5 };
const alerts = startAlerts({ ...shared, readSkus: async () => [], signal: stop.signal });
t.teardown(async () => {
  stop.abort();
  await alerts.ended;
});
await district.commit(smallRoster(5));
let areThreadsBroken = false;
const loop = await startLoop(t, district, (turns) => ({
  ...turns,
  take: (order) =>
    areThreadsBroken ? Promise.reject(fail('TURN_BROKEN', { reason: 'out of memory' })) : turns.take(order),
}));
await until(async () => (await loop.runs()).some(({ state }) => state === 'success'));

const { roles } = microsoft.app;
const always = (match: object, fault: object) =>
  microsoft.faults.add(faultOrder.parse({ match, times: 'always', ...fault }));
const ended = { status: 400, code: 'invalid_client', message: 'AADSTS7000222: The secret has expired.' };

const failures: { what: string; begin(): void; end(): void; cause: string; says: RegExp }[] = [
  {
    what: 'consent that is withdrawn',
    begin: () => {
      microsoft.app.roles = [];
    },
    end: () => {
      microsoft.app.roles = roles;
    },
    ...{ cause: 'consentMissing', says: /consent again/ },
  },
  {
    what: 'a secret that has ended',
    begin: () => void always({ path: '/token$' }, { kind: 'answer', answer: ended }),
    end: () => microsoft.faults.clear(),
    ...{ cause: 'consentMissing', says: /certificate or secret may have ended/ },
  },
  {
    what: 'Microsoft Graph that is down',
    begin: () => void always({}, { kind: '503' }),
    end: () => microsoft.faults.clear(),
    ...{ cause: 'syncFailing', says: /The runs of profile .* fail \(GRAPH_/ },
  },
  {
    what: 'threads that break before a run begins',
    begin: () => {
      areThreadsBroken = true;
    },
    end: () => {
      areThreadsBroken = false;
    },
    ...{ cause: 'syncStalled', says: /No run of profile/ },
  },
];

for (const { what, begin, end, cause, says } of failures) {
  t.test(what, async (t) => {
    const lines = () => told(receiver.received).filter((line) => line.split(' ')[1] === cause);
    const before = lines().length;
    begin();
    loop.wake(district.tenantId);
    // What the failure before raised may be resolved only now.
    const opened = () => lines().findIndex((line, at) => at >= before && line.startsWith('alert.opened '));
    await until(() => opened() >= 0);
    t.match(receiver.received.findLast(({ body }) => body.includes(cause))?.body, says);
    end();
    loop.wake(district.tenantId);
    const resolved = () =>
      lines()
        .slice(opened())
        .filter((line) => line.startsWith('alert.resolved '));
    await until(() => resolved().length > 0);
    t.equal(resolved().length, 1);
  });
}
