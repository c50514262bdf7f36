/** Teams of classes against the Microsoft simulator: a service that learns of classes late and answers before it acts. */

import t, { type Test } from 'tap';
import { faultOrder } from '../../../scripts/simulators/microsoft/fault-order.ts';
import { defaultRoles } from '../../../scripts/simulators/microsoft/graph/permissions.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import { answerOf, explain } from '../../explain/explain.ts';
import { readFacts } from '../../explain/facts.ts';
import { asSectionId } from '../../model/keys.ts';
import { parseProfile } from '../../profile/profile.ts';
import { setProfile } from '../../store/profiles/profiles.ts';
import { readProblems } from '../../store/runs/problems.ts';
import { readTeams } from '../../store/teams/teams.ts';
import { type District, openDistrict, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';

const hour = 3_600_000;

async function open(t: Test, records: readonly RosterRecord[] = smallRoster(6)): Promise<District> {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  withTeams(district, true);
  await district.commit(records);
  return district;
}

function withTeams(district: District, createTeam: boolean): void {
  district.profile = parseProfile({ ...district.profile, classes: { createTeam } }, 'test');
}

/** External ids of the classes that are teams. */
async function teams({ dump }: District): Promise<string[]> {
  const classes = (await dump()).class;
  return classes.filter((one) => one.resourceProvisioningOptions?.includes('Team')).map((one) => one.externalId ?? '');
}

const all = ['50', '51', '52', '53', '54', '55'];
const asked = ({ microsoft }: District) => microsoft.stats.byPath.get('POST /teams') ?? 0;
const codes = async (district: District) =>
  (await district.store.withTenant(district.tenantId, readProblems)).map(({ subject, code }) => `${subject} ${code}`);

t.test('every class gets one team, after its owners', async (t) => {
  const district = await open(t);
  withTeams(district, false);
  await district.run();
  t.same(await teams(district), [], 'nobody asked for teams');
  withTeams(district, true);
  t.match(await district.run(), { state: 'success', done: 6, failed: 0, waiting: 0 });
  t.same((await teams(district)).sort(), all);
  t.equal(asked(district), 6);
  district.restart();
  t.match(await district.run(), { state: 'success', done: 0 });
  t.equal(asked(district), 6);
});

t.test('a class that Teams refuses does not affect other classes', async (t) => {
  for (const [message, code] of [
    ['Failed to execute the request.', 'GRAPH_DENIED'],
    ['The owner of the team has no license for Microsoft Teams.', 'TeamsNotAvailable'],
  ] as const) {
    const district = await open(t);
    const answer = { status: 403, code: 'Forbidden', message };
    const match = { method: 'POST', path: '^/teams$' };
    district.microsoft.faults.add(faultOrder.parse({ match, kind: 'answer', answer, times: 1 }));
    t.match(await district.run(), { state: 'errors', failed: 1 });
    t.equal((await teams(district)).length, 5);
    t.match(await codes(district), [new RegExp(`^class:5./team ${code}$`)]);
    t.match(await district.run(), { state: 'success', problems: 0 });
    t.same((await teams(district)).sort(), all);
  }
});

t.test('without the permission, only a few requests are sent, and all classes are reported', async (t) => {
  const more = Array.from({ length: 20 }, (_, at): RosterRecord[] => {
    const [id, schoolId] = [`6${at}`, '1'];
    const course = { courseNumber: id, courseName: id, sectionNumber: '1', termId: '1' };
    return [
      { kind: 'section', id, schoolId, ...course },
      { kind: 'teacherRoster', id: `7${id}`, schoolId, sectionId: id, teacherId: '90' },
    ];
  });
  const district = await open(t, [...smallRoster(6), ...more.flat()]);
  district.microsoft.app.roles = defaultRoles.filter((role) => role !== 'Team.Create');
  t.match(await district.run(), { state: 'errors', failed: 26 });
  t.ok(asked(district) <= 8, `${asked(district)}: those in progress at once`);
  const classes = [...all, ...more.flat().flatMap(({ kind, id }) => (kind === 'section' ? [id] : []))];
  t.same((await codes(district)).sort(), classes.map((id) => `class:${id}/team PermissionMissing`).sort());
});

t.test('a team that somebody deleted is not created again', async (t) => {
  const district = await open(t);
  await district.run();
  for (const group of district.microsoft.directory.groups.values()) {
    district.microsoft.directory.groups.update(group, { resourceProvisioningOptions: null });
  }
  const edited = smallRoster(6).map((one) => (one.kind === 'section' ? { ...one, courseName: 'New' } : one));
  await district.commit(edited);
  t.match(await district.run(), { done: 6, failed: 0 });
  t.same(await teams(district), []);
});

t.test('a class that Teams does not know yet waits and delays nothing else', async (t) => {
  const district = await open(t);
  const { directory } = district.microsoft;
  directory.teams.lag = 20_000;
  t.match(await district.run(), { state: 'success', failed: 0, waiting: 0 }, 'within a minute it is requested again');
  t.same((await teams(district)).sort(), all);

  const late = await open(t);
  late.microsoft.directory.teams.lag = 100 * hour;
  const start = late.clock.now();
  t.match(await late.run(), { state: 'success', failed: 0, waiting: 6, problems: 0 });
  t.ok(late.clock.now() - start < hour, 'the run does not wait for long');
  const first = asked(late);
  t.match(await late.run(), { waiting: 6, done: 0 });
  t.equal(asked(late), first, 'and the next run does not ask at once');
  late.clock.advance(hour / 10);
  t.match(await late.run(), { waiting: 6 });
  t.equal(asked(late), first + 6, 'once a run from then on');

  late.clock.advance(4 * hour);
  t.match(await late.run(), { state: 'errors', failed: 6, waiting: 0 });
  t.same(
    await codes(late),
    all.map((id) => `class:${id}/team TeamNotReady`),
  );
  late.clock.advance(200 * hour);
  t.match(await late.run(), { state: 'success', done: 6, problems: 0 });
  t.same((await teams(late)).sort(), all);
});

t.test('owners that Teams does not see yet are waited for', async (t) => {
  const district = await open(t);
  withTeams(district, false);
  await district.run();
  const { directory, stats } = district.microsoft;
  // Invisible for up to an hour, or half of that with this simulator's random delays.
  for (const group of directory.groups.values()) {
    const [owner] = group.owners;
    if (owner === undefined) throw new Error('no owner');
    const seq = directory.groups.touchLinks(group);
    directory.links.note(group, { relation: 'owners', user: owner, added: true, seq }, hour);
  }
  withTeams(district, true);
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  t.ok((stats.byStatus.get(400) ?? 0) > 0, 'Graph refused some at first');
  district.clock.advance(hour);
  t.match(await district.run(), { state: 'success', waiting: 0 });
  t.same((await teams(district)).sort(), all);
});

t.test('other work of the next run does not wait for teams', async (t) => {
  const district = await open(t);
  district.microsoft.directory.teams.lag = 100 * hour;
  await district.run();
  await district.commit(smallRoster(6).filter(({ id }) => id !== '300'));
  t.match(await district.run(), { state: 'success', done: 1, waiting: 6 });
});

t.test('explain shows the progress of a team', async (t) => {
  const district = await open(t);
  const answer = async () => {
    const question = { role: 'students', personId: '10', sectionId: asSectionId('50') } as const;
    const { store, tenantId, clock } = district;
    return answerOf(explain(await store.withTenant(tenantId, (scope) => readFacts(scope, question, clock.now()))));
  };
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date()));
  const { teams: service } = district.microsoft.directory;
  service.lag = 100 * hour;
  await district.run();
  t.match(await answer(), { stage: 'Team', status: 'waiting', fact: /does not know the class/ });
  for (const group of district.microsoft.directory.groups.values()) group.inTeamsAt = 0;
  service.duration = hour;
  district.clock.advance(hour / 10);
  await district.run();
  t.match(await answer(), { stage: 'Team', status: 'waiting', fact: /is creating/ });
  district.clock.advance(hour);
  await district.run();
  t.match(await answer(), { stage: 'Team', status: 'waiting', fact: /waits for a teacher/, next: /Activate/ });
  for (const group of district.microsoft.directory.groups.values()) {
    group.isLimitedToOwners = false;
    group.hasStudents = true;
  }
  district.clock.advance(24 * hour);
  await district.run();
  t.equal(await answer(), undefined, 'everything is in order');
});

