/** What the page says, decided without a browser: verdict, path, readiness, history, buckets, guard. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { catalog, chapters, type ErrorCode } from '../../shared/errors.ts';
import { type Kind, kinds, optionalFields } from '../../shared/roster.ts';
import type { Check } from '../check/finding.ts';
import { notTried } from '../check/step.ts';
import type { Problem } from '../model/watch.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Board, type BoardState } from './board.ts';
import { matrixOf } from './buckets.ts';
import { addCycle, type History, lastDay, noHistory, plotOf, todayOf } from './history.ts';
import { HistoryFile } from './history-file.ts';
import { leavingOf } from './leaving.ts';
import { LogTail } from './log-tail.ts';
import { modelOf } from './model.ts';
import { readinessOf } from './readiness.ts';
import { SchoolNames } from './school-names.ts';
import { stationOf, stationsOf } from './stations.ts';
import { connect, ended, minute, problem, type Scene, scene, wanted, working } from './testing/scene.ts';
import { scenes } from './testing/scenes.ts';
import { spoken, type Verdict, verdictOf } from './verdict.ts';
import { bucketSummaryBlock } from './views/buckets.ts';
import { checksBlock } from './views/checks.ts';
import { leavingBlock } from './views/leaving.ts';
import { leftOutBlock } from './views/left-out.ts';
import { pathBlock } from './views/verdict.ts';
import { refusalOf, sameToken } from './web/guard.ts';

const day = 24 * 60 * minute;

function made(name: string): Scene {
  const make = scenes[name];
  if (make === undefined) throw new TypeError(name);
  return make();
}

function verdict({ board, clock }: Scene): Verdict & { text: string } {
  const found = verdictOf(board.state, clock.now());
  const text = found.sentence.map((part) => (typeof part === 'string' ? part : `<${part.as}>`)).join('');
  return { ...found, text };
}

/** States of PowerSchool, agent, network and relay. */
function path({ board, parts }: Scene): string[] {
  return stationsOf(board.state, parts.places).map(({ state }) => state);
}

const some: Problem = { code: 'POWERSCHOOL_FAILED', message: 'It failed.', action: 'Wait.' };

t.test('the verdict is one sentence and one step', async (t) => {
  t.match(verdict(made('fresh')), {
    tone: 'waiting',
    word: 'Not set up yet',
    code: 'NOT_CONFIGURED',
    action: /configure/,
  });
  t.match(verdict(scene()), { tone: 'waiting', text: 'Connecting to the relay.' });
  t.match(verdict(made('first')), { tone: 'busy', text: /in progress: 34 of 73 lists, 51,230 records/ });
  t.match(verdict(made('working')), {
    tone: 'good',
    text: 'Everything is working. Last complete check of PowerSchool <ago>.',
    action: '',
  });
  t.match(verdict(made('paused')), { tone: 'paused', text: /^Paused here since <clock>/, action: /Resume/ });
  t.match(verdict(made('unreachable')), { tone: 'attention', code: 'POWERSCHOOL_UNREACHABLE', action: /Check/ });
  t.match(verdict(made('untrusted')), { tone: 'broken', text: /Contoso Filter CA/, action: /--relay-ca/ });
  t.match(verdict(made('held')), { tone: 'attention', text: /4217 counted\. 2 lists stay as they were\.$/ });

  const stopped = scene();
  const board = new Board({ version: '1', folder: '/', clock: stopped.clock, working: false });
  t.match(verdict({ ...stopped, board }), { tone: 'broken', word: 'Not running', action: /hallpass-agent run/ });
});

