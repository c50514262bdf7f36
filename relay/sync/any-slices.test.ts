/** A mass removal in random slices, during runs and around kills: how much Microsoft 365 loses within 24 hours. */
import fc from 'fast-check';
import t from 'tap';
import { guardSchema } from '../profile/guards.ts';
import { parseProfile } from '../profile/profile.ts';
import { type District, openDistrict } from '../testing/district.ts';
import { histories } from '../testing/histories.ts';
import { lacking, roster, students } from '../testing/losses.ts';

const matched = { students: 'match', teachers: 'match' } as const;
const hour = 3_600_000;
/** Removals allowed within 24 hours in one school, and in both. */
const [most, mostInAll] = [20, 30];

const step = fc.record({
  school: fc.constantFrom('1', '2'),
  count: fc.integer({ min: 1, max: 14 }),
  meanwhile: fc.option(fc.record({ after: fc.integer({ min: 1, max: 6 }), count: fc.integer({ min: 1, max: 14 }) }), {
    nil: undefined,
  }),
  killedAfter: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  restart: fc.boolean(),
  wait: fc.integer({ min: 0, max: 9 }),
});

t.test('however a mass removal is sliced, and whenever runs are killed, no 24 hours exceed the limit', async (t) => {
  const { numRuns, seed } = histories(t, []);
  const property = fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 10 }), async (steps) => {
    const guards = guardSchema.parse({ removals: { total: mostInAll } });
    const district = await openDistrict({ dir: t.testdir(), mode: matched, students, accounts: true });
    try {
      district.profile = parseProfile({ ...district.profile, name: 'east', schools: ['1'], guards }, 'east');
      district.others = [parseProfile({ ...district.profile, name: 'west', schools: ['2'] }, 'west')];
      await district.commit(roster);
      await district.run();
      await district.run();
      const gone = { '1': 0, '2': 0 };
      const seen = [await inSchools(district)];
      for (const { school, count, meanwhile, killedAfter, restart, wait } of steps) {
        gone[school] += count;
        await district.commit(lacking(gone));
        const edit = async () => {
          gone[school] += meanwhile?.count ?? 0;
          await district.commit(lacking(gone));
        };
        const how = { ...(killedAfter && { killedAfter }), ...(meanwhile && { meanwhile: { ...meanwhile, edit } }) };
        await district.run(how).catch(() => undefined);
        if (restart) district.restart();
        seen.push(await inSchools(district));
        district.clock.advance(wait * hour);
      }
      t.same(tooMany(seen), []);
    } finally {
      await district.close();
    }
  });
  await fc.assert(property, { numRuns: Math.ceil(numRuns / 4), seed });
});

interface Observed {
  at: number;
  /** Memberships by school. */
  counts: [number, number];
}

/** What Microsoft 365 has, independently of what the relay knows. */
async function inSchools(district: District): Promise<Observed> {
  const counts: [number, number] = [0, 0];
  for (const { externalId, members = [] } of (await district.dump()).class) {
    counts[Number(externalId) % 2 === 0 ? 0 : 1] += members.length;
  }
  return { at: district.clock.now(), counts };
}

/** Pairs of observations within 24 hours between which too much was lost. */
function tooMany(seen: readonly Observed[]): string[] {
  return seen.flatMap((before, index) =>
    seen.slice(index).flatMap(({ at, counts: [first, second] }) => {
      const lost = [before.counts[0] - first, before.counts[1] - second] as const;
      const isTooMuch = lost[0] > most || lost[1] > most || lost[0] + lost[1] > mostInAll;
      return at - before.at < 24 * hour && isTooMuch ? [`${lost} in ${(at - before.at) / hour} hours`] : [];
    }),
  );
}
