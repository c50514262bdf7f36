/** No failure stays silent: each part is killed in turn, and somebody hears of it. The relay, its agents and receivers are real. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { addAlertChannel } from '../app/commands/alerts.ts';
import { leave } from '../app/commands/sessions.ts';
import { enterByLink, makeSignInLink } from '../app/commands/sign-in-links.ts';
import type { HoldRecord } from '../model/hold.ts';
import { asSchoolId } from '../model/keys.ts';
import { type RelaySettings, saveSettings, settingsSchema } from '../settings/settings.ts';
import { listAgents } from '../store/agents/agents.ts';
import { replaceHolds } from '../store/guard/holds.ts';
import { connectDouble, signToken } from '../testing/agent-double.ts';
import { alertSettings, receiveMail, receiveWeb } from '../testing/alert-receivers.ts';
import { addWebChannel, passMinutes, told, until } from '../testing/alert-times.ts';
import { addAgent, addTenant, addTenantTo, connected, startTestRelay, testProfile } from '../testing/relay-double.ts';
import { StoppedClock } from '../testing/stopped-clock.ts';
import { pulseTrouble } from './pulse.ts';

async function settingsIn(home: string, from: unknown = { listen: { port: 0 } }): Promise<RelaySettings> {
  return await saveSettings(home, { ...settingsSchema.parse(from), alerts: await alertSettings(home) });
}

const held: HoldRecord = {
  ...{ key: 'removeMember:1:share', kind: 'removeMember', schoolId: asSchoolId('1'), rule: 'share', count: 9 },
  ...{ there: 20, earlier: 0, reason: 'Many.', effect: 'They end.', sample: [], state: 'waiting', carriedOut: 0 },
  ...{ firstSeen: '2026-12-01', lastSeen: '2026-12-01', expiresAt: null, decidedBy: null, decidedAt: null },
  decidedCount: null,
};

/** A relay whose clock stands still, and which has agents of no pings. */
async function setUp(t: Test, given?: object) {
  const home = t.testdir();
  const clock = new StoppedClock();
  const settings = await settingsIn(home, given);
  const relay = await startTestRelay(home, { clock, settings, pingMs: 86_400_000 });
  t.teardown(() => relay.close());
  const pulse = async () => {
    const answer = await fetch(`${relay.url}/pulse`);
    return { ...((await answer.json()) as object), status: answer.status };
  };
  return { home, clock, relay, pulse };
}

t.test('an agent that is gone', async (t) => {
  const { clock, relay, pulse } = await setUp(t);
  const [receiver, monitor] = [await receiveWeb(t), await receiveWeb(t)];
  await addWebChannel(relay, clock, receiver);
  const tenant = await addTenant(relay, 'contoso');
  await addWebChannel(relay, clock, monitor, { tenant: tenant.id, name: 'monitor', kind: 'heartbeat' });
  const identity = await addAgent(relay, tenant.id);
  const agent = await connected(relay, identity);
  await agent.hello();
  await passMinutes(relay, clock, 3);
  t.same([receiver.received.length, monitor.received.length], [0, 3], 'all is well');
  agent.socket.terminate();
  await until(() => relay.connected() === 0);
  await passMinutes(relay, clock, 15);
  t.same(told(receiver.received), [], 'connections break now and then');
  await passMinutes(relay, clock, 2);
  await until(() => receiver.received.length > 0);
  t.same(told(receiver.received), ['alert.opened agentSilent contoso']);
  t.match(await pulse(), { status: 200 }, 'somebody was told');
  const calls = monitor.received.length;
  await passMinutes(relay, clock, 2);
  t.equal(monitor.received.length, calls, 'the monitor of the district misses its calls');
  const token = await signToken(identity, {}, clock.now());
  const again = await connectDouble(relay.url, identity, { token });
  if ('status' in again) return t.fail('refused');
  await again.hello();
  await passMinutes(relay, clock, 7);
  await until(() => receiver.received.length > 1);
  t.same(told(receiver.received).slice(1), ['alert.resolved agentSilent contoso']);
  t.ok(monitor.received.length > calls);
  await again.close();
});

t.test('a sync that does not run', async (t) => {
  const { home, clock, relay } = await setUp(t);
  const receiver = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, receiver);
  const tenant = await addTenantTo(home, 'contoso', testProfile);
  // The loop of this relay is a double that never begins a run.
  await relay.store.withTenant(tenant.id, ({ db }) =>
    db
      .updateTable('tenant')
      .set({ committed_at: new Date(clock.now()).toISOString() })
      .execute(),
  );
  await passMinutes(relay, clock, 60);
  t.same(receiver.received, []);
  await passMinutes(relay, clock, 2);
  await until(() => receiver.received.length > 0);
  t.same(told(receiver.received), ['alert.opened syncStalled contoso']);
});

