/** What runs did, by kind and day, as pages show it. */
import t from 'tap';

import { openFreshStore } from '../../testing/fresh-store.ts';
import { createTenant } from '../tenants/system.ts';
import { beginRun, finishRun, type JournalEntry, writeJournal } from './journal.ts';
import { readDayCounts, readProblemDays, readRunCounts, readRunDays } from './run-counts.ts';
import { operationsOf, pruneJournal } from './run-history.ts';

const done = { state: 'success', done: 3, failed: 1, held: 0, problems: 2 } as const;

t.test('outcomes are counted once, by kind and day, and go with their run', async (t) => {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const given = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  const { id } = await store.system((scope) => createTenant(scope, given, new Date('2026-09-01')));
  const inTenant = <T>(fn: Parameters<typeof store.withTenant<T>>[1]) => store.withTenant(id, fn);
  const entry = (runId: string, key: string, state: JournalEntry['state']): JournalEntry => ({
    ...{
      id: `${runId}-${key}`,
      runId,
      kind: 'createClass',
      key,
      reason: 'new',
      before: undefined,
      after: { key },
      state,
    },
    ...(state === 'failed' && { error: { code: 'GRAPH_REJECTED', message: 'No.', requestId: 'r-7' } }),
  });
  const run = await inTenant((scope) => beginRun(scope, 'p', { createClass: 4 }, '2026-09-01T08:00:00.000Z'));
  const write = (entries: readonly JournalEntry[]) =>
    inTenant((scope) => writeJournal(scope, entries, '2026-09-01T08:00:01.000Z'));
  await write(['class:1', 'class:2', 'class:3', 'class:4'].map((key) => entry(run, key, 'intent')));
  t.same(await inTenant((scope) => readRunCounts(scope, run)), [], 'what has no answer is neither done nor failed');
  await write([entry(run, 'class:1', 'done'), entry(run, 'class:2', 'done'), entry(run, 'class:4', 'failed')]);
  await write([entry(run, 'class:3', 'done')]);
  t.same(await inTenant((scope) => readRunCounts(scope, run)), [{ kind: 'createClass', done: 3, failed: 1 }]);
  await inTenant((scope) => finishRun(scope, run, done, '2026-09-01T08:00:30.000Z'));
  const second = await inTenant((scope) => beginRun(scope, 'p', {}, '2026-09-02T08:00:00.000Z'));
  await inTenant((scope) => finishRun(scope, second, { ...done, done: 0, problems: 5 }, '2026-09-02T08:00:09.000Z'));

  const since = '2026-09-01';
  t.same(await inTenant((scope) => readDayCounts(scope, since)), [
    { day: '2026-09-01', kind: 'createClass', done: 3, failed: 1 },
  ]);
  t.same(await inTenant((scope) => readDayCounts(scope, '2026-09-02')), []);
  t.same(await inTenant((scope) => readRunDays(scope, since)), [
    { day: '2026-09-01', runs: 1, seconds: { mean: 30, most: 30 } },
    { day: '2026-09-02', runs: 1, seconds: null },
  ]);
  t.same(await inTenant((scope) => readProblemDays(scope, since)), [
    { day: '2026-09-01', problems: 2 },
    { day: '2026-09-02', problems: 5 },
  ]);
  const failed = await inTenant((scope) => operationsOf(scope, run, { failed: true, kind: 'createClass' }));
  t.match(failed, [{ key: 'class:4', error: { code: 'GRAPH_REJECTED', requestId: 'r-7' } }]);
  t.same(await inTenant((scope) => operationsOf(scope, run, { kind: 'createUser' })), []);

  while (await inTenant((scope) => pruneJournal(scope, '2026-10-01')));
  t.same(await inTenant((scope) => readRunCounts(scope, run)), []);
});
