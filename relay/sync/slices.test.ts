/** What one plan may not do, several may not do within a day: slices of a mass removal, on the Microsoft simulator. */
import t, { type Test } from 'tap';
import { timestamp } from '../../shared/clock.ts';
import { decide } from '../app/commands/holds.ts';
import { addDays } from '../plan/decisions.ts';
import { guardSchema } from '../profile/guards.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { readHolds } from '../store/guard/holds.ts';
import { readRecentChanges } from '../store/guard/recent-changes.ts';
import { type District, openDistrict } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';
import { lacking, roster, students } from '../testing/losses.ts';

const matched = { students: 'match', teachers: 'match' } as const;
const hour = 3_600_000;
const share = 'removeMember:1:share';

async function open(t: Test, furnish?: (profile: Profile) => Partial<Profile>): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode: matched, students, accounts: true });
  t.teardown(() => district.close());
  district.profile = { ...district.profile, ...furnish?.(district.profile) };
  await district.commit(roster);
  await district.run();
  return district;
}

async function lose(district: District, gone: Partial<Record<string, number>>) {
  await district.commit(lacking(gone));
  return await district.run();
}

async function memberships(district: District): Promise<number> {
  const { class: classes } = await district.dump();
  return classes.reduce((sum, one) => sum + (one.members?.length ?? 0), 0);
}

const holdsOf = ({ store, tenantId }: District) => store.withTenant(tenantId, (scope) => readHolds(scope));
const recentOf = ({ store, tenantId }: District) => store.withTenant(tenantId, readRecentChanges);

async function approve(district: District, key: string): Promise<void> {
  const until = addDays(timestamp(district.clock), 7);
  const tenant = district.tenantId;
  await decide(district, { kind: 'terminal', user: 'kim' }, { tenant, state: 'approved', key, until });
}

t.test('slices within 24 hours are held together, and time alone does not let them pass', async (t) => {
  const district = await open(t);
  t.match(await lose(district, { '1': 7 }), { done: 7, held: 0 });
  district.clock.advance(9 * hour);
  district.restart();
  t.match(await lose(district, { '1': 14, '2': 14 }), { done: 7 + 14, held: 0 });
  district.clock.advance(9 * hour);
  t.match(await lose(district, { '1': 21, '2': 14 }), { done: 0, held: 7 });
  const reason =
    '7 class memberships of the school would end, after 14 within 24 hours: 21 of 183 (11 %); the limit is 10 %.';
  t.match(await holdsOf(district), [{ key: share, count: 7, there: 169, earlier: 14, reason }]);
  for (const _ of [1, 2, 3]) {
    district.clock.advance(20 * hour);
    district.restart();
    t.match(await district.run(), { done: 0, held: 7 }, 'nobody has approved it');
  }
  t.match(await holdsOf(district), [{ key: share, earlier: 14, reason }]);

  await approve(district, share);
  t.match(await district.run(), { done: 7, held: 0 });
  t.same(await holdsOf(district), []);
  t.match(await lose(district, { '1': 21 + 15, '2': 14 }), { done: 15, held: 0 }, 'what was approved counts no longer');
  t.match(await lose(district, { '1': 21 + 15 + 6, '2': 14 }), { done: 0, held: 6 }, 'what came since counts');
});

t.test('slices that are more than a day apart pass, and what is older is forgotten', async (t) => {
  const district = await open(t);
  for (const gone of [15, 30, 45]) {
    t.match(await lose(district, { '1': gone }), { done: 15, held: 0 });
    district.clock.advance(25 * hour);
  }
  t.match(await lose(district, { '1': 46 }), { done: 1 });
  t.match(await recentOf(district), [{ inSchool: 1 }], 'only the last day is kept');
});

t.test('what is under way counts while something is planned again', async (t) => {
  const district = await open(t);
  await district.commit(lacking({ '1': 20 }));
  const edit = async () => await district.commit(lacking({ '1': 27 }));
  const before = await memberships(district);
  await district.run({ meanwhile: { after: 2, edit } });
  const [hold] = await holdsOf(district);
  const { count = 0, earlier = 0 } = hold ?? {};
  t.ok(earlier > 0, `${earlier} were under way`);
  t.equal(count + earlier, 27);
  t.equal(await memberships(district), before - earlier);
});

t.test('all profiles of a district lose together, and each school for itself', async (t) => {
  const guards = guardSchema.parse({ removals: { total: 20 } });
  const district = await open(t, () => ({ name: 'east', schools: ['1'], guards }));
  district.others = [parseProfile({ ...district.profile, name: 'west', schools: ['2'] }, 'west')];
  await district.run();
  await lose(district, { '1': 12, '2': 8 });
  t.same(await holdsOf(district), []);
  const before = await memberships(district);
  t.match(await lose(district, { '1': 12, '2': 9 }), { done: 0 });
  t.match(await holdsOf(district), [
    {
      profile: 'west',
      key: 'removeMember:district:total',
      count: 1,
      earlier: 20,
      reason: '1 class memberships in 1 schools would end, after 20 within 24 hours: 21 together; the limit is 20.',
    },
  ]);
  t.equal(await memberships(district), before);
  await approve(district, 'removeMember:district:total');
  await district.run();
  t.same(await holdsOf(district), []);
  await lose(district, { '1': 20, '2': 22 });
  t.match(await holdsOf(district), [{ count: 13, earlier: 8 }], 'counting begins anew');
  const [east] = await recentOf(district);
  t.match(east, { schoolId: '1', inSchool: 20, inDistrict: 8 }, 'the total was approved, not what a school may lose');
});

