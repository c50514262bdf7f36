/** What is found wrong in a district, at the relay, and how it is said. */
import t from 'tap';
import { noDates, scheduleSchema } from '../profile/life.ts';
import { type DistrictFacts, districtFindings, type ProfileFacts } from './district.ts';
import { messageOf, type ToldAlert, textOf } from './message.ts';
import { expiry, undelivered, unvouched } from './relay.ts';

const nowMs = Date.parse('2026-12-01T12:00:00Z');
const ago = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString();
const success = { startedAt: ago(10), finishedAt: ago(9), state: 'success' };
const life = { dates: noDates, schedule: scheduleSchema.parse(undefined) };
const profile = (given: Partial<ProfileFacts> = {}): ProfileFacts => ({
  ...{ name: 'District', standing: 'success', life, lastRun: success },
  ...given,
});
const well: DistrictFacts = {
  slug: 'contoso',
  agents: [{ lastSeenAt: ago(1), isConnected: true, report: { at: ago(1), isResting: false } }],
  profiles: [profile()],
  settledAt: ago(30),
  progressAt: null,
  blackouts: [],
  timeZone: undefined,
  held: 0,
  problems: new Map([['UnmatchedEntry', 24]]),
  licenses: [{ name: 'A3 for students', seats: 1000, free: 100 }],
};
const keys = (facts: Partial<DistrictFacts>, open: string[] = []) =>
  districtFindings(
    { ...well, ...facts },
    open.map((key) => ({ key })),
    nowMs,
  ).found.map(({ key }) => key);

t.test('nothing is wrong in a district in which all goes on', async (t) => {
  t.same(districtFindings(well, [], nowMs), { found: [], unknown: new Set() });
});

t.test('an agent is silent when it is gone, does not report, or reports that it can do nothing', async (t) => {
  const agent = (given: object) => keys({ agents: [{ lastSeenAt: ago(1), isConnected: true, ...given }] });
  t.same(agent({ isConnected: false }), ['agentSilent']);
  t.same(agent({ lastSeenAt: ago(3) }), ['agentSilent'], 'the relay notes connected agents once a minute');
  t.same(agent({ report: { at: ago(46), isResting: false } }), ['agentSilent']);
  t.same(agent({ report: { at: ago(46), isResting: true } }), [], 'quiet hours, or paused');
  t.same(agent({ report: { at: ago(1), isResting: false, problem: 'SIS_REFUSED' } }), ['agentSilent']);
  t.same(keys({ agents: [] }), [], 'none has ever connected');
  const two = { agents: [...well.agents, { lastSeenAt: ago(90), isConnected: false }] };
  t.match(districtFindings({ ...well, ...two }, [], nowMs).found, [
    { count: 1, sentence: /^1 of 2 agents do not work/ },
  ]);
});

t.test('a failing profile is told by its reason; during the next run nobody can tell', async (t) => {
  const failed = (error: string) => ({ ...success, state: 'failed', error, step: 'signing in' });
  const failing = (error: string) => ({ profiles: [profile({ standing: 'failing', lastRun: failed(error) })] });
  t.same(keys(failing('GRAPH_UNREACHABLE')), ['syncFailing:District']);
  t.same(keys(failing('GRAPH_CONSENT_MISSING')), ['consentMissing:District']);
  t.same(keys({ profiles: [profile({ standing: 'quarantined' })] }), ['syncFailing:District']);
  const running = profile({ standing: 'in progress', lastRun: { ...success, finishedAt: null, state: 'running' } });
  const { found, unknown } = districtFindings({ ...well, profiles: [running] }, [], nowMs);
  t.same([found, [...unknown]], [[], ['syncFailing:District', 'consentMissing:District']]);
});

t.test('runs stand still when none begins within an hour and none makes progress', async (t) => {
  const old = { startedAt: ago(70), finishedAt: ago(69), state: 'success' };
  const stalled = { settledAt: ago(500), profiles: [profile({ lastRun: old })] };
  t.same(keys(stalled), ['syncStalled:District']);
  t.same(keys({ ...stalled, progressAt: ago(1) }), [], 'a long run');
  t.same(keys({ ...stalled, settledAt: null }), [], 'no roster, or one that is arriving');
  t.same(keys({ ...stalled, settledAt: ago(5) }), [], 'the first roster has just arrived');
  t.same(keys({ settledAt: ago(500), profiles: [profile({ standing: 'paused', lastRun: old })] }), []);
  const blackouts = (to: string) => ({
    blackouts: [{ id: 'b', from: '2026-11-28', to, reason: 'Exams' }],
    timeZone: 'America/Chicago',
  });
  t.same(keys({ ...stalled, ...blackouts('2026-12-01') }), [], 'a blackout');
  t.same(
    keys({ ...stalled, ...blackouts('2026-11-30') }),
    ['syncStalled:District'],
    'it has been over since 06:00 UTC',
  );
  const preview = { profiles: [profile({ standing: 'preview', lastRun: old })] };
  t.same(keys({ ...stalled, ...blackouts('2026-12-01'), ...preview }), ['syncStalled:District'], 'previews go on');
});

