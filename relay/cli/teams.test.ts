/** Teams that students do not see yet: lists and counts them, says who has to do what, and checks them again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { RawClient } from '../../scripts/simulators/microsoft/contract/raw-client.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ListedTeam } from '../app/queries/teams.ts';
import { parseProfile } from '../profile/profile.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { requestRun } from '../store/runs/run-control.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { runCli } from './program.ts';

const hour = 3_600_000;

async function setUp(t: Test) {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date()));
  await district.commit(smallRoster(6));
  const cli = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const stop = AbortSignal.timeout(60_000);
    t.equal(await runCli(args, { home, out, err, user: 'kim', clock: systemClock, rich: false, stop }), 0);
    out.end();
    return await text(out);
  };
  const listed = async (...args: string[]) =>
    (JSON.parse(await cli('teams', 'contoso', '--json', ...args)) as { teams: ListedTeam[] }).teams;
  const waiting = async () => (await listed('--waiting')).map(({ sectionId }) => sectionId).sort();
  const looks = () => district.microsoft.stats.byPath.get('GET /teams/:id') ?? 0;
  return { home, district, cli, listed, waiting, looks };
}

t.test('teams wait for a teacher to activate them, and are checked once a day', async (t) => {
  const { home, district, cli, listed, waiting, looks } = await setUp(t);
  t.equal(await cli('teams', 'contoso'), 'No class is a team.\n');
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.equal((await waiting()).length, 6);
  const [team] = await listed();
  t.match(team, { activation: 'waiting', school: 'School 1', since: /^20/, class: /./ });
  t.match(team?.teachers, [{ name: /./, userPrincipalName: /@contoso\.edu$/ }]);
  t.match(await cli('status', 'contoso'), /team, waiting for a teacher to activate it +6\n/);
  t.match(await cli('teams', 'contoso', '--waiting'), /waiting/);
  await cli('teams', 'contoso', '--waiting', '--csv', join(home, 'teams.csv'));
  t.match(readFileSync(join(home, 'teams.csv'), 'utf8'), /userPrincipalNames.*\r?\n.*School 1.*waiting.*@contoso\.edu/);

  await using control = new RawClient(district.microsoft);
  const [group, other] = [...district.microsoft.directory.groups.values()];
  await control.control('POST', `/teams/${group?.id}/activate`);
  const before = looks();
  district.clock.advance(hour);
  await district.run();
  t.equal(looks(), before, 'not before a day is over');
  district.clock.advance(24 * hour);
  await district.run();
  t.equal(looks(), before + 6);
  t.equal((await waiting()).length, 5);

  await control.control('POST', `/teams/${other?.id}/activate`);
  await district.store.withTenant(district.tenantId, (scope) => requestRun(scope, 'restarts'));
  await district.run();
  t.equal((await waiting()).length, 4, 'a restart looks at once');
  t.equal((await listed()).length, 6);
});

t.test('asks again for what Teams does not say now, without holding up provisioning', async (t) => {
  const { district, listed, waiting } = await setUp(t);
  const { faults } = district.microsoft;
  faults.add({ match: { path: '/teams/[0-9a-f-]+$' }, kind: '503', times: 1000, skip: 0, delay: 0 });
  t.match(await district.run(), { failed: 0 });
  t.same(await waiting(), []);
  t.same([...new Set((await listed()).map(({ activation }) => activation))], ['unknown']);
  faults.clear();
  await district.run();
  t.equal((await waiting()).length, 6);
});

t.test('lists teams that do not exist yet as such, and never as waiting for a teacher', async (t) => {
  const { district, cli, listed, waiting } = await setUp(t);
  const { teams } = district.microsoft.directory;
  teams.duration = 30 * hour;
  t.match(await district.run(), { failed: 0, waiting: 6 });
  t.same([...new Set((await listed()).map(({ activation }) => activation))], ['making']);
  t.same(await waiting(), []);
  t.match(await cli('status', 'contoso'), /team, being made +6\n/);
  t.match(
    await cli('explain', 'contoso', '--student', '10', '--section', '50'),
    /Microsoft Teams is creating the team/,
  );
  district.clock.advance(31 * hour);
  await district.run();
  t.equal((await waiting()).length, 6);
  const runs = JSON.parse(await cli('runs', 'contoso', '--json')) as { runs: { number: number }[] };
  t.match(
    await cli('run', 'contoso', String(runs.runs[0]?.number)),
    /gets a team, which its students see once a teacher activates it/,
  );
  t.match(
    await cli('explain', 'contoso', '--student', '10', '--section', '50'),
    /students do not see it: it waits for a teacher/,
  );
});

t.test('a class without a teacher has no team, and gets one with the first teacher', async (t) => {
  const { district, waiting } = await setUp(t);
  await district.commit(smallRoster(6).filter(({ id }) => id !== '70'));
  t.match(await district.run(), { failed: 0, problems: 1 });
  t.equal((await waiting()).length, 5);
  await district.commit(smallRoster(6));
  t.match(await district.run(), { failed: 0, problems: 0 });
  t.equal((await waiting()).length, 6);
});
