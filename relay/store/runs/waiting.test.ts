/** What waits, as it is kept: until it is done, planned again, or gone. */
import t, { type Test } from 'tap';
import type { WaitReason } from '../../model/waiting.ts';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { testProfile } from '../../testing/relay-double.ts';
import { removeProfile } from '../profiles/profiles.ts';
import type { TenantScope } from '../store.ts';
import { createTenant } from '../tenants/system.ts';
import { removeTenant } from '../tenants/tenants.ts';
import { beginRun, endOpenRuns, finishRun, noteFailure } from './journal.ts';
import { listRuns } from './run-history.ts';
import {
  endProgress,
  endWaiting,
  type NumberedWaiting,
  noteProgress,
  readProgress,
  readWaiting,
  replaceWaiting,
} from './waiting.ts';

const at = '2026-09-01T08:00:00.000Z';
const until = '2026-09-01T08:05:00.000Z';
const profile = testProfile.name;

async function setUp(t: Test) {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const given = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  const { id } = await store.system((scope) => createTenant(scope, given, new Date(at)));
  const inTenant = <T>(fn: (scope: TenantScope) => Promise<T>) => store.withTenant(id, fn);
  const things = () => inTenant(async (scope) => (await readWaiting(scope)).map(({ key }) => key));
  return { inTenant, things };
}

function operation(number: number, key: `class:${string}`, reason: WaitReason): NumberedWaiting {
  return { number, kind: 'addMembers', key, people: ['students:10'], brings: `members:${key.slice(6)}`, reason };
}

const reasons: WaitReason[] = [
  { for: 'need', thing: 'class:1' },
  { for: 'missing', thing: 'students:10' },
  { for: 'look', doubt: 'lost', until },
  { for: 'team', until },
  { for: 'retry', code: 'GRAPH_THROTTLED', until },
  { for: 'hold', hold: 'removeMember:1:share' },
];

t.test('every reason is read as it was written, and what is replaced is gone', async (t) => {
  const { inTenant } = await setUp(t);
  const runId = await inTenant((scope) => beginRun(scope, profile, {}, at));
  const rows = reasons.map((reason, number) => operation(number, `class:${number}`, reason));
  await inTenant((scope) =>
    replaceWaiting(scope, { runId, profile }, [...rows, operation(9, 'class:9', reasons[0] as WaitReason)]),
  );
  await inTenant((scope) => replaceWaiting(scope, { runId, profile }, rows));
  const expected = rows.map(({ number: _number, ...rest }) => ({ ...rest, runId, profile }));
  t.same(await inTenant((scope) => readWaiting(scope, runId)), expected);
});

t.test('what is done waits no longer, nor does what waited for it', async (t) => {
  const { inTenant, things } = await setUp(t);
  const runId = await inTenant((scope) => beginRun(scope, profile, {}, at));
  await inTenant((scope) =>
    replaceWaiting(scope, { runId, profile }, [
      operation(1, 'class:1', { for: 'team', until }),
      operation(2, 'class:2', { for: 'need', thing: 'class:1' }),
      operation(3, 'class:3', { for: 'need', thing: 'class:4' }),
    ]),
  );
  await inTenant((scope) => endWaiting(scope, runId, [1], ['class:1']));
  t.same(await things(), ['class:3']);
});

t.test('with the next run, a failure, a pause, the profile and the district it is gone', async (t) => {
  const { inTenant, things } = await setUp(t);
  const fill = async () => {
    const runId = await inTenant((scope) => beginRun(scope, profile, {}, at));
    t.same(await things(), [], 'a run begins with nothing that waits');
    const rows = [operation(1, 'class:1', { for: 'team', until })];
    await inTenant((scope) => replaceWaiting(scope, { runId, profile }, rows));
    await inTenant((scope) => replaceWaiting(scope, { runId: '', profile: '' }, rows));
    await inTenant((scope) => noteProgress(scope, progress));
    return runId;
  };
  const progress = {
    at,
    waiting: { needs: 1, lane: 2, moment: 3, turn: 4, answer: 5, plan: 6, time: 7 },
    perMinute: 8,
  };
  await fill();
  t.same(await inTenant(readProgress), progress);
  await inTenant((scope) => endOpenRuns(scope, 'paused', at));
  t.same(await things(), []);
  t.equal(await inTenant(readProgress), undefined);

  await fill();
  await inTenant((scope) => noteFailure(scope, profile, { code: 'X', message: 'x' }, at));
  t.same(await things(), ['class:1'], 'of the killed run');
  await inTenant((scope) => endOpenRuns(scope, 'failed', at));

  const runId = await fill();
  const counts = { state: 'success', done: 0, failed: 0, held: 0, waiting: 5, problems: 0 } as const;
  await inTenant((scope) => finishRun(scope, runId, counts, at));
  await inTenant((scope) => endOpenRuns(scope, 'failed', at));
  t.same(await things(), ['class:1'], 'what an ended run left waiting, waits');
  t.match(await inTenant((scope) => listRuns(scope, { limit: 1 })), [{ waiting: 5 }]);
  await inTenant((scope) => removeProfile(scope, profile));
  t.same(await things(), []);

  await fill();
  await inTenant(endProgress);
  t.equal(await inTenant(readProgress), undefined);
  await inTenant(removeTenant);
  t.same(await things(), []);
});
