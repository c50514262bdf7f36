/** Blackouts: nothing is written on their days, by no run, and what has come meanwhile is written afterwards. */
import t from 'tap';
import { addBlackout, removeBlackout } from '../store/runs/blackouts.ts';
import { type District, smallRoster } from '../testing/district.ts';
import { districtToServe, startLoop } from '../testing/live-loop.ts';

const day = 86_400_000;
const dateAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

async function blackout({ store, tenantId }: District, from: string, to = from): Promise<string> {
  const given = { from, to, reason: 'Exams', addedAt: '2026-12-01T00:00:00Z', addedBy: 'kim' };
  return (await store.withTenant(tenantId, (scope) => addBlackout(scope, given))).id;
}

t.test('the loop rests, keeps what arrives, and writes it when the blackout is over', async (t) => {
  const district = await districtToServe(t, 6);
  const { store, tenantId, clock, microsoft } = district;
  await district.commit(smallRoster(6));
  // The loop's clock jumps over its pauses, so the end comes by removal.
  const id = await blackout(district, dateAt(clock.now() - day), '9999-12-31');
  const loop = await startLoop(t, district);
  await loop.event('run.resting');
  t.match(loop.log(), /nothing is provisioned: there is a blackout through 9999-12-31 \(Exams\)/);
  await district.commit(smallRoster(6).map((one) => (one.kind === 'student' ? { ...one, grade: '10' } : one)));
  loop.wake(tenantId);
  t.equal(microsoft.stats.requests, 0);
  t.same(await loop.runs(), []);
  await store.withTenant(tenantId, (scope) => removeBlackout(scope, id));
  loop.wake(tenantId);
  await loop.event('run.finished');
  const { user, class: classes } = await district.dump();
  t.equal(classes.length, 6);
  t.equal(user.filter((one) => (one.student as { grade?: string } | undefined)?.grade === '10').length, 6);
});

t.test('a blackout that is added ends a run under way between two batches', async (t) => {
  const district = await districtToServe(t, 200);
  const { store, tenantId, clock, microsoft } = district;
  await district.commit(smallRoster(200));
  const loop = await startLoop(t, district);
  while (microsoft.stats.writes < 20) await new Promise(setImmediate);
  const id = await blackout(district, dateAt(clock.now()), '9999-12-31');
  loop.wake(tenantId);
  await loop.event('run.resting');
  const { writes } = microsoft.stats;
  t.ok(writes < 400, `${writes} writes until then`);
  t.match((await loop.runs())[0], { state: 'replaced', done: writes });
  await store.withTenant(tenantId, (scope) => removeBlackout(scope, id));
  loop.wake(tenantId);
  t.match(await loop.runThat(({ number }) => number >= 2), { state: 'success', failed: 0 });
  t.equal(microsoft.stats.byPath.get('POST /education/classes'), 6, 'nothing was created twice');
});

t.test('a run that goes on past midnight stops when the first day begins', async (t) => {
  const district = await districtToServe(t, 200);
  const { clock, microsoft } = district;
  await district.commit(smallRoster(200));
  const tomorrow = dateAt(clock.now() + day);
  await blackout(district, tomorrow);
  let before = 0;
  const untilMidnight = Date.parse(tomorrow) - clock.now();
  const edit = async () => {
    before = microsoft.stats.writes;
    clock.advance(untilMidnight);
  };
  // The directory is read before anything is written.
  t.match(await district.run({ meanwhile: { after: 20, edit } }), { state: 'replaced' });
  t.ok(before > 0, `${before} writes before midnight`);
  // The batch that was on its way arrives.
  t.ok(microsoft.stats.writes - before <= 40, `${microsoft.stats.writes - before} writes after it`);
  const { writes } = microsoft.stats;
  t.match(await district.run(), { state: 'replaced', done: 0 }, 'even a turn that begins nevertheless writes nothing');
  t.equal(microsoft.stats.writes, writes);

  clock.advance(day);
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.equal((await district.dump()).class.length, 6);
  t.equal(microsoft.stats.byPath.get('POST /education/classes'), 6);
});