t.test('a class that already has a team counts as done', async (t) => {
  const district = await open(t);
  withTeams(district, false);
  await district.run();
  const { directory } = district.microsoft;
  const [one, two] = [...directory.groups.values()];
  if (one === undefined || two === undefined) throw new Error('no classes');
  directory.groups.update(one, { resourceProvisioningOptions: ['Team'] });
  // The directory does not show this one yet; Teams answers with 409.
  directory.teams.duration = hour;
  directory.teams.start(two, 'createTeam', false);
  withTeams(district, true);
  directory.teams.duration = 500;
  t.match(await district.run(), { state: 'success', done: 6, failed: 0 });
  t.equal(asked(district), 5);
  const known = await district.store.withTenant(district.tenantId, readTeams);
  t.ok([...known.values()].every(({ state }) => state === 'there'));
});

t.test('a team still in creation at the end of a run is checked by the next one, not requested again', async (t) => {
  const district = await open(t);
  district.microsoft.directory.teams.duration = hour;
  t.match(await district.run(), { state: 'success', waiting: 6, failed: 0 });
  district.restart();
  t.match(await district.run(), { waiting: 6, done: 0 });
  district.clock.advance(hour);
  t.match(await district.run(), { state: 'success', done: 6, waiting: 0 });
  t.equal(asked(district), 6);
});

