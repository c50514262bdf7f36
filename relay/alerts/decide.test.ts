/** Alerts over time: any history of what is found, with looks that are lost, channels that fail and quiet hours. */
import fc from 'fast-check';
import t from 'tap';
import { type Alert, type AlertCause, alertCauses, type Finding, type Notice } from '../model/alert.ts';
import { decide } from './decide.ts';
import { type RoutedChannel, route } from './route.ts';

const minuteMs = 60_000;
const startMs = Date.parse('2026-11-30T12:00:00Z');

const finding = (cause: AlertCause, count = 1): Finding => ({
  ...{ key: cause, cause, count, readers: ['operator'] },
  sentence: 'It is wrong.',
  action: 'Mend it.',
});

const channel = (id: string, rules: Partial<RoutedChannel> = {}): RoutedChannel => ({
  ...{ id, kind: 'webhook', readers: ['operator'], causes: null, quiet: [], timeZone: 'UTC' },
  ...rules,
});

/** What the database has, and how the watch changes it: everything else is the code under test. */
class Records {
  alerts: Alert[] = [];
  notices: Notice[] = [];
  #ids = 0;

  look(
    found: readonly Finding[],
    channels: readonly RoutedChannel[],
    nowMs: number,
    unknown: ReadonlySet<string> = new Set(),
  ) {
    const known = this.alerts.filter(({ resolvedAt }) => resolvedAt === null);
    const newId = () => {
      this.#ids += 1;
      return `alert-${this.#ids}`;
    };
    const { kept, dropped } = decide(known, { found, unknown, nowMs, wasWatching: true, newId });
    const changed = new Map(kept.map((alert) => [alert.id, alert]));
    const rest = this.alerts.filter(({ id }) => !changed.has(id) && !dropped.includes(id));
    const ended = kept.filter(({ resolvedAt }) => resolvedAt !== null);
    this.alerts = [...rest, ...kept];
    const open = this.alerts.filter(({ resolvedAt }) => resolvedAt === null);
    const { add, cancel } = route([...open, ...ended], channels, this.notices, nowMs);
    this.notices = [...this.notices.filter((notice) => !cancel.includes(notice)), ...add];
    return { changed: kept, dropped, add };
  }

  /** Sends what is due. */
  send(nowMs: number, works: (channelId: string) => boolean): Notice[] {
    const due = this.notices.filter(
      ({ state, dueAt }) => (state === 'waiting' || state === 'taken') && Date.parse(dueAt) <= nowMs,
    );
    for (const notice of due) notice.state = works(notice.channelId) ? 'sent' : 'taken';
    return due.filter(({ state }) => state === 'sent').map((notice) => ({ ...notice }));
  }
}

t.test('told once after it has lasted, and once when it has ended', async (t) => {
  const records = new Records();
  const channels = [channel('a')];
  const told: string[] = [];
  for (let minute = 0; minute < 120; minute += 1) {
    const nowMs = startMs + minute * minuteMs;
    const isSilent = minute >= 10 && minute < 60;
    records.look(isSilent ? [finding('agentSilent')] : [], channels, nowMs);
    for (const { event } of records.send(nowMs, () => true)) told.push(`${minute} ${event}`);
  }
  t.same(told, ['25 opened', '65 resolved']);
});

t.test('what ends before it has lasted is told to nobody', async (t) => {
  const records = new Records();
  for (let minute = 0; minute < 100; minute += 1) {
    const found = minute % 12 < 10 ? [finding('agentSilent')] : [];
    records.look(found, [channel('a')], startMs + minute * minuteMs);
  }
  t.same(records.notices, []);
});

t.test('after a gap without a look, what was waiting waits again; what was open stays open', async (t) => {
  const seen = (alert: Partial<Alert>): Alert => ({
    ...finding('agentSilent'),
    ...{ id: 'x', since: new Date(startMs).toISOString(), openedAt: null, toldAt: null, toldCount: 0 },
    ...{ repeats: 0, goneSince: null, resolvedAt: null },
    ...alert,
  });
  const look = { found: [finding('agentSilent')], unknown: new Set<string>(), newId: () => 'y', wasWatching: false };
  const nowMs = startMs + 180 * minuteMs;
  const now = new Date(nowMs).toISOString();
  t.match(decide([seen({})], { ...look, nowMs }).kept, [{ id: 'x', since: now, openedAt: null }]);
  const at = new Date(startMs).toISOString();
  t.same(decide([seen({ openedAt: at, toldAt: at, toldCount: 1 })], { ...look, nowMs }).kept, []);
});

t.test('told again after a day, or when it has grown tenfold', async (t) => {
  const records = new Records();
  const channels = [channel('a')];
  const told: string[] = [];
  for (let hour = 0; hour < 60; hour += 1) {
    const nowMs = startMs + hour * 60 * minuteMs;
    records.look([finding('held', hour < 40 ? 3 : 30)], channels, nowMs);
    for (const { event, number } of records.send(nowMs, () => true)) told.push(`${hour} ${event} ${number}`);
  }
  t.same(told, ['1 opened 0', '25 repeated 1', '40 repeated 2']);
});

t.test('what one look cannot tell stays as it is', async (t) => {
  const records = new Records();
  const channels = [channel('a')];
  records.look([finding('expiring')], channels, startMs);
  records.send(startMs, () => true);
  records.look([], channels, startMs + minuteMs, new Set(['expiring']));
  t.match(records.alerts, [{ goneSince: null, resolvedAt: null }]);
  records.look([], channels, startMs + 2 * minuteMs);
  t.match(records.alerts, [{ resolvedAt: String }]);
});