t.test('the verdict follows what happens', async (t) => {
  const watched = working();
  const { board, clock } = watched;
  const fails = (found: Problem) => board.watch(ended({ outcome: 'failed', complete: false, problem: found }));
  fails(some);
  const { since } = verdict(watched);
  clock.advance(14 * minute);
  fails({ ...some, message: 'It failed again.' });
  t.match(verdict(watched), { tone: 'attention', text: 'It failed again.', since }, 'the same trouble goes on');
  clock.advance(minute);
  t.match(verdict(watched), { tone: 'broken', since }, 'what should pass by itself and does not needs somebody');

  board.watch({ moment: 'link.ended', problem: problem('LINK_LOST', { url: 'wss://r', reason: 'reset' }) });
  t.match(verdict(watched), { code: 'POWERSCHOOL_FAILED' }, 'the graver one is told');
  board.watch(ended({ outcome: 'interrupted', complete: false, problem: some }));
  t.match(verdict(watched), { code: 'POWERSCHOOL_FAILED' }, 'an interruption is no news');
  connect(watched);
  board.watch(ended());
  t.match(verdict(watched), { tone: 'good' });

  board.watch({ moment: 'link.throttled', until: clock.now() + minute });
  t.match(verdict(watched), { tone: 'paused', text: 'Paused by the relay until <clock>.' });
  clock.advance(minute);
  t.match(verdict(watched), { tone: 'good' });

  clock.advance(5 * minute);
  t.match(verdict(watched), { tone: 'attention', word: 'Late', action: /checks/ });
  board.watch({ moment: 'cycle.began' });
  t.match(verdict(watched), { tone: 'good' }, 'a long cycle is not late');
  board.watch(ended());
  board.report({ event: 'agent.quiet', until: new Date(clock.now() + 60 * minute).toISOString() });
  t.match(verdict(watched), { word: 'Quiet hours', text: /until <clock>/ });
  clock.advance(61 * minute);
  t.match(verdict(watched), { tone: 'good' }, 'quiet hours are no delay');

  board.watch({ moment: 'link.opened', relay: 'https://r', tenant: 't', wanted: { schools: [], fields: {} } });
  t.match(verdict(watched), { tone: 'good', text: /only the list of schools/, action: /profile/ });
});

t.test('every code of the catalog that an agent meets has a sentence, a step and a place', async (t) => {
  const stations = {
    'The agent itself': 'agent',
    PowerSchool: 'powerschool',
    'The way out of the district': 'network',
    'The link between agent and relay': 'relay',
  } as const;
  const onTheWay = ['RELAY_UNREACHABLE', 'RELAY_TLS_UNTRUSTED', 'LINK_LOST', 'RELAY_INTERCEPTED', 'RELAY_UPGRADE_LOST'];
  for (const [chapter, station] of Object.entries(stations)) {
    for (const code of Object.keys(chapters[chapter as keyof typeof stations]) as ErrorCode[]) {
      const { sentence, action, retry } = catalog[code];
      const watched = working();
      watched.board.watch(ended({ outcome: 'failed', complete: false, problem: { code, message: sentence, action } }));
      const found = verdict(watched);
      t.match(found, { code, text: sentence, action }, code);
      t.equal(found.tone, retry === 'fix' || retry === 'bug' ? 'broken' : 'attention', code);
      t.match(spoken(found), new RegExp(`^${found.word}: .+ .+`), code);
      t.equal(stationOf(code), onTheWay.includes(code) ? 'network' : station, code);
    }
  }
  t.equal(stationOf('SOMETHING_NEW'), 'agent');
  t.equal(spoken(verdict(made('first'))), 'First reading', 'numbers that grow are not read out');
});

t.test('the path shows the broken link', async (t) => {
  t.same(path(made('fresh')), ['idle', 'idle', 'idle', 'idle']);
  t.same(path(scene()), ['idle', 'working', 'idle', 'idle']);
  t.same(path(made('working')), ['working', 'working', 'working', 'working']);
  t.same(path(made('paused')), ['idle', 'paused', 'working', 'working'], 'while it is paused nobody asks PowerSchool');
  t.same(path(made('unreachable')), ['troubled', 'working', 'working', 'working']);
  t.same(path(made('untrusted')), ['idle', 'working', 'broken', 'idle']);
  const refused = scene();
  refused.board.watch({ moment: 'link.ended', problem: problem('RELAY_REFUSED', { url: 'wss://r', status: 503 }) });
  t.same(path(refused), ['idle', 'working', 'working', 'troubled'], 'an answer has come through the network');
  const full = working();
  const disk = problem('STATE_UNWRITABLE', { file: '/f', reason: 'ENOSPC' });
  full.board.watch(ended({ outcome: 'failed', complete: false, problem: disk }));
  t.same(path(full), ['working', 'broken', 'working', 'working']);

  const { board, parts } = made('first');
  t.match(stationsOf(board.state, parts.places), [
    { latencyMs: 4210 },
    { detail: '34 of 73 lists' },
    {},
    { latencyMs: 48 },
  ]);
  t.match(stationsOf(board.state, { ...parts.places, proxy: 'p:8080' })[2], { what: 'proxy p:8080' });
});