t.test('the journal says that a new team waits for a teacher, and nothing about an existing one', async (t) => {
  const district = await open(t);
  withTeams(district, false);
  await district.run();
  const { directory } = district.microsoft;
  const [one] = [...directory.groups.values()];
  if (one === undefined) throw new Error('no classes');
  directory.groups.update(one, { resourceProvisioningOptions: ['Team'] });
  directory.teams.duration = 500;
  withTeams(district, true);
  t.match(await district.run(), { done: 6 });
  const journal = await district.store.withTenant(district.tenantId, ({ db }) =>
    db.selectFrom('operation').select(['state', 'after']).where('kind', '=', 'createTeam').execute(),
  );
  t.same(new Set(journal.map(({ state }) => state)), new Set(['done']));
  t.equal(journal.filter(({ after }) => after?.includes('"activation":"waiting"')).length, 5);
});

t.test('a team whose creation fails is a problem, and the next run requests it again', async (t) => {
  const district = await open(t);
  district.microsoft.faults.add({
    match: { method: 'POST', path: '^/teams$' },
    kind: 'fails-later',
    times: 1,
    skip: 0,
    delay: 0,
  });
  t.match(await district.run(), { state: 'errors', failed: 1 });
  t.match(await codes(district), [/^class:5\d\/team TeamFailed$/]);
  t.match(await district.run(), { state: 'success', done: 1, problems: 0 });
  t.same((await teams(district)).sort(), all);
});

t.test('a class without an owner gets no team, which is reported', async (t) => {
  const without = smallRoster(6).filter((one) => one.kind !== 'teacherRoster' || one.sectionId !== '52');
  const district = await open(t, without);
  t.match(await district.run(), { state: 'errors', failed: 0, problems: 1 });
  t.same(await codes(district), ['class:52/team ClassWithoutOwner']);
  t.equal((await teams(district)).length, 5);
  await district.commit(smallRoster(6));
  t.match(await district.run(), { state: 'success', problems: 0 });
  t.same((await teams(district)).sort(), all);
});

t.test('throttling and lost answers lose nothing and duplicate nothing', async (t) => {
  const district = await open(t);
  const { faults } = district.microsoft;
  const post = { match: { method: 'POST', path: '^/teams$' }, delay: 0 };
  faults.add({ ...post, kind: '429', retryAfter: 7, times: 2, skip: 0 });
  faults.add({ ...post, kind: 'lost-answer', times: 2, skip: 1 });
  faults.add({ ...post, kind: '503', times: 1, skip: 3 });
  faults.add({ match: { method: 'GET', path: '/operations/' }, kind: '503', times: 2, skip: 1, delay: 0 });
  faults.add({ match: { method: 'GET', path: '/operations/' }, kind: 'empty', times: 1, skip: 0, delay: 0 });
  const start = district.clock.now();
  t.match(await district.run(), { state: 'success', failed: 0, waiting: 0 });
  t.same(faults.waiting(), [], 'every fault was met');
  t.ok(district.clock.now() - start >= 7000, 'Retry-After was honored');
  t.same((await teams(district)).sort(), all);
  for (const { teamOperations } of district.microsoft.directory.groups.values()) t.equal(teamOperations.length, 1);
});

t.test('a run killed at any point around its teams is finished by the next one', async (t) => {
  const calm = await open(t);
  await calm.run();
  const requests = calm.microsoft.stats.requests;
  for (let killedAfter = requests - 18; killedAfter < requests; killedAfter += takesAll ? 1 : 7) {
    const district = await open(t);
    await district.run({ killedAfter }).catch(() => undefined);
    district.clock.advance(60_000);
    t.match(await district.run(), { state: 'success', failed: 0, waiting: 0 }, `killed after ${killedAfter} requests`);
    t.same((await teams(district)).sort(), all);
    for (const { teamOperations } of district.microsoft.directory.groups.values()) t.equal(teamOperations.length, 1);
    t.match(await district.run(), { done: 0 });
  }
});

t.test('a tenant creates up to ten teams a second, and is never throttled for it', async (t) => {
  const sections = Array.from({ length: 60 }, (_, index): RosterRecord[] => {
    const course = { courseNumber: 'C', courseName: 'Course', sectionNumber: `${index}`, termId: '1' };
    return [
      { kind: 'section', id: `6${index}`, schoolId: '1', ...course },
      { kind: 'teacherRoster', id: `8${index}`, schoolId: '1', sectionId: `6${index}`, teacherId: '90' },
    ];
  }).flat();
  const district = await open(t, [...smallRoster(6), ...sections]);
  const start = district.clock.now();
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.equal((await teams(district)).length, 66);
  t.equal(district.microsoft.stats.throttled, 0);
  const seconds = (district.clock.now() - start) / 1000;
  t.ok(seconds < 300, `it took ${seconds} s`);
});