t.test('killed at any point, nothing is counted twice and nothing is forgotten', async (t) => {
  for (const killedAfterWrites of takesAll ? [3, 5, 6] : [5]) {
    const district = await open(t);
    await district.commit(lacking({ '1': 20 }));
    await district.run({ killedAfterWrites }).catch(() => undefined);
    district.restart();
    t.match(await district.run(), { held: 0, failed: 0 }, `killedAfterWrites ${killedAfterWrites}`);
    t.match(await recentOf(district), [{ kind: 'removeMember', schoolId: '1', inSchool: 20, inDistrict: 20 }]);
    t.match(await lose(district, { '1': 21 }), { held: 1 });
  }
});

t.test('an approval covers what is left after a kill, and none of it counts', async (t) => {
  const district = await open(t);
  t.match(await lose(district, { '1': 40 }), { held: 40 });
  await approve(district, share);
  await t.rejects(district.run({ killedAfter: 4 }), { message: 'killed' });
  district.restart();
  t.match(await district.run(), { held: 0, failed: 0 });
  t.same(await holdsOf(district), []);
  t.same(await recentOf(district), []);
});

t.test('an approval is over when all of it is done, though the run was killed before its end', async (t) => {
  const district = await open(t);
  await lose(district, { '1': 20 });
  t.match(await lose(district, { '1': 21 }), { held: 1 });
  await approve(district, share);
  let [hold] = await holdsOf(district);
  // Each one comes one step further.
  for (let killedAfterWrites = 3; hold?.carriedOut === 0; killedAfterWrites += 1) {
    await district.run({ killedAfterWrites }).catch(() => undefined);
    [hold] = await holdsOf(district);
  }
  t.match(hold, { state: 'approved', carriedOut: 1 });
  district.restart();
  t.match(await lose(district, { '1': 21 + 10 }), { done: 10, held: 0 });
  t.same(await holdsOf(district), []);
});

t.test('an approval that Graph keeps from its end covers no later removals', async (t) => {
  const district = await open(t);
  t.match(await lose(district, { '1': 40 }), { held: 40 });
  await approve(district, share);
  const { faults } = district.microsoft;
  faults.add({ match: { method: 'DELETE', path: '/members/' }, kind: '500', times: 5000, skip: 39, delay: 0 });
  t.match(await district.run(), { done: 39, failed: 1 });
  faults.clear();
  t.match(await holdsOf(district), [{ key: share, state: 'approved', decidedCount: 40, carriedOut: 39 }]);
  t.match(await lose(district, { '1': 40 + 25 }), { held: 26, done: 0 }, '40 and a tenth');
  t.match(await holdsOf(district), [{ key: share, state: 'waiting', count: 26, carriedOut: 0 }]);
});

t.test('a preview counts nothing, and limits that are changed meanwhile hold for the whole day', async (t) => {
  const district = await open(t);
  const enabled = district.profile;
  district.profile = { ...enabled, state: 'preview' };
  t.match(await lose(district, { '1': 15 }), { state: 'preview', held: 0 });
  t.same(await recentOf(district), []);
  district.profile = enabled;
  t.match(await district.run(), { done: 15 });
  district.profile = { ...enabled, guards: guardSchema.parse({ removals: { percent: 5, above: 5 } }) };
  district.restart();
  t.match(await lose(district, { '1': 16 }), { held: 1 });
  district.profile = { ...enabled, guards: guardSchema.parse({ removals: { percent: 100 } }) };
  district.restart();
  t.match(await district.run(), { held: 0, done: 1 });
});

t.test('who is removed and added again and again is removed each time', async (t) => {
  const district = await open(t);
  for (const _ of [1, 2]) {
    t.match(await lose(district, { '1': 10 }), { done: 10, held: 0 });
    t.match(await lose(district, {}), { held: 0 });
  }
  t.match(await lose(district, { '1': 10 }), { held: 10 });
});

t.test('a clock that was ahead and is set back delays nobody for longer than a day', async (t) => {
  const district = await open(t);
  district.clock.advance(1000 * hour);
  t.match(await lose(district, { '1': 15 }), { done: 15 });
  district.clock.advance(-1000 * hour);
  t.match(await lose(district, { '1': 30 }), { held: 15 });
  t.match(await lose(district, { '1': 15 }), { held: 0 }, 'its cause is gone');
  district.clock.advance(25 * hour);
  t.match(await lose(district, { '1': 30 }), { done: 15, held: 0 });
});