t.test('a profile that rests does not stand still; within its days and hours it does', async (t) => {
  // It is 06:00 in Chicago.
  const timeZone = 'America/Chicago';
  const days = 1440;
  const outcome = (given: { hours?: { from: string; to: string }; dates?: object; runAgo?: number }) => {
    const schedule = { ...life.schedule, hours: given.hours ?? null };
    const lived = { dates: { ...life.dates, ...given.dates }, schedule };
    const minutes = given.runAgo ?? 3 * days;
    const lastRun = { startedAt: ago(minutes), finishedAt: ago(minutes - 1), state: 'success' };
    return keys({ timeZone, settledAt: ago(30 * days), profiles: [profile({ life: lived, lastRun })] }).length > 0;
  };
  const night = { from: '20:00', to: '05:00' };
  t.equal(outcome({ hours: night, runAgo: 75 }), false, 'the last run was in the last of its hours');
  t.equal(outcome({ hours: { from: '08:00', to: '20:00' }, runAgo: 630 }), false, 'it had half an hour in the evening');
  t.equal(outcome({ hours: night, runAgo: 10 * 60 }), true, 'the whole night went by');
  t.equal(outcome({ hours: { from: '05:15', to: '20:00' }, runAgo: 600 }), false, 'it has been open 45 minutes');
  t.equal(outcome({ hours: { from: '04:45', to: '20:00' }, runAgo: 600 }), true, 'it has been open 75 minutes');
  t.equal(outcome({ hours: { from: '02:00', to: '02:30' } }), true, 'half an hour a night, three times');
  t.equal(outcome({ hours: { from: '02:00', to: '02:30' }, runAgo: days + 210 }), false, 'and twice');
  t.equal(outcome({ dates: { startsOn: '2026-12-02' } }), false);
  t.equal(outcome({ dates: { startsOn: '2026-11-30' } }), true);
  t.equal(outcome({ dates: { expiresOn: '2026-11-30' }, runAgo: 6 * 60 + 30 }), false, 'expired, and ran until then');
});

t.test('holds, problems of one cause, and licenses', async (t) => {
  t.same(keys({ held: 3 }), ['held']);
  const problems = (count: number) => ({ problems: new Map([['UserNameTaken', count]]) });
  t.same(keys(problems(25)), ['manyProblems:UserNameTaken']);
  t.same(keys(problems(13), ['manyProblems:UserNameTaken']), ['manyProblems:UserNameTaken'], 'ends below half');
  t.same(keys(problems(12), ['manyProblems:UserNameTaken']), []);
  t.match(districtFindings({ ...well, ...problems(30) }, [], nowMs).found, [{ readers: ['microsoft'] }]);
  t.same(keys({ licenses: [{ name: 'A3', seats: 1000, free: 19 }] }), ['licensesLow:A3']);
  t.same(keys({ licenses: [{ name: 'A3', seats: 100, free: 9 }] }), ['licensesLow:A3']);
  const unasked = districtFindings({ ...well, licenses: undefined }, [{ key: 'licensesLow:A3' }], nowMs);
  t.same([...unasked.unknown], ['licensesLow:A3']);
});

t.test('credentials that end, and channels that do not deliver', async (t) => {
  const ends = (days: number) =>
    expiry({ what: "the app's certificate", option: '--client-cert', endsAt: ago(-days * 1440 - 1) }, nowMs);
  t.same(ends(31), []);
  t.match(ends(30), [{ sentence: "The app's certificate ends on 2026-12-31, in 30 days." }]);
  t.match(ends(1), [{ sentence: /in 1 day\.$/ }]);
  t.match(ends(-3), [{ sentence: /ended on 2026-11-28/ }]);
  t.match(unvouched({ id: 'l', at: ago(2) }), [{ key: 'terminalSignIn:l', sentence: /At 2026-12-01T11:58:00/ }]);
  t.same(undelivered({ id: 'x', name: 'mail', failingSince: null, reason: null }), []);
  t.match(undelivered({ id: 'x', name: 'mail', failingSince: ago(20), reason: 'no answer' }), [
    { key: 'channelFailing:x', sentence: /"mail".*no answer\.$/ },
  ]);
});

t.test('one message has all districts of a cause', async (t) => {
  const told = (slug: string | null): ToldAlert => ({
    ...{ id: `of ${slug}`, district: slug === null ? null : { slug, name: `${slug} schools` }, count: 2 },
    ...{ sentence: 'Two.', action: 'Look.', since: ago(20), resolvedAt: null },
  });
  const one = messageOf('m', { event: 'opened', cause: 'held' }, [told('contoso')]);
  t.match(one, { id: 'm', type: 'alert.opened', title: 'Held operations (contoso)' });
  t.equal(
    textOf(one),
    `Held operations (contoso)\n\ncontoso schools (contoso): Two.\n  → Look.\n  Since ${ago(20)}.\n`,
  );
  const three = [told('a'), told('b'), told('c')].map((alert) => ({ ...alert, resolvedAt: ago(1) }));
  const ended = messageOf('m', { event: 'resolved', cause: 'agentSilent' }, three);
  t.equal(ended.title, 'Resolved: Agent silent (3 districts)');
  t.notMatch(textOf(ended), '→');
  t.match(
    textOf(messageOf('m', { event: 'repeated', cause: 'expiring' }, [told(null)])),
    /^Still open:.*\(relay\)\n\nThe relay:/,
  );
});
