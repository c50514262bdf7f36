/** Full tenants and missing permissions. */
import t, { type Test } from 'tap';
import { anyObject } from '../graph/bodies/object.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';
import { refreshDirectory } from './directory-step.ts';

async function open(t: Test): Promise<District> {
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: false });
  t.teardown(() => district.close());
  await district.commit(smallRoster(6));
  return district;
}

t.test(
  "an object that exceeds the tenant's quota is a problem that says so, and is created once there is room",
  async (t) => {
    const district = await open(t);
    const { directory } = district.microsoft;
    directory.quota = 10;
    t.match(await district.run(), { state: 'errors' });
    const problems = await district.store.withTenant(district.tenantId, readProblems);
    t.ok(problems.length > 0);
    t.same([...new Set(problems.map(({ code }) => code))], ['GRAPH_QUOTA_EXCEEDED']);
    t.match(problems[0]?.action, /quota/);
    directory.quota = 1000;
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
    const { user, class: classes } = await district.dump();
    t.equal(user.length, 10);
    t.ok(classes.length === 6 && classes.every(({ owners }) => owners?.length === 1));
  },
);

t.test('an application that may not set owners is reported before anything is created', async (t) => {
  const district = await open(t);
  district.microsoft.app.roles = ['EduRoster.ReadWrite.All', 'User.ReadWrite.All', 'GroupMember.ReadWrite.All'];
  await t.rejects(district.run(), { code: 'GRAPH_CONSENT_MISSING', message: /Group\.ReadWrite\.All/ });
  t.equal(district.microsoft.stats.writes, 0);
});

t.test(
  'once the accounts have been read, the limit fits the size of the tenant: 3,500, 5,000 or 8,000 units',
  async (t) => {
    for (const [students, atOnce] of [
      [45, 3200],
      [46, 4600],
      [497, 7400],
    ] as const) {
      const mode = { students: 'match', teachers: 'match' } as const;
      const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: true });
      const { store, tenantId, clock } = district;
      const client = district.client();
      await refreshDirectory({ store, tenantId, client, clock, signal: new AbortController().signal });
      const waited = async (units: number) => {
        const start = clock.now();
        await client.get('/domains', anyObject, { units, writes: 0 });
        return clock.now() - start;
      };
      t.equal(await waited(atOnce), 0, `${students + 4} accounts: ${atOnce} units at once`);
      t.ok((await waited(atOnce)) > 1000, 'and not a second time');
      await district.close();
    }
  },
);