t.test('ready means: the last complete check is recent', async (t) => {
  const at = (change: Partial<BoardState>, ago: number, intervalMs = minute) => {
    const { state } = working().board;
    const now = 100 * day;
    return readinessOf({ ...state, cycle: { intervalMs, lastCheckAt: now - ago }, ...change }, now);
  };
  t.same(at({}, 5 * minute), { ready: true });
  t.match(at({}, 5 * minute + 1), { ready: false, reason: /300 s ago/ });
  t.same(at({}, 25 * minute, 10 * minute), { ready: true }, 'a slow schedule is patient');
  t.match(at({ pausedSince: 1 }, 0), { ready: false, reason: /paused/ });
  t.match(at({ working: false }, 0), { ready: false, reason: /not running/ });
  t.same(at({ quietUntil: 100 * day + 1 }, 300 * minute), { ready: true }, 'quiet hours are meant');
  t.match(readinessOf(scene().board.state, 0), { ready: false, reason: /complete yet/ });
});

t.test('the history is a day, whatever the pace', async (t) => {
  let history: History = noHistory;
  const start = Date.parse('2025-03-01T00:00:00');
  for (let second = 0; second < 3 * 24 * 3600; second += 30) {
    const failed = second % 7200 === 0;
    const change =
      second % 600 === 0 ? { outcome: 'changed' as const, sent: { student: 2, section: 1 }, deletes: 1 } : {};
    const end = failed
      ? ended({ outcome: 'failed', complete: false, problem: some })
      : ended({ ...change, seconds: 2 });
    if (end.moment === 'cycle.ended') history = addCycle(history, end, start + second * 1000);
  }
  const now = start + (3 * 24 * 3600 - 30) * 1000;
  t.equal(history.minutes.length, 1440);
  t.equal(history.cycles.length, 50);
  t.same(lastDay(history, now), { checks: 2880, failures: 12, records: 396, deletes: 132 });
  t.match(todayOf(history, now), { day: '2025-03-03', sent: { student: 264, section: 132 }, deletes: 132 });
  t.same(todayOf(history, now + day), { day: '2025-03-04', sent: {}, deletes: 0 });
  t.ok(
    history.cycles.every(
      ({ outcome }, index) => outcome !== 'unchanged' || history.cycles[index + 1]?.outcome !== 'unchanged',
    ),
    'a quiet time is one line',
  );
  const plot = plotOf(history, now);
  t.equal(plot.times.length, 288);
  t.equal((plot.times.at(-1) ?? 0) * 1000 <= now && now < (plot.times.at(-1) ?? 0) * 1000 + 5 * minute, true);
  t.equal(
    plot.records.reduce((sum: number, value) => sum + (value ?? 0), 0),
    396 + 132,
  );
  t.same(
    lastDay(history, start - day),
    { checks: 0, failures: 0, records: 0, deletes: 0 },
    'a clock that was set back',
  );
});

t.test('the history outlives the process, and not more often than needed on the disk', async (t) => {
  const path = join(t.testdir({}), 'history.json');
  const clock = new ManualClock();
  const file = new HistoryFile(path, clock);
  t.same(await file.load(), noHistory);
  const end = ended({ outcome: 'changed', sent: { student: 5 } });
  if (end.moment !== 'cycle.ended') throw new TypeError('it is one');
  const history = addCycle(noHistory, end, clock.now());
  await file.keep(history);
  t.same(await new HistoryFile(path, clock).load(), noHistory, 'too early');
  clock.advance(5 * minute);
  await file.keep(history);
  t.same(await new HistoryFile(path, clock).load(), history);
  await writeFile(path, '{"minutes":');
  t.same(await new HistoryFile(path, clock).load(), noHistory, 'a broken file is an empty one');
});