t.test('PowerSchool that does not answer, and an agent that gets nowhere', async (t) => {
  const { home, clock, relay } = await setUp(t);
  const receiver = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, receiver);
  const tenant = await addTenant(relay, 'contoso');
  const agent = await connected(relay, await addAgent(relay, tenant.id));
  await agent.hello();
  const problem = { code: 'POWERSCHOOL_UNREACHABLE', message: 'PowerSchool does not answer.', retry: 'retry' } as const;
  agent.send({ type: 'status', state: 'problem', problem: { type: 'error', ...problem } });
  await until(async () =>
    (await relay.store.readTenant(tenant.id, listAgents)).some(({ health }) => health?.state === 'problem'),
  );
  await passMinutes(relay, clock, 14);
  t.same(told(receiver.received), []);
  await passMinutes(relay, clock, 3);
  await until(() => receiver.received.length > 0);
  t.same(told(receiver.received), ['alert.opened agentSilent contoso']);
  t.match(receiver.received[0]?.body, /Reported: POWERSCHOOL_UNREACHABLE/);
  await agent.close();
});

t.test('alerts that do not arrive', async (t) => {
  const { home, clock, relay, pulse } = await setUp(t);
  const [broken, working, monitor] = [await receiveWeb(t), await receiveWeb(t), await receiveWeb(t)];
  const channels = { ...relay, home };
  broken.answer = { status: 500 };
  await addWebChannel(channels, clock, broken, { name: 'broken' });
  await addWebChannel(channels, clock, monitor, { name: 'monitor', kind: 'heartbeat' });
  const tenant = await addTenant(relay, 'contoso');
  await relay.store.withTenant(tenant.id, (scope) => replaceHolds(scope, 'test', [held]));
  await passMinutes(relay, clock, 5);
  t.ok(broken.received.length > 0);
  t.match(await pulse(), { status: 200 }, 'it is on its way');
  await passMinutes(relay, clock, 15);
  clock.pass(2000);
  t.match(await pulse(), { status: 503, code: 'PART_SILENT', message: /nobody was told of held/ });
  const calls = monitor.received.length;
  await passMinutes(relay, clock, 3);
  t.equal(monitor.received.length, calls, 'and the monitor outside misses its calls');
  await addWebChannel(channels, clock, working, { name: 'working' });
  await passMinutes(relay, clock, 3);
  await until(() => working.received.length > 1);
  t.same(told(working.received).sort(), ['alert.opened channelFailing relay', 'alert.opened held contoso']);
  await passMinutes(relay, clock, 1);
  t.match(await pulse(), { status: 200 });
  t.ok(monitor.received.length > calls);
  const ids = new Set(broken.received.map(({ headers }) => headers['webhook-id']));
  t.equal(ids.size, 1, 'every attempt has the same id');
  broken.answer = { status: 204 };
  await passMinutes(relay, clock, 61);
  await until(() => told(working.received).includes('alert.resolved channelFailing relay'));
});

t.test('a relay that ends, and one that no longer looks', async (t) => {
  const { home, clock, relay } = await setUp(t);
  const monitor = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, monitor, { name: 'monitor', kind: 'heartbeat' });
  await passMinutes(relay, clock, 3);
  t.equal(await pulseTrouble(relay.store, clock.now()), undefined);
  t.match(await pulseTrouble(relay.store, clock.now() + 301_000), {
    code: 'PART_SILENT',
    message: /nobody looks for what is wrong; nobody sends alerts/,
  });
  await relay.close();
  const calls = monitor.received.length;
  t.equal(calls, 3);
  for (let minute = 0; minute < 5; minute += 1) clock.pass(60_000);
  t.equal(monitor.received.length, calls, 'nobody calls');
});

