/** Holds and previews, end to end: the Microsoft simulator shows what was really done. */

import t, { type Test } from 'tap';
import { timestamp } from '../../shared/clock.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { decide as decideAs, type HoldDecision } from '../app/commands/holds.ts';
import { addDays } from '../plan/decisions.ts';
import { guardSchema } from '../profile/guards.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { readLinks } from '../store/accounts/links.ts';
import { readAudit } from '../store/audit/audit.ts';
import { readHolds } from '../store/guard/holds.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { lastRun } from '../store/runs/journal.ts';
import { type District, openDistrict, profileFor, smallRoster } from '../testing/district.ts';

/** 60 in each of two schools, with three enrollments each. */
const students = 120;
const roster = smallRoster(students);

async function open(t: Test, how: 'match' | 'create' = 'match'): Promise<District> {
  const mode = { students: how, teachers: how };
  const dir = t.testdir();
  const district = await openDistrict({ dir, mode, students: students + 1, accounts: how === 'match' });
  t.teardown(() => district.close());
  await district.commit(roster);
  return district;
}

/** The roster without every enrollment that the test does not keep. */
function without(records: readonly RosterRecord[], gone: (index: number, schoolId: string) => boolean): RosterRecord[] {
  let index = 0;
  return records.filter((record) => {
    if (record.kind !== 'studentEnrollment') return true;
    index += 1;
    return !gone(index, record.schoolId);
  });
}

const newStudent: RosterRecord[] = [
  { kind: 'student', id: `1${students}`, schoolId: '1', studentNumber: String(4000 + students), grade: '9' },
  { kind: 'studentEnrollment', id: '399999', schoolId: '1', sectionId: '50', studentId: `1${students}` },
];

async function memberships(district: District): Promise<number> {
  const { class: classes } = await district.dump();
  return classes.reduce((sum, one) => sum + (one.members?.length ?? 0), 0);
}

const holdsOf = (district: District) => district.store.withTenant(district.tenantId, (scope) => readHolds(scope));

function decide(district: District, key: string | undefined, decision: Partial<HoldDecision> = {}) {
  const until = addDays(timestamp(district.clock), 7);
  const asked = { tenant: district.tenantId, state: 'approved', key, until, ...decision } as const;
  return decideAs(district, { kind: 'terminal', user: 'kim' }, asked);
}

t.test(
  '40 % of the enrollments vanish: removals are held, new students are added, an approval carries them out',
  async (t) => {
    const district = await open(t);
    t.match(await district.run(), { state: 'success', held: 0 }, 'the first run is no mass change');
    const before = await memberships(district);
    const shrunk = [...without(roster, (index) => index % 5 < 2), ...newStudent];
    await district.commit(shrunk);

    t.match(await district.run(), { state: 'success', held: 144, failed: 0 });
    t.equal(await memberships(district), before + 1, 'nobody was removed, the new student is there');
    const holds = await holdsOf(district);
    t.match(holds, [
      {
        key: 'removeMember:1:sourceDrop',
        state: 'waiting',
        count: 72,
        there: 183,
        reason: /71 of 180 student enrollments/,
      },
      { key: 'removeMember:2:sourceDrop', state: 'waiting', count: 72 },
    ]);
    t.match(await district.store.withTenant(district.tenantId, (scope) => lastRun(scope)), { held: 144 });
    const { writes } = district.microsoft.stats;
    t.match(await district.run(), { held: 144, done: 0 }, 'a second run holds the same');
    t.equal(district.microsoft.stats.writes, writes);
    t.equal((await holdsOf(district))[0]?.firstSeen, holds[0]?.firstSeen);

    await decide(district, 'removeMember:1:sourceDrop');
    t.match(await district.run(), { state: 'success', done: 72, held: 72 });
    t.same(
      (await holdsOf(district)).map((one) => one.key),
      ['removeMember:2:sourceDrop'],
      'what was approved is over',
    );
    await decide(district, undefined);
    t.match(await district.run(), { state: 'success', done: 72, held: 0 });
    t.equal(await memberships(district), before + 1 - 144);
    t.same(await holdsOf(district), []);
    t.match(await district.store.withTenant(district.tenantId, (scope) => readAudit(scope, { limit: 10 })), [
      { who: 'kim', action: 'hold.approved', detail: { hold: 'removeMember:2:sourceDrop', limit: 72 } },
      { who: 'kim', action: 'hold.approved', detail: { hold: 'removeMember:1:sourceDrop' } },
    ]);
    t.match(await district.run(), { done: 0, held: 0 });
  },
);