t.test('buckets: what is held comes first, what was never sent is there, too', async (t) => {
  const { board, parts } = made('held');
  const names = new Map([['1035', { name: 'Aspen', number: '1' }]]);
  const matrix = matrixOf(parts.buckets(), board.state, names);
  t.same(
    matrix.rows.slice(0, 3).map(({ schoolId, name, state }) => [schoolId, name, state]),
    [
      ['1021', undefined, 'stale'],
      ['1035', 'Aspen', 'stale'],
      ['1000', undefined, 'in step'],
    ],
  );
  t.same(matrix.states, { stale: 2, comparing: 1, unknown: 0, 'in step': 46 });
  t.equal(matrix.totals.school, 8);
  t.equal(matrix.rows.find(({ schoolId }) => schoolId === '1042')?.cells.teacher?.state, 'comparing');

  const fresh = scene(2);
  const of = () => matrixOf(fresh.parts.buckets(), fresh.board.state, new Map());
  t.equal(of().states.unknown, 13, 'nothing is claimed before the first comparison');
  fresh.board.watch({ moment: 'cycle.planned', buckets: ['student:1000', 'student:9'] });
  t.equal(of().states.comparing, 2);
  t.equal(of().rows.find(({ schoolId }) => schoolId === '9')?.cells.student?.records, 0);
  fresh.board.watch(ended({ outcome: 'failed', complete: false, problem: some }));
  t.equal(of().states.stale, 2, 'a cycle that broke off settles nothing');
  fresh.board.watch(ended());
  t.same(of().states, { stale: 0, comparing: 0, unknown: 0, 'in step': 13 });
});

t.test('what leaves is told from the schemas that the sending code uses', async (t) => {
  const leaving = leavingOf(wanted);
  const of = (kind: Kind) => leaving.kinds.find((found) => found.kind === kind);
  t.same(of('student')?.required, ['id']);
  t.same(of('student')?.chosen, ['username', 'studentNumber', 'givenName', 'surname', 'grade']);
  t.same(of('student')?.staying, ['secondaryEmail', 'middleName', 'graduationYear', 'homeRoom']);
  t.same(of('studentEnrollment')?.required, ['id', 'sectionId', 'studentId', 'startDate', 'endDate']);
  for (const kind of kinds) {
    const found = of(kind);
    t.same([...(found?.chosen ?? []), ...(found?.staying ?? [])].sort(), [...optionalFields[kind]].sort(), kind);
  }
  const marked = leavingOf({ schools: null, fields: { student: ['preRegistered'] } });
  t.same(marked.kinds.find(({ kind }) => kind === 'student')?.chosen, ['preRegistered'], 'a mark that is asked for');
  const how = scene();
  const shown = () => leavingBlock(modelOf(how.parts, undefined, { work: true, bundle: false }));
  connect(how);
  t.match(shown(), /All schools are included\..*the plugin cannot see other columns/s);
  how.board.report({ event: 'source.chosen', source: 'rest', unknown: [] });
  t.match(shown(), /by \/ws\/v1, which does not know co-teachers/, 'what the REST source cannot know is said');
  how.board.watch({ moment: 'link.opened', relay: 'https://r', tenant: 't', wanted: { schools: ['1'], fields: {} } });
  t.match(shown(), /1 school included: 1\. Of the others only name and number\./);
  t.match(leavingOf(undefined), { known: false, schools: [] });
  t.equal(leaving.schools, null);
});

t.test('the log keeps what matters longest', async (t) => {
  const log = new LogTail();
  log.add({ event: 'problem', ...some, code: 'SETTING_INVALID' }, 0);
  for (let at = 1; at <= 1000; at += 1) {
    if (at % 10 === 0) log.add({ event: 'link.lost', code: 'LINK_LOST', message: `${at}` }, at);
    else log.add({ event: 'problem', ...some }, at);
    log.add({ event: 'agent.restored', folder: '/' }, at);
  }
  t.equal(log.lines.length, 400);
  t.equal(log.lines.at(-1)?.number, 2001);
  t.same(
    log.since(1999).map(({ level }) => level),
    ['warning', 'info'],
  );
  const quiet = new LogTail();
  quiet.add({ event: 'problem', ...some, code: 'SETTING_INVALID' }, 0);
  const counts = { requests: 1, bytesReceivedFromPowerSchool: 1, bytesSent: 1, upserts: 0, deletes: 0 };
  const totals = { totalRequests: 1, totalBytesReceivedFromPowerSchool: 1, totalBytesSent: 1, totalUpserts: 0 };
  const check = { event: 'cycle.unchanged' as const, seconds: 1, ...counts, ...totals, totalDeletes: 0, rssPeakMB: 1 };
  for (let at = 1; at <= 1000; at += 1) quiet.add(check, at);
  t.match(quiet.lines[0], { level: 'error', at: 0 }, 'routine is forgotten first');
});

