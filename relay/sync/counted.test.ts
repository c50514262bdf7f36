/** What the guard counts for a day, for every kind, with kills at any point and lost answers. */
import t, { type Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import type { OperationKind } from '../model/operation.ts';
import { parseProfile } from '../profile/profile.ts';
import { readRecentChanges } from '../store/guard/recent-changes.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';

const roster = smallRoster(12);

async function open(t: Test, options: object = {}): Promise<District> {
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 12, accounts: false });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, ...options }, 'test');
  await district.commit(roster);
  await untilQuiet(district);
  return district;
}

async function untilQuiet(district: District): Promise<void> {
  for (let runs = 0; runs < 10; runs += 1) {
    const { done, failed, waiting } = await district.run();
    if (done + failed + waiting === 0) return;
    district.clock.advance(60_000);
  }
}

async function counted({ store, tenantId }: District): Promise<Partial<Record<OperationKind, number>>> {
  const rows = await store.withTenant(tenantId, readRecentChanges);
  const kinds = Map.groupBy(rows, ({ kind }) => kind);
  return Object.fromEntries(
    [...kinds].map(([kind, those]) => [kind, those.reduce((sum, row) => sum + row.inSchool, 0)]),
  );
}

const ended = roster.filter((one) => {
  return one.id !== '50' && !('sectionId' in one && one.sectionId === '50');
});
const graded = roster.map((one): RosterRecord => (one.kind === 'student' ? { ...one, grade: '10' } : one));
const joined: RosterRecord[] = [1, 2, 3].flatMap((index): RosterRecord[] => {
  const names = { username: `late${index}`, givenName: 'Noor', surname: `Late ${index}` };
  return [{ kind: 'student', id: `80${index}`, schoolId: '1', studentNumber: `80${index}`, grade: '9', ...names }];
});
const left = roster.filter(({ kind, id }) => kind !== 'studentEnrollment' || !id.startsWith('31'));

const cases: Record<
  string,
  { options?: object; after: RosterRecord[]; counts: Partial<Record<OperationKind, number>> }
> = {
  'memberships that end': { after: left, counts: { removeMember: roster.length - left.length } },
  'values that change': { after: graded, counts: { updateUser: 12 } },
  'new accounts': { after: [...roster, ...joined], counts: { createUser: 3 } },
  'classes that expire': {
    options: { policies: { sectionGone: ['markExpired'], goneForDays: 0 } },
    after: ended,
    counts: { expireClass: 1 },
  },
};

t.test('a first run counts nothing', async (t) => {
  t.same(await counted(await open(t)), {});
});

for (const [at, [name, { options, after, counts }]] of Object.entries(cases).entries()) {
  t.test(`killed at any point, ${name} count once`, async (t) => {
    for (const [index, killedAfter] of [1, 2, 4].entries()) {
      if (!takesAll && index !== at % 3) continue;
      const district = await open(t, options);
      await district.commit(after);
      await district.run({ killedAfter }).catch(() => undefined);
      district.restart();
      await untilQuiet(district);
      t.same(await counted(district), counts, `killedAfter ${killedAfter}`);
    }
  });
}

t.test('archived teams count, which Microsoft Teams carries out', async (t) => {
  const policies = { sectionGone: ['archiveTeam'], goneForDays: 0 };
  const district = await open(t, { policies, classes: { createTeam: true } });
  await district.commit(ended);
  await untilQuiet(district);
  t.same(await counted(district), { archiveTeam: 1 });
});
