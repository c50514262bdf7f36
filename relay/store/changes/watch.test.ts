/** What wakes provisioning: changes of other processes at the next look, and of this one with a hint. */
import { join } from 'node:path';
import t from 'tap';
import { createLog } from '../../log/log.ts';
import { addTenant, testProfile } from '../../testing/relay-double.ts';
import { StoppedClock } from '../../testing/stopped-clock.ts';
import { removeProfile, setProfile } from '../profiles/profiles.ts';
import { requestRun } from '../runs/run-control.ts';
import { openStore } from '../store.ts';
import { type Change, changesSince, type Marks } from './marks.ts';
import { watchChanges } from './watch.ts';

const none: Marks = { profiles: new Map(), decisions: new Map(), requests: new Map() };

t.test('a change follows from two readings', async (t) => {
  const profiles = (mark: string): Marks => ({ ...none, profiles: new Map([['a', mark]]) });
  const decided = (time: string): Marks => ({ ...none, decisions: new Map([['a', time]]) });
  const asked = (starts: number, cancels: number, restarts: number, people = 0): Marks => ({
    ...none,
    requests: new Map([['a', { starts, cancels, restarts, people }]]),
  });
  const what = (before: Marks, now: Marks) => changesSince(before, now).map((change) => change.what);
  t.same(what(profiles('1'), profiles('1')), []);
  t.same(what(profiles('1'), profiles('2')), ['profiles']);
  t.same(what(profiles('1'), none), ['profiles'], 'the last profile is gone');
  t.same(what(none, decided('2026-01-01')), ['decisions']);
  t.same(what(decided('2026-01-02'), decided('2026-01-01')), [], 'what was decided last has been carried out');
  t.same(what(none, asked(1, 0, 0)), ['start']);
  t.same(what(asked(1, 1, 0), asked(2, 2, 0)), ['cancel', 'start'], 'one that is cancelled begins again');
  t.same(what(asked(1, 1, 0), asked(2, 2, 1)), ['restart']);
  t.same(what(asked(1, 0, 0), asked(1, 0, 0, 1)), ['people']);
});

t.test('what another process changes is found at the next look, and at once with a hint', async (t) => {
  const file = join(t.testdir(), 'hallpass.db');
  const [store, other] = [await openStore(file), await openStore(file)];
  const stop = new AbortController();
  const clock = new StoppedClock();
  const { id } = await addTenant({ store }, 'contoso');
  await other.withTenant(id, (scope) => setProfile(scope, testProfile, new Date(0)));
  const changes: Change[] = [];
  const watch = watchChanges({
    store,
    clock,
    log: createLog('json', process.stderr),
    watchMs: 2000,
    changed: (change) => changes.push(change),
    random: () => 0.5,
    signal: stop.signal,
  });
  t.teardown(async () => {
    stop.abort();
    await watch.ended;
    await store.close();
    await other.close();
  });
  const seen = async (count: number) => {
    while (changes.length < count) await new Promise(setImmediate);
    return changes;
  };
  while (clock.sleeping === 0) await new Promise(setImmediate);
  t.same(changes, [], 'what was there before is no change');
  await other.withTenant(id, (scope) => requestRun(scope, 'starts'));
  clock.pass(2000);
  t.same(await seen(1), [{ tenantId: id, what: 'start' }]);
  await store.withTenant(id, (scope) => removeProfile(scope, testProfile.name));
  watch.hint();
  t.same((await seen(2)).slice(1), [{ tenantId: id, what: 'profiles' }], 'the clock stands still');
  t.equal(watch.trouble, undefined);
});