t.test('a link from the terminal, which no sign-in provider vouches for', async (t) => {
  const { home, clock, relay, pulse } = await setUp(t);
  const [receiver, night] = [await receiveWeb(t), await receiveWeb(t)];
  const channels = { ...relay, home };
  await addWebChannel(channels, clock, receiver);
  const [from, to] = [-1, 6].map((minutes) => new Date(clock.now() + minutes * 60_000).toISOString().slice(11, 16));
  const quiet = [{ from: from ?? '', to: to ?? '' }];
  await addWebChannel(channels, clock, night, { name: 'night', quiet, timeZone: 'UTC' });
  const context = { store: relay.store, clock };
  const { secret } = await makeSignInLink(context, { kind: 'terminal', user: 'kim' });
  await passMinutes(relay, clock, 2);
  t.same(told(receiver.received), [], 'nobody has used it');
  const { cookie } = await enterByLink(context, secret);
  await leave(context, cookie);
  await passMinutes(relay, clock, 1);
  await until(() => receiver.received.length > 0);
  t.same(told(receiver.received), ['alert.opened terminalSignIn relay'], 'at once, although they have signed out');
  t.notMatch(receiver.received[0]?.body, /kim/);
  await passMinutes(relay, clock, 5);
  await until(() => night.received.length > 0);
  t.same(told(night.received), ['alert.opened terminalSignIn relay'], 'quiet hours do not swallow it');
  t.match(await pulse(), { status: 200 });
});

t.test('a mail server that takes nothing', async (t) => {
  const { home, clock, relay } = await setUp(t);
  const receiver = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, receiver);
  const mail = await receiveMail(t, { password: 'pass word' });
  const { signal } = new AbortController();
  const target = { host: 'localhost', port: mail.port, from: 'a@x.org', to: ['b@x.org'] };
  const context = { home, store: relay.store, clock, signal };
  const kim = { kind: 'terminal', user: 'kim' } as const;
  const account = { user: 'relay', password: 'old' };
  const office = { tenant: undefined, name: 'office', kind: 'smtp' as const, target: { ...target, ...account } };
  await addAlertChannel(context, kim, office);
  const tenant = await addTenant(relay, 'contoso');
  await relay.store.withTenant(tenant.id, (scope) => replaceHolds(scope, 'test', [held]));
  await passMinutes(relay, clock, 22);
  await until(() => receiver.received.length > 1);
  t.same(told(receiver.received), ['alert.opened held contoso', 'alert.opened channelFailing relay']);
  t.match(receiver.received[1]?.body, /office.*535/);
  t.same(mail.mails, []);
});

t.test('a certificate and a secret that end', async (t) => {
  const { home, clock, relay } = await setUp(t, {
    listen: { port: 0 },
    graph: {
      clientId: 'x',
      secretFile: '/none',
      secretEnds: new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10),
    },
  });
  const receiver = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, receiver);
  await passMinutes(relay, clock, 1);
  await until(() => receiver.received.length > 0);
  t.same(told(receiver.received), ['alert.opened expiring relay']);
  t.match(receiver.received[0]?.body, /The app's client secret ends on/);
});

t.test('a database that somebody else locks, or a disk that is full', async (t) => {
  const { home, clock, relay, pulse } = await setUp(t);
  const monitor = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, monitor, { name: 'monitor', kind: 'heartbeat' });
  await passMinutes(relay, clock, 2);
  await until(() => monitor.received.length === 2);
  const other = new DatabaseSync(join(home, 'relay.db'));
  other.exec('begin immediate');
  // The clock is the relay's alone: its patience with the lock is that of SQLite.
  clock.pass(60_000);
  await until(() => relay.events().some(({ event }) => event === 'alerts.watch-failed'));
  for (let minute = 0; minute < 6; minute += 1) clock.pass(60_000);
  t.match(await pulse(), { status: 503, code: 'PART_SILENT' });
  const calls = monitor.received.length;
  other.exec('rollback');
  other.close();
  await passMinutes(relay, clock, 3);
  t.ok(monitor.received.length > calls, 'and calls again by itself');
});

t.test('a database that cannot be used', async (t) => {
  const { home, clock, relay, pulse } = await setUp(t);
  const monitor = await receiveWeb(t);
  await addWebChannel({ ...relay, home }, clock, monitor, { name: 'monitor', kind: 'heartbeat' });
  await passMinutes(relay, clock, 2);
  await until(() => monitor.received.length === 2);
  const other = new DatabaseSync(join(home, 'relay.db'));
  other.exec('drop table alert_pulse');
  other.close();
  clock.pass(60_000);
  await until(() => relay.events().some(({ event }) => event === 'alerts.watch-failed'));
  t.match(await pulse(), { status: 503 });
  for (let minute = 0; minute < 5; minute += 1) {
    clock.pass(60_000);
    await new Promise(setImmediate);
  }
  t.equal(monitor.received.length, 2, 'the monitor outside misses its calls');
});