t.test('quiet hours put off; what ended meanwhile is told to nobody', async (t) => {
  const quiet = [{ from: '21:00', to: '06:00' }];
  const channels = [channel('night', { quiet }), channel('other zone', { quiet, timeZone: 'Asia/Tokyo' })];
  const at = (time: string) => Date.parse(`2026-11-30T${time}:00Z`);
  const records = new Records();
  records.look([finding('expiring'), finding('licensesLow')], channels, at('22:00'));
  const due = Object.fromEntries(records.notices.map(({ channelId, dueAt }) => [channelId, dueAt]));
  t.same(due, { night: '2026-12-01T06:00:00.000Z', 'other zone': '2026-11-30T22:00:00.000Z' });
  records.send(at('22:00'), () => true);
  records.look([finding('expiring')], channels, at('23:00'));
  const ended = records.notices.filter(({ alertId }) => alertId === 'alert-2');
  t.same(
    ended.map(({ channelId, event }) => [channelId, event]),
    [
      ['other zone', 'opened'],
      ['other zone', 'resolved'],
    ],
  );
});

t.test('each channel hears of its readers and causes; one that fails does not report itself', async (t) => {
  const { add } = route(
    [
      { ...opened('expiring'), readers: ['operator'] },
      { ...opened('manyProblems'), readers: ['sis'] },
      { ...opened('channelFailing'), key: 'channelFailing:sis', readers: ['sis', 'operator'] },
    ],
    [
      channel('operator'),
      channel('sis', { readers: ['sis'] }),
      channel('one', { causes: ['expiring'] }),
      channel('pulse', { kind: 'heartbeat' }),
    ],
    [],
    startMs,
  );
  t.same(
    add.map(({ channelId, alertId }) => `${channelId} ${alertId}`),
    ['operator expiring', 'one expiring', 'sis manyProblems', 'operator channelFailing'],
  );
});

function opened(cause: AlertCause): Alert {
  const at = new Date(startMs).toISOString();
  const times = { since: at, openedAt: at, toldAt: at, toldCount: 1, repeats: 0, goneSince: null, resolvedAt: null };
  return { ...finding(cause), id: cause, ...times };
}

const step = fc.record({
  minutes: fc.integer({ min: 1, max: 600 }),
  found: fc.uniqueArray(fc.constantFrom(...alertCauses), { maxLength: 4 }),
  unknown: fc.uniqueArray(fc.constantFrom(...alertCauses), { maxLength: 2 }),
  count: fc.integer({ min: 1, max: 500 }),
  works: fc.record({ a: fc.boolean(), b: fc.boolean() }),
  /** The process dies between look and sending. */
  dies: fc.boolean(),
  isTwice: fc.boolean(),
});

t.test('in any history, every opened alert is told once, resolved at most once, and never lost', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const records = new Records();
      const channels = [channel('a'), channel('b', { quiet: [{ from: '21:00', to: '06:00' }] })];
      const heard: Notice[] = [];
      const everOpened = new Set<string>();
      let nowMs = startMs;
      for (const { minutes, found, unknown, count, works, dies, isTwice } of steps) {
        nowMs += minutes * minuteMs;
        const findings = found.map((cause) => finding(cause, count));
        const before = records.alerts.filter(({ openedAt, resolvedAt }) => openedAt !== null && resolvedAt === null);
        const { dropped } = records.look(findings, channels, nowMs, new Set(unknown));
        const isLost = before.some(({ id }) => dropped.includes(id) || !records.alerts.some((one) => one.id === id));
        if (isLost) throw new Error('an opened alert was lost');
        // Another node, or a look that is repeated after a restart, adds nothing.
        if (isTwice) {
          const { changed, add } = records.look(findings, channels, nowMs, new Set(unknown));
          if (changed.length + add.length > 0) throw new Error('a second look at the same moment changed something');
        }
        for (const { id, openedAt } of records.alerts) if (openedAt !== null) everOpened.add(id);
        const open = records.alerts.filter(({ resolvedAt }) => resolvedAt === null).map(({ key }) => key);
        if (new Set(open).size !== open.length) throw new Error('two open alerts of one cause');
        for (const { cause } of findings) if (!open.includes(cause)) throw new Error('a finding without an alert');
        if (!dies) heard.push(...records.send(nowMs, (id) => works[id as 'a' | 'b']));
      }
      // Everything mends, a day passes, everything ends.
      for (let hour = 0; hour < 48; hour += 1) {
        nowMs += 60 * minuteMs;
        records.look([], channels, nowMs);
        heard.push(...records.send(nowMs, () => true));
      }
      for (const id of everOpened) {
        for (const { id: channelId } of channels) {
          const events = heard.filter((one) => one.alertId === id && one.channelId === channelId);
          const said = events.map(({ event, number }) => `${event} ${number}`);
          if (new Set(said).size !== said.length) throw new Error(`told twice: ${said}`);
          const of = (event: string) => events.filter((one) => one.event === event).length;
          if (of('opened') !== of('resolved')) throw new Error(`opened and resolved differ: ${said}`);
          if (of('repeated') > 0 && of('opened') === 0) throw new Error(`repeated without being opened: ${said}`);
        }
      }
      const unresolved = records.alerts.filter(({ resolvedAt }) => resolvedAt === null);
      if (unresolved.length > 0) throw new Error('an alert did not end');
      const unfinished = records.notices.filter(({ state }) => state !== 'sent');
      if (unfinished.length > 0) throw new Error('a notice was left');
    }),
    { numRuns: 300 },
  );
  t.pass('300 histories');
});
