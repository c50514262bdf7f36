/** Audit log and journal as they are kept: in order, append-only the one, of bounded size the other. */
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { changesBetween, readAudit, writeAudit } from '../audit/audit.ts';
import type { TenantScope } from '../store.ts';
import { createTenant } from '../tenants/system.ts';
import { beginRun, finishRun, type JournalEntry, lastRun, noteFailure, readIntents, writeJournal } from './journal.ts';
import { findRun, listRuns, operationsOf, pruneJournal } from './run-history.ts';

const at = '2026-09-01T08:00:00.000Z';

async function setUp(t: Test) {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const given = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  const { id } = await store.system((scope) => createTenant(scope, given, new Date(at)));
  return <T>(fn: (scope: TenantScope) => Promise<T>) => store.withTenant(id, fn);
}

function entry(runId: string, key: string, state: JournalEntry['state'] = 'done'): JournalEntry {
  const id = `${runId}-${key}`;
  return { id, runId, kind: 'createClass', key, reason: 'new', before: undefined, after: { key }, state };
}

const done = { state: 'success', done: 1, failed: 0, held: 0, problems: 0 } as const;

t.test('the audit log keeps the order of what was done, and nothing is changed or taken away', async (t) => {
  const inTenant = await setUp(t);
  await inTenant(async (scope) => {
    for (let index = 0; index < 20; index += 1) {
      await writeAudit(scope, { at, who: 'kim', action: 'link.set', detail: { index }, note: null, actor: null });
    }
  });
  const entries = await inTenant((scope) => readAudit(scope, { limit: 20 }));
  t.same(
    entries.map(({ detail }) => detail),
    Array.from({ length: 20 }, (_, index) => ({ index: 19 - index })),
  );
  for (const statement of [sql`delete from audit`, sql`update audit set who = 'nobody'`]) {
    await t.rejects(
      inTenant(({ db }) => statement.execute(db)),
      /the audit log can only grow/,
    );
  }
  t.equal((await inTenant((scope) => readAudit(scope, { limit: 99 }))).length, 20);
  t.same(await inTenant((scope) => readAudit(scope, { since: '2026-09-02', limit: 99 })), []);
});

t.test('of two states of a thing the log tells what differs', (t) => {
  t.same(changesBetween({ a: 1, b: [1] }, { a: 2, b: [1] }), { a: { before: 1, after: 2 } });
  t.same(changesBetween(undefined, { a: 1 }), { a: { before: null, after: 1 } });
  t.same(changesBetween({ a: 1 }, {}), { a: { before: 1, after: null } });
  t.end();
});

t.test('runs and operations of one millisecond stay in order, whatever was answered first', async (t) => {
  const inTenant = await setUp(t);
  await inTenant(async (scope) => {
    const first = await beginRun(scope, 'p', { createClass: 3 }, at);
    await writeJournal(
      scope,
      ['class:3', 'class:1', 'class:2'].map((key) => entry(first, key, 'intent')),
      at,
    );
    const error = { code: 'GRAPH_REJECTED', message: 'no' };
    await writeJournal(scope, [{ ...entry(first, 'class:2', 'failed'), error }, entry(first, 'class:3')], at);
    await finishRun(scope, first, { ...done, state: 'errors', problems: 2 }, at);
    await beginRun(scope, 'q', {}, at);

    t.match(await listRuns(scope, { limit: 9 }), [
      { number: 2, profile: 'q', state: 'running', finishedAt: null },
      { number: 1, profile: 'p', state: 'errors', problems: 2, planned: { createClass: 3 } },
    ]);
    t.match(await listRuns(scope, { limit: 9, profile: 'p' }), [{ number: 1 }]);
    t.equal((await findRun(scope, '1')).id, (await findRun(scope, first)).id);
    await t.rejects(findRun(scope, '7'), { code: 'RUN_UNKNOWN' });
    t.match(await operationsOf(scope, first), [
      { key: 'class:3', state: 'done', before: null, after: { key: 'class:3' } },
      { key: 'class:1', state: 'intent' },
      { key: 'class:2', state: 'failed', error },
    ]);
    t.match(await operationsOf(scope, first, { failed: true }), [{ key: 'class:1' }, { key: 'class:2' }]);
  });
});

t.test('a run that fails says why, also when it had not begun', async (t) => {
  const inTenant = await setUp(t);
  await inTenant(async (scope) => {
    const why = { code: 'GRAPH_SIGN_IN_REFUSED', message: 'no consent' };
    const run = await beginRun(scope, 'p', { createClass: 1 }, at);
    await writeJournal(scope, [entry(run, 'class:1')], at);
    await noteFailure(scope, 'p', why, at);
    await noteFailure(scope, 'p', why, at);
    t.match(await listRuns(scope, { limit: 9 }), [
      { number: 2, state: 'failed', done: 0, finishedAt: at, error: why },
      { number: 1, state: 'failed', done: 1, finishedAt: at, error: why },
    ]);
  });
});

t.test('old runs are forgotten, but not what is unanswered and not the last of a profile', async (t) => {
  const inTenant = await setUp(t);
  const recent = '2027-01-01T00:00:00.000Z';
  await inTenant(async (scope) => {
    for (const [profile, when, state] of [
      ['p', at, 'done'],
      ['p', at, 'intent'],
      ['q', at, 'done'],
      ['p', recent, 'done'],
    ] as const) {
      const run = await beginRun(scope, profile, {}, when);
      await writeJournal(scope, [entry(run, 'class:1', state), entry(run, 'class:2')], when);
      await finishRun(scope, run, done, when);
    }
  });
  t.equal(await inTenant((scope) => pruneJournal(scope, '2026-12-01')), false);
  await inTenant(async (scope) => {
    const runs = await listRuns(scope, { limit: 9 });
    t.same(
      runs.map(({ number }) => number),
      [4, 3, 2],
    );
    t.match(await operationsOf(scope, runs[2]?.id ?? ''), [{ key: 'class:1', state: 'intent' }]);
    t.equal((await operationsOf(scope, runs[1]?.id ?? '')).length, 2);
    t.equal((await readIntents(scope)).length, 1);
    t.match(await lastRun(scope, 'q'), { startedAt: at });
  });
});
