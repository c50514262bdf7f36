/** "sync cancel", "sync now" and "sync restart": nothing is lost, and nothing duplicated. */
import t from 'tap';
import { readDirectoryState } from '../store/directory/mirror.ts';
import { requestRun } from '../store/runs/run-control.ts';
import { smallRoster } from '../testing/district.ts';
import { districtToServe, startLoop } from '../testing/live-loop.ts';

t.test('cancelled, started, and restarted', async (t) => {
  const district = await districtToServe(t, 200);
  const { store, tenantId, microsoft } = district;
  await district.commit(smallRoster(200));
  const loop = await startLoop(t, district);

  while (microsoft.stats.writes < 20) await new Promise(setImmediate);
  // A wake-up before the cancellation does not start another run.
  loop.wake(tenantId);
  loop.cancel(tenantId);
  const cancelled = await loop.ended(1);
  t.equal(cancelled.state, 'cancelled');
  t.ok(microsoft.stats.writes < 400, `${microsoft.stats.writes} writes until then`);
  t.equal(cancelled.done, microsoft.stats.writes, 'every answer is in the journal');
  loop.cancel(tenantId);

  // The clock of the test jumps over every wait.
  await loop.ended(2);
  const second = (await loop.runs()).find(({ number }) => number === 2);
  t.match(second, { state: 'success', failed: 0 });
  const waited = Date.parse(second?.startedAt ?? '') - Date.parse(cancelled.finishedAt ?? '');
  t.ok(waited >= 15 * 60_000, `the next run began after ${waited} ms, and not because of the earlier wake-up`);
  t.equal((await district.dump()).class.length, 6);
  const { writes } = microsoft.stats;

  const adoptedAt = async () => (await store.withTenant(tenantId, readDirectoryState)).adoptedAt;
  const before = await adoptedAt();
  await store.withTenant(tenantId, (scope) => requestRun(scope, 'restarts'));
  loop.cancel(tenantId);
  loop.wake(tenantId);
  for (let now = before; now === before || now === undefined; now = await adoptedAt()) await new Promise(setImmediate);
  // The cancellation may have hit an idle run.
  while ((await loop.ended(3))?.state !== 'success') await new Promise(setImmediate);
  t.ok((await loop.runs()).filter(({ number }) => number > 2).every(({ done }) => done === 0));
  t.equal(microsoft.stats.writes, writes, 'everything was read and checked again, and nothing written twice');
});
