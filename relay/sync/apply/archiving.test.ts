/** Teams of classes whose section is deleted while they are being created. */
import t from 'tap';
import { parseProfile } from '../../profile/profile.ts';
import { openDistrict, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';
import { noGuards } from '../../testing/small-world.ts';

const match = { students: 'match', teachers: 'match' } as const;
const gone = smallRoster(2).filter((one) => one.id !== '50' && !('sectionId' in one && one.sectionId === '50'));

for (const [name, lag, step] of [
  ['at once', 0, 4],
  ['late', 60_000, 12],
] as const) {
  t.test(`Teams knows classes ${name}: the team of a section that is deleted at any time is archived`, async (t) => {
    let [isOver, wereTeams, ended] = [false, 0, 0];
    for (let after = 2; !isOver; after += takesAll ? step : 2 * step) {
      const district = await openDistrict({ dir: t.testdir(), mode: match, students: 2, accounts: true });
      const policies = { sectionGone: ['archiveTeam'], goneForDays: 0 };
      district.profile = parseProfile({ ...district.profile, guards: noGuards, policies }, 'test');
      district.microsoft.directory.teams.lag = lag;
      await district.commit(smallRoster(2));
      await district.run();
      district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
      const before = district.microsoft.stats.requests;
      await district.run({ meanwhile: { after, edit: () => district.commit(gone) } });
      isOver = district.microsoft.stats.requests - before < after;
      t.match(await district.run(), { failed: 0, waiting: 0 });
      const left = (await district.dump()).class.find(({ externalId }) => externalId === '50');
      const isTeam = left?.resourceProvisioningOptions?.includes('Team') === true;
      if (isTeam) wereTeams += 1;
      t.equal(left?.isArchived === true, isTeam, `after ${after} requests`);
      t.match(await district.run(), { done: 0, failed: 0, waiting: 0 });
      ended += 1;
      await district.close();
    }
    t.ok(wereTeams > 0 && ended > 2, `${wereTeams} of ${ended} had a team`);
  });
}

t.test(
  'a team that Teams is archiving when the process is killed is usable again once its section is back',
  async (t) => {
    let [isOver, asked] = [false, 0];
    for (let killedAfter = 1; !isOver; killedAfter += takesAll ? 1 : 3) {
      const district = await openDistrict({ dir: t.testdir(), mode: match, students: 2, accounts: true });
      const policies = { sectionGone: ['archiveTeam'], goneForDays: 0 };
      const given = { guards: noGuards, policies, classes: { createTeam: true } };
      district.profile = parseProfile({ ...district.profile, ...given }, 'test');
      const { directory, stats } = district.microsoft;
      await district.commit(smallRoster(2));
      for (let run = 0; run < 2; run += 1) await district.run();
      directory.teams.duration = 45_000;
      await district.commit(gone);
      const before = stats.requests;
      await district.run({ killedAfter }).catch(() => undefined);
      isOver = stats.requests - before < killedAfter;
      const isAsked = [...directory.groups.values()].some(({ teamOperations }) =>
        teamOperations.some(({ type }) => type === 'archiveTeam'),
      );
      if (isAsked) asked += 1;
      await district.commit(smallRoster(2));
      for (let run = 0; run < 3; run += 1) {
        await district.run();
        district.clock.advance(6 * 60_000);
      }
      const back = (await district.dump()).class.find(({ externalId }) => externalId === '50');
      t.not(back?.isArchived, true, `killed after ${killedAfter} requests`);
      t.match(await district.run(), { done: 0, failed: 0, waiting: 0 });
      await district.close();
    }
    t.ok(asked > (takesAll ? 3 : 0), `asked ${asked} times`);
  },
);