t.test('names of schools are read when they are missing, and not again and again', async (t) => {
  const clock = new ManualClock();
  let reads = 0;
  let fails = true;
  const names = new SchoolNames(async () => {
    reads += 1;
    if (fails) throw new Error('no');
    return [{ kind: 'school', schoolId: 'district', id: '1', name: 'North', schoolNumber: '100' }];
  }, clock);
  t.equal(await names.learn(['district']), false, 'the district is no school');
  t.equal(await names.learn(['1']), false);
  t.equal(await names.learn(['1']), false);
  t.equal(reads, 1);
  fails = false;
  clock.advance(10 * minute);
  t.equal(await names.learn(['1']), true);
  t.same(names.known.get('1'), { name: 'North', number: '100' });
  t.equal(await names.learn(['1', 'district']), false);
  t.equal(reads, 2);
});

t.test('who may ask what', async (t) => {
  const port = 8650;
  const page = { host: '127.0.0.1:8650' };
  const own = { ...page, origin: 'http://127.0.0.1:8650', 'sec-fetch-site': 'same-origin' };
  const status = (method: string, headers: Record<string, string>) => refusalOf(method, headers, port)?.status;
  t.equal(status('GET', page), undefined);
  t.equal(status('GET', { host: 'localhost:8650' }), undefined);
  for (const host of [
    'evil.example:8650',
    '127.0.0.1',
    '127.0.0.1:80',
    'localhost',
    '127.0.0.1.evil.example:8650',
    '',
  ]) {
    t.equal(status('GET', { host }), 421, host);
  }
  t.equal(status('GET', { ...page, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 403);
  t.equal(
    status('GET', { ...page, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
    undefined,
    'a link',
  );
  t.equal(status('POST', own), undefined);
  t.equal(status('POST', page), 403, 'without an origin');
  t.equal(status('POST', { ...own, origin: 'null' }), 403);
  t.equal(status('POST', { ...own, origin: 'http://evil.example' }), 403);
  t.equal(status('POST', { ...own, origin: 'http://localhost:8650' }), 403, 'the other name is another origin');
  t.equal(
    status('POST', { ...own, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
    403,
    'a foreign form',
  );
  t.equal(status('DELETE', page), 403);
  t.ok(sameToken('abc', 'abc'));
  t.notOk(sameToken('abd', 'abc'));
  t.notOk(sameToken('', 'abc'));
});

t.test('counts say of what, and an old answer is not shown beside "connected"', async (t) => {
  const blocks = (name: string) => {
    const { parts } = made(name);
    const model = modelOf(parts, undefined, { work: true, bundle: false });
    return { summary: bucketSummaryBlock(model), path: pathBlock(model) };
  };
  const { summary } = blocks('working');
  t.match(summary, /37 lists in step/, 'six schools with six kinds each, and the list of schools');
  t.match(summary, /<li>6 schools<\/li>/);
  t.match(summary, /Each school has one list of each kind of record/);
  t.match(blocks('working').path, /31 ms &middot; answered/, 'what is fresh is said');
  const stale = blocks('unreachable').path;
  t.notMatch(stale, /passed|answered .*9 minutes.*Relay/s, 'what is not fresh is unsaid where the line is open');
  t.match(stale, /kept open by pings/);
  t.match(stale, /answered <time/, 'of what is broken, the last success is said');
  t.notMatch(blocks('paused').path, /\banswers\b/, 'nobody is asked during a pause');
});

t.test('checks are dated, and what was not tried is neither good nor bad', async (t) => {
  const results: Check[] = [
    { name: 'powerschool.dns', status: 'fail', fact: 'Not found.', action: 'Check the name.' },
    notTried('powerschool.tls', 'powerschool.dns'),
    notTried('powerschool.token', 'powerschool.dns'),
  ];
  const { parts } = made('working');
  const model = modelOf(parts, undefined, { work: true, bundle: false });
  const shown = checksBlock({ ...model, checks: { running: false, at: model.now - 5 * minute, results } });
  t.match(shown, /1 failure and 0 warnings in 3 steps; 2 not tried because of them, <time datetime="20\d\d-/);
  t.match(shown, /<li class="is-quiet">.*not tried/s);
  t.notMatch(shown, /is-troubled|>warning</);
  t.match(
    checksBlock({ ...model, checks: { running: true, at: model.now, results } }),
    /Running since <time datetime=/,
  );
});

t.test('rows that were left out are listed with the page on which each is corrected', async (t) => {
  const shown = leftOutBlock(modelOf(made('leftOut').parts, undefined, { work: true, bundle: false }));
  t.match(shown, /3 rows cannot become a record/);
  t.match(shown, /SECTIONS 980|section 980/i);
  t.notMatch(shown, /class="hint"/, 'for eyes, too');
});
