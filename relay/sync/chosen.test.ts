/**
 * A choice in the profile, seen in its preview, is not held as a surprise: every option that changes many objects at
 * once.
 */
import t, { type Test } from 'tap';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { readHolds } from '../store/guard/holds.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { type District, openDistrict, profileFor, skuId, smallRoster } from '../testing/district.ts';

const students = 20;
const roster = smallRoster(students);
/** So strict that nearly every bulk change in PowerSchool would be held. */
const guards = { updates: { percent: 10, population: 1 }, removals: { percent: 5, above: 2 } };

type How = 'match' | 'create';

interface Choice {
  how: How;
  /** The initial profile, in addition to the guards … */
  first?: object;
  /** … and the later choice. */
  later: object;
  /** The exact operations that result from the choice, by kind. */
  does: Record<string, number>;
}

const teachers = roster.filter(({ kind }) => kind === 'teacher').length;
const classes = roster.filter(({ kind }) => kind === 'section').length;
const schools = roster.filter(({ kind }) => kind === 'school').length;

const rule = (source: string, target: string) => ({ source, suffix: null, target });

const choices: Record<string, Choice> = {
  'a day on which it starts': { how: 'match', later: { dates: { startsOn: '2099-08-01' } }, does: {} },
  'a day on which it ends': { how: 'match', later: { dates: { expiresOn: '2020-01-01' } }, does: {} },
  'students from a later day': { how: 'match', later: { dates: { studentsFrom: '2099-08-01' } }, does: {} },
  'hours of writing': { how: 'match', later: { schedule: { hours: { from: '00:00', to: '23:59' } } }, does: {} },
  'a class name pattern': {
    how: 'match',
    later: { classes: { name: '{courseName} / {sectionNumber}' } },
    does: { updateClass: classes },
  },
  'properties of students': {
    how: 'match',
    first: { properties: {} },
    later: { properties: { student: ['grade'] } },
    does: { updateUser: students },
  },
  'the spelling of grades': {
    how: 'match',
    first: { properties: { student: ['grade'] } },
    later: { properties: { student: ['grade'] }, grades: { '9': 'Ninth' } },
    does: { updateUser: students },
  },
  'a license where there was none': {
    how: 'create',
    first: { licenses: { students: null, teachers: null, usageLocation: 'US' } },
    later: { licenses: { students: skuId, teachers: null, usageLocation: 'US' } },
    does: { assignLicence: students },
  },
  'no license any more': {
    how: 'create',
    first: { licenses: { students: skuId, teachers: null, usageLocation: 'US' } },
    later: { licenses: { students: null, teachers: null, usageLocation: 'US' } },
    does: {},
  },
  'another match rule': {
    how: 'match',
    later: {
      identity: { students: rule('studentNumber', 'userPrincipalName'), teachers: rule('username', 'mailNickname') },
    },
    does: {},
  },
  'a user name pattern': {
    how: 'create',
    later: { accounts: { students: { username: { pattern: '{studentNumber}' } } } },
    does: {},
  },
};

for (const [name, { how, first = {}, later, does }] of Object.entries(choices)) {
  t.test(name, async (t) => {
    const district = await open(t, how);
    const base = { ...profileFor({ students: how, teachers: how }), guards };
    const set = (change: object) => setInForce(district, parseProfile({ ...base, ...change }, 'test'));
    await set(first);
    t.match(await district.run(), { state: 'success', held: 0 });
    const before = await operations(district);
    await set(later);
    district.restart();
    const run = await district.run();
    t.equal(run?.held ?? 0, 0, 'nothing is held');
    t.same(await district.store.withTenant(district.tenantId, readHolds), []);
    t.same(difference(before, await operations(district)), does);
    t.equal((await district.run())?.done ?? 0, 0, 'and it is done once');
  });
}

t.test('with these guards, the same change in PowerSchool is held', async (t) => {
  t.ok(teachers > 0 && schools > 0);
  const district = await open(t, 'match');
  const base = { ...profileFor({ students: 'match', teachers: 'match' }), guards, properties: { student: ['grade'] } };
  await setInForce(district, parseProfile(base, 'test'));
  t.match(await district.run(), { held: 0 });
  await district.commit(roster.map((one) => (one.kind === 'student' ? { ...one, grade: '10' } : one)));
  t.match(await district.run(), { held: students });
});

async function open(t: Test, how: How): Promise<District> {
  const mode = { students: how, teachers: how };
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: how === 'match' });
  t.teardown(() => district.close());
  await district.commit(roster);
  return district;
}

async function setInForce(district: District, profile: Profile): Promise<void> {
  district.profile = { ...profile, state: 'enabled' };
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date(0)));
}

async function operations({ store, tenantId }: District): Promise<Map<string, number>> {
  const rows = await store.withTenant(tenantId, (scope) =>
    scope.db.selectFrom('operation').select(['kind', 'key']).execute(),
  );
  return new Map([...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length]));
}

function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const grown = [...after].map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}