t.test('a drop in one school freezes the removals of that school, until its rows are back', async (t) => {
  const district = await open(t);
  await district.run();
  const before = await memberships(district);
  const last = roster.findLast((one) => one.kind === 'studentEnrollment' && one.schoolId === '2');
  await district.commit(
    without(roster, (index, school) => school === '1' && index % 2 === 0).filter((one) => one !== last),
  );
  t.match(await district.run(), { done: 1, held: 60 });
  t.match(await holdsOf(district), [{ key: 'removeMember:1:sourceDrop' }]);
  t.equal(await memberships(district), before - 1);
  await district.commit(roster);
  t.match(await district.run(), { held: 0, done: 1 });
  t.same(await holdsOf(district), [], 'a hold vanishes with its cause');
  t.equal(await memberships(district), before);
});

t.test('a rollover is named; a rejection silences a hold; an approval expires', async (t) => {
  const district = await open(t);
  const term = (yearId: string): RosterRecord[] =>
    ['1', '2'].map((schoolId) => {
      const dates = { startDate: '2026-08-01', endDate: '2027-06-01' };
      return { kind: 'term', id: '1', schoolId, name: 'Year', yearId, ...dates };
    });
  await district.commit([...roster, ...term('36')]);
  await district.run();
  const before = await memberships(district);
  await district.commit([...without(roster, (index, school) => school === '1' && index % 10 === 0), ...term('37')]);
  t.match(await district.run(), { held: 12, done: 0 });
  const key = 'removeMember:1:rollover';
  t.match(await holdsOf(district), [
    { key, reason: /year rollover.*2026-27 to 2027-28/, effect: /12 class memberships end, of 12 people/ },
  ]);

  await decide(district, key, { state: 'rejected' });
  t.match(await district.run(), { held: 12 });
  t.match(await holdsOf(district), [{ state: 'rejected', decidedBy: 'kim' }]);

  await decide(district, key, { until: new Date(district.clock.now() + 1).toISOString() });
  await district.clock.sleep(10);
  t.match(await district.run(), { held: 12 });
  t.match(await holdsOf(district), [{ state: 'expired', decidedBy: null }]);
  t.equal(await memberships(district), before);
  await t.rejects(decide(district, 'removeMember:9:share'), { code: 'HOLD_UNKNOWN' });
});

t.test('an approval survives kills and refusals until all of it is done', async (t) => {
  const district = await open(t);
  await district.run();
  const before = await memberships(district);
  await district.commit(without(roster, (index, school) => school === '1' && index % 2 === 0));
  t.match(await district.run(), { held: 60 });
  await decide(district, 'removeMember:1:sourceDrop');

  const kill = new AbortController();
  const { stats } = district.microsoft;
  const enough = stats.writes + 20;
  const watch = setInterval(() => {
    if (stats.writes >= enough) kill.abort(new Error('killed'));
  }, 1);
  await t.rejects(district.run({ signal: kill.signal }), { message: 'killed' });
  clearInterval(watch);
  const left = (await memberships(district)) - (before - 60);
  t.ok(left > 0 && left < 60, `${left} are left`);

  const stubborn = district.microsoft.faults;
  stubborn.add({ match: { method: 'DELETE', path: '/members/' }, kind: '500', times: 5000, skip: left - 2, delay: 0 });
  t.match(await district.run(), { state: 'errors', failed: 2, held: 0 });
  t.match(await holdsOf(district), [{ key: 'removeMember:1:sourceDrop', state: 'approved', count: left }]);
  stubborn.clear();
  t.match(await district.run(), { state: 'success', done: 2, held: 0 });
  t.same(await holdsOf(district), []);
  t.equal(await memberships(district), before - 60);
});

for (const how of ['match', 'create'] as const) {
  t.test(`a preview plans and counts, and writes nothing to Microsoft 365 (${how})`, async (t) => {
    const district = await open(t, how);
    const enabled = district.profile;
    district.profile = { ...enabled, state: 'preview' };
    t.match(await district.run(), { state: 'preview', done: 0, failed: 0, problems: 0 });
    await district.run();
    t.equal(district.microsoft.stats.writes, 0);
    t.match(await district.store.withTenant(district.tenantId, (scope) => lastRun(scope)), {
      state: 'preview',
      done: 0,
    });
    t.same(await district.store.withTenant(district.tenantId, readLinks), [], 'another rule can still be tried');

    district.profile = enabled;
    t.match(await district.run(), { state: 'success', failed: 0 });
    t.equal((await district.dump()).class.length, 6);
  });
}

t.test('limits come from the profile', async (t) => {
  const district = await open(t);
  district.profile = { ...district.profile, guards: guardSchema.parse({ removals: { percent: 1, above: 0 } }) };
  await district.run();
  await district.commit(without(roster, (index) => index <= 1));
  t.match(await district.run(), { held: 0, done: 1 });
  await district.commit(without(roster, (index) => index <= 10));
  t.match(await district.run(), { held: 9, done: 0 });
});

