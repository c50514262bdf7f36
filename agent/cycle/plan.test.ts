import fc from 'fast-check';
import t from 'tap';
import { limits } from '../../shared/link.ts';
import { kinds, type RosterRecord } from '../../shared/roster.ts';
import type { Probe } from '../model/probe.ts';
import { idBatches, recordBatches } from './batches.ts';
import { emptiedKind, planCycle } from './plan.ts';
import { earlier, nextCycleAt, type Past } from './schedule.ts';

const entry = (records: number, hash = '1') => ({ records, hash });
const none = new Map<string, number>();

function plan(input: Partial<Parameters<typeof planCycle>[0]> & { probe: Probe }) {
  return planCycle({ remembered: new Map(), known: none, suspects: none, schools: null, ...input });
}

t.test('looks at a bucket when its probe, its baseline or its wanted fields have changed', async (t) => {
  const probe: Probe = new Map([
    ['student:1', entry(5)],
    ['student:2', entry(6)],
    ['school:district', entry(2)],
  ]);
  const keys = (changes: ReturnType<typeof plan>) => changes.map(({ key }) => key);
  t.same(keys(plan({ probe })), ['school:district', 'student:1', 'student:2'], 'nothing remembered: everything');
  t.same(keys(plan({ probe, remembered: probe })), []);
  t.same(keys(plan({ probe, remembered: new Map([...probe, ['student:1', entry(5, '2')]]) })), ['student:1']);
  t.same(keys(plan({ probe, remembered: new Map([...probe, ['student:1', entry(4)]]) })), ['student:1']);
  t.match(plan({ probe, remembered: probe, suspects: new Map([['student:2', 1]]) }), [
    { key: 'student:2', rebuild: true },
  ]);
  t.match(
    plan({ probe, remembered: probe, known: new Map([['student:3', 9]]) }),
    [{ key: 'student:3', entry: undefined, unwanted: false }],
    'a bucket that disappeared',
  );
  t.match(
    plan({ probe, remembered: probe, known: new Map([['student:2', 6]]), schools: ['1'] }),
    [{ key: 'student:2', entry: undefined, unwanted: true }],
    'a school that is no longer wanted',
  );
  t.same(keys(plan({ probe, schools: [] })), ['school:district'], 'schools are always sent');
});

t.test('sends a record after those that it refers to', async (t) => {
  const key = fc.tuple(fc.constantFrom(...kinds), fc.nat(9)).map(([kind, school]) => `${kind}:${school}`);
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.uniqueArray(key), (probed, known) => {
      const probe = new Map(probed.map((name) => [name, entry(1)]));
      const changes = plan({ probe, known: new Map(known.map((name) => [name, 1])) });
      const order = changes.map(({ bucket }) => kinds.indexOf(bucket.kind));
      return (
        new Set(changes.map((change) => change.key)).size === new Set([...probed, ...known]).size &&
        order.every((kind, index) => index === 0 || (order[index - 1] ?? 0) <= kind)
      );
    }),
  );
  t.pass();
});

t.test('does not accept a kind that is empty everywhere without confirmation', async (t) => {
  const known = new Map([
    ['student:1', 5],
    ['student:2', 5],
    ['term:1', 1],
  ]);
  const probe: Probe = new Map([['term:1', entry(1)]]);
  t.match(emptiedKind({ probe, known, schools: null, accepted: new Set() }), {
    code: 'SOURCE_KIND_EMPTY',
    message: /no students at all, where it had 10/,
  });
  t.equal(emptiedKind({ probe, known, schools: null, accepted: new Set(['student']) }), undefined);
  const elsewhere = new Map([...probe, ['student:2', entry(1)]]);
  t.equal(emptiedKind({ probe: elsewhere, known, schools: null, accepted: new Set() }), undefined);
  t.match(
    emptiedKind({ probe: elsewhere, known, schools: ['1'], accepted: new Set() }),
    { code: 'SOURCE_KIND_EMPTY' },
    'students of unwanted schools do not count',
  );
  t.equal(
    emptiedKind({ probe, known, schools: ['3'], accepted: new Set() }),
    undefined,
    'nor those removed on purpose',
  );
  t.equal(
    emptiedKind({ probe: new Map(), known: none, schools: null, accepted: new Set() }),
    undefined,
    'a district that starts out empty',
  );
});

t.test('keeps the next cycle at a distance from the last probe', async (t) => {
  const past: Past = {
    startedAt: 0,
    endedAt: 2000,
    probe: { endedAt: 1000, ms: 1000 },
    failures: 0,
    urgent: false,
    pauseMs: 0,
  };
  const pace = { intervalMs: 60_000, databaseShare: 0.02 };
  t.equal(nextCycleAt(past, pace, 0), 60_000);
  t.equal(nextCycleAt({ ...past, probe: { endedAt: 5000, ms: 4000 } }, pace, 0), 205_000, '50 times its duration');
  t.equal(nextCycleAt({ ...past, urgent: true }, pace, 0), 51_000, 'not even repairs run more often');
  t.equal(nextCycleAt({ ...past, pauseMs: 300_000 }, pace, 0), 302_000);
  t.equal(nextCycleAt({ ...past, failures: 1 }, pace, 0.9999), 2000 + 119_988);
  t.equal(nextCycleAt({ ...past, failures: 1 }, pace, 0), 62_000);
  t.equal(nextCycleAt({ ...past, failures: 20 }, pace, 0.9999), 2000 + 899_910, 'at most a quarter of an hour');
  const hours = 5 * 3_600_000;
  const late = { ...past, startedAt: hours, endedAt: hours + 2000, probe: { endedAt: hours + 1000, ms: 100 } };
  const moved = nextCycleAt(earlier(late, hours), pace, 0);
  t.equal(moved, nextCycleAt(late, pace, 0) - hours, 'does not wait for the hours by which the clock is set back');
});

t.test('batches hold every record once, in order, and fit the connection', async (t) => {
  const record = fc.record({ id: fc.nat().map(String), surname: fc.string({ maxLength: 1000 }) });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 50 }), fc.integer({ min: 1, max: 120 }), (some, times) => {
      const records = Array.from({ length: times }, () => some)
        .flat()
        .map((item) => ({ record: item as unknown as RosterRecord, characters: JSON.stringify(item).length }));
      const batches = [...recordBatches(records)];
      return (
        batches.flat().every((item, index) => item === records[index]) &&
        batches.flat().length === records.length &&
        batches.every((batch) => batch.length > 0 && batch.length <= limits.maxBatchRecords) &&
        batches.every((batch) => batch.length === 1 || JSON.stringify(batch).length < limits.maxMessageBytes / 4)
      );
    }),
    { numRuns: 30 },
  );
  const ids = Array.from({ length: 4001 }, (_, index) => `${index}`);
  t.same(
    [...idBatches(ids)].map((batch) => batch.length),
    [2000, 2000, 1],
  );
  t.same([...recordBatches([])], []);
});