t.test(
  'additional properties of a profile are their own reason and are not held; changed values still are',
  async (t) => {
    const district = await open(t);
    const chosen = district.profile;
    const settings = guardSchema.parse({ updates: { percent: 75, population: 10 } });
    district.profile = { ...chosen, guards: settings, properties: { student: [] } };
    t.match(await district.run(), { state: 'success', held: 0 });
    district.profile = { ...chosen, guards: settings, properties: { student: ['studentNumber', 'grade'] } };
    t.match(await district.run(), { state: 'success', held: 0, done: students }, 'two properties more for everybody');
    const reasons = await district.store.withTenant(district.tenantId, (scope) =>
      scope.db.selectFrom('operation').select('reason').where('reason', 'like', 'the profile%').execute(),
    );
    t.equal(reasons.length, students);
    t.match(reasons[0], { reason: 'the profile now writes grade, studentNumber, which it did not before' });
    await district.commit(roster.map((one) => (one.kind === 'student' ? { ...one, grade: '10' } : one)));
    t.match(await district.run(), { held: students }, 'PowerSchool changed everybody: that is held');
    const held = await holdsOf(district);
    t.ok(held.every(({ kind }) => kind === 'updateUser'));
  },
);

t.test('what comes of a changed profile alone has it as its reason, and is not held as a surprise', async (t) => {
  const kinds: [kind: string, change: object, reason: string, count: number][] = [
    [
      'updateClass',
      { classes: { name: '{courseName} / {sectionNumber}' } },
      "the profile's class name pattern changed",
      3,
    ],
    ['updateUser', { grades: { '9': 'Ninth' } }, "the profile's spelling of grade levels changed", students],
  ];
  for (const [kind, change, reason, least] of kinds) {
    const district = await open(t);
    const guards = { updates: { percent: 10, population: 1 } };
    const before = {
      ...profileFor({ students: 'match', teachers: 'match' }),
      properties: { student: ['grade'] },
      guards,
    };
    const set = (profile: object) => setInForce(district, parseProfile({ ...before, ...profile }, 'test'));
    await set({});
    t.match(await district.run(), { state: 'success', held: 0 });
    await set(change);
    district.restart();
    const run = await district.run();
    t.match(run, { state: 'success', held: 0 }, kind);
    t.ok((run?.done ?? 0) >= least, `${kind}: ${run?.done}`);
    t.match((await reasonsOf(district, kind)).at(-1), reason);
    t.match(await district.run(), { done: 0, held: 0 });
  }
});

t.test(
  'what PowerSchool changes at the same time is held as ever, and so are removals that come of the profile',
  async (t) => {
    const district = await open(t);
    const before = { ...profileFor({ students: 'match', teachers: 'match' }), properties: { student: ['grade'] } };
    const guards = { updates: { percent: 10, population: 1 }, removals: { percent: 5, above: 2 } };
    const set = (profile: object) => setInForce(district, parseProfile({ ...before, guards, ...profile }, 'test'));
    await set({});
    t.match(await district.run(), { held: 0 });
    await district.commit(roster.map((one) => (one.kind === 'student' ? { ...one, grade: '10' } : one)));
    await set({ grades: { '10': 'Tenth' } });
    district.restart();
    t.match(await district.run(), { held: students }, 'PowerSchool changed everybody, whatever the profile says');
    t.notMatch((await holdsOf(district))[0]?.reason, /profile/);

    const gone = await open(t);
    const put = (profile: object) => setInForce(gone, parseProfile({ ...before, guards, ...profile }, 'test'));
    const ended = roster.map((one) => (one.kind === 'studentEnrollment' ? { ...one, endDate: '2020-01-01' } : one));
    await put({ policies: { studentLeftClass: 'keep' } });
    t.match(await gone.run(), { state: 'success', held: 0 });
    await gone.commit(ended);
    t.match(await gone.run(), { held: 0 });
    await put({ policies: { studentLeftClass: 'remove' } });
    for (const _ of [1, 2]) {
      gone.restart();
      const run = await gone.run();
      t.ok((run?.held ?? 0) > 2, 'removals by a new policy wait for somebody, in every run');
      const [hold] = await holdsOf(gone);
      t.match(hold, {
        kind: 'removeMember',
        reason: /The cause is the profile: the profile's policies\.studentLeftClass changed\.$/,
      });
    }
  },
);

async function setInForce(district: District, profile: Profile): Promise<void> {
  district.profile = { ...profile, state: 'enabled' };
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date(0)));
}

async function reasonsOf({ store, tenantId }: District, kind: string): Promise<string[]> {
  const rows = await store.withTenant(tenantId, (scope) =>
    scope.db.selectFrom('operation').select(['kind', 'reason']).execute(),
  );
  return rows.filter((row) => row.kind === kind).map(({ reason }) => reason);
}
