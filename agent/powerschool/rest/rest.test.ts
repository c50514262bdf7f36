/** The agent on `/ws/v1`, against the PowerSchool simulator over HTTP, with a simulated relay. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { defaultSources } from '../../../plugin/extracts/sources.ts';
import { manifestOf, type Variant } from '../../../plugin/manifest.ts';
import { packPlugin } from '../../../plugin/pack.ts';
import type { EditRequest } from '../../../scripts/simulators/powerschool/edits/edits.ts';
import {
  type PowerSchoolSimulator,
  type SimulatorOptions,
  startPowerSchoolSimulator,
} from '../../../scripts/simulators/powerschool/server.ts';
import { type Kind, kinds, optionalFields } from '../../../shared/roster.ts';
import { showStatus } from '../../commands/status.ts';
import type { AgentEvent } from '../../model/events.ts';
import type { SettingChanges } from '../../settings/settings.ts';
import type { Context } from '../../terminal/context.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { expansionsFor } from './rows.ts';

const allFields = Object.fromEntries(kinds.map((kind) => [kind, [...optionalFields[kind]]]));

interface District {
  simulator: PowerSchoolSimulator;
  bench: AgentBench;
}

async function open(
  t: Test,
  variant: Variant = 'rest',
  { settings = {}, ...options }: SimulatorOptions & { settings?: SettingChanges } = {},
): Promise<District> {
  const simulator = await startPowerSchoolSimulator({ students: 40, http: true, ...options });
  t.teardown(() => simulator.close());
  const plugin = await packPlugin(manifestOf({ variant, version: '0.1.0', sources: defaultSources }));
  const { clientId, clientSecret } = await simulator.installPlugin(plugin);
  const address = { 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId };
  const bench = await AgentBench.open(t.testdir({}), { ...address, ...settings }, clientSecret);
  t.teardown(() => bench.close());
  bench.relay.fields = allFields;
  return { simulator, bench };
}

function count(bench: AgentBench, kind: Kind): number {
  return [...bench.relay.mirror]
    .filter(([key]) => key.startsWith(`${kind}:`))
    .reduce((sum, [, { size }]) => sum + size, 0);
}

function cycleOf(events: AgentEvent[]) {
  return events.find((event) => event.event === 'cycle.committed' || event.event === 'cycle.unchanged');
}

function scalar({ db }: PowerSchoolSimulator, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

/** One cycle of a new process as the schedule starts it, without a request for a thorough check. */
async function scheduled(bench: AgentBench): Promise<AgentEvent[]> {
  const stop = new AbortController();
  const { agent, events } = await bench.agent(stop.signal);
  const refusal = bench.relay.next('status');
  const running = agent.run();
  await refusal;
  stop.abort();
  await running;
  return events;
}

t.test('requests nothing but what is wanted besides the list itself', async (t) => {
  t.same(expansionsFor('student', ['givenName', 'username', 'studentNumber']), []);
  t.same(expansionsFor('student', ['homeRoom', 'secondaryEmail']), ['contact_info', 'schedule_setup']);
  t.same(expansionsFor('teacher', ['username', 'secondaryEmail']), ['emails']);
  t.same(expansionsFor('teacher'), []);
});

t.test(
  'reads the whole district, says what it cannot know, and reads nothing again until something changes',
  async (t) => {
    const { simulator, bench } = await open(t);
    const events = await bench.sync();
    t.match(
      events.find(({ event }) => event === 'source.chosen'),
      { source: 'rest', unknown: [/co-teachers/] },
    );
    t.equal(count(bench, 'student'), scalar(simulator, 'SELECT COUNT(*) FROM students WHERE enroll_status = 0'));
    for (const kind of kinds) t.ok(count(bench, kind) > 0, kind);
    t.same(bench.relay.violations, []);
    t.match(
      cycleOf(await bench.sync()),
      { event: 'cycle.committed', upserts: 0, deletes: 0 },
      'reads everything on request',
    );

    const before = simulator.stats.requests;
    t.match(cycleOf(await scheduled(bench)), { event: 'cycle.unchanged' });
    // Metadata, token, the missing probe, whether /ws/v1 is open; schools (2), the years of the school (2 or 4), counts
    // (3).
    const requests = simulator.stats.requests - before;
    t.ok(requests <= 13, `${requests} requests`);

    const stdout = new PassThrough();
    const shown = text(stdout);
    await showStatus({ folder: bench.folder, stdout: stdout as unknown as NodeJS.WriteStream } as Context, {});
    stdout.end();
    t.match(await shown, /Read through +\/ws\/v1, which does not know co-teachers/);
  },
);

t.test('counts show at once who comes and goes; a new name shows when its school has its turn', async (t) => {
  const { simulator, bench } = await open(t);
  await bench.sync();
  const [added] = simulator.edit([{ op: 'addStudent', schoolId: 1, firstName: 'New', lastName: "O'Brien" }]);
  const studentId = Number(added?.studentId);
  simulator.edit([{ op: 'enroll', studentId, sectionId: scalar(simulator, 'SELECT MAX(dcid) FROM sections') }]);
  const current = scalar(
    simulator,
    `SELECT MIN(x.dcid) FROM sections x JOIN terms t ON t.id = x.termid AND t.schoolid = x.schoolid
     WHERE t.firstday <= SUBSTR(SYSDATE(), 1, 10) AND t.lastday > SUBSTR(SYSDATE(), 1, 10)`,
  );
  simulator.edit([{ op: 'enroll', studentId, sectionId: current }]);
  await scheduled(bench);
  t.match(bench.relay.mirror.get('student:1')?.get(String(studentId)), { surname: "O'Brien" });
  const enrolled = [...(bench.relay.mirror.get('studentEnrollment:1')?.values() ?? [])];
  t.ok(
    enrolled.some((record) => 'studentId' in record && record.studentId === String(studentId)),
    "including the school's enrollments",
  );

  simulator.edit([{ op: 'renameStudent', studentId, lastName: 'Šimić' }]);
  t.match(cycleOf(await scheduled(bench)), { event: 'cycle.unchanged' }, 'no count shows a name');
  await bench.sync();
  t.match(bench.relay.mirror.get('student:1')?.get(String(studentId)), { surname: 'Šimić' });

  simulator.edit([{ op: 'deactivateStudent', studentId }]);
  await scheduled(bench);
  t.notOk(bench.relay.mirror.get('student:1')?.has(String(studentId)));
  const left = [...(bench.relay.mirror.get('studentEnrollment:1')?.values() ?? [])];
  t.notOk(
    left.some((record) => 'studentId' in record && record.studentId === String(studentId)),
    "including the student's enrollments",
  );
  t.same(bench.relay.violations, []);
});

t.test('two students who trade places are never both gone', async (t) => {
  const { simulator, bench } = await open(t, 'rest', { schools: 2 });
  const stop = new AbortController();
  const { agent, events } = await bench.agent(stop.signal);
  const first = bench.relay.next('status');
  const running = agent.run();
  await first;
  const sync = async () => {
    const result = bench.relay.next('result');
    bench.relay.send({ type: 'command', id: '5e5e0d3f-4d4f-4ad0-8f3c-6f1f5d2c1a11', name: 'sync' });
    t.match(await result, { ok: true });
  };
  const [one, two] = [1, 2].map((schoolId) =>
    scalar(
      simulator,
      `SELECT MIN(r.dcid) FROM students r JOIN schools s ON s.school_number = r.schoolid WHERE s.dcid = ${schoolId} AND r.enroll_status = 0`,
    ),
  );
  simulator.edit([
    { op: 'transferStudent', studentId: one, schoolId: 2 },
    { op: 'transferStudent', studentId: two, schoolId: 1 },
  ]);
  await sync();
  t.ok(bench.relay.mirror.get('student:2')?.has(String(one)));
  t.ok(bench.relay.mirror.get('student:1')?.has(String(two)));
  t.notOk(bench.relay.mirror.get('student:1')?.has(String(one)));
  stop.abort();
  await running;
  t.same(
    events.filter(({ event }) => event === 'problem'),
    [],
  );
});

t.test('a failing server costs no record', async (t) => {
  const { simulator, bench } = await open(t);
  await fetch(`${simulator.baseUrl}/_sim/plugins/1001/configuration`, {
    method: 'POST',
    body: JSON.stringify({ pageSizes: { student: 30, section: 60 } }),
  });
  await bench.sync();
  const mirror = contentOf(bench);
  const codes = {
    ...{ partial: 'SOURCE_INCOMPLETE', empty: 'SOURCE_INCOMPLETE' },
    ...{ truncate: 'POWERSCHOOL_MALFORMED', 500: 'POWERSCHOOL_FAILED' },
    ...{ html: 'POWERSCHOOL_MAINTENANCE', maintenance: 'POWERSCHOOL_MAINTENANCE' },
  } as const;
  const lists = ['district/school', 'school/1/term', 'school/1/student', 'school/1/staff', 'school/1/section'];
  const enrollments = 'section/\\d+/section_enrollment';
  const cases: [string, keyof typeof codes][] = [
    ...[...lists, enrollments].flatMap((path): [string, keyof typeof codes][] => [
      ...[[`${path}$`, 'partial'] as [string, 'partial'], [`${path}$`, 'empty'] as [string, 'empty']],
      [`${path}$`, 'truncate'],
    ]),
    ...[...lists, enrollments].map((path): [string, '500'] => [`${path}/count`, '500']),
    ...[[`${enrollments}$`, 'html'] as [string, 'html'], ['school/1/course', 'maintenance'] as [string, 'maintenance']],
  ];
  for (const [path, kind] of cases) {
    simulator.addFault({ kind, path: `/ws/v1/${path}`, times: kind === 'partial' || kind === 'empty' ? 0 : 1 });
    const code = await bench.sync().then(
      () => 'none',
      (error: { code: string }) => error.code,
    );
    t.equal(code, codes[kind], `${kind} ${path}`);
    t.equal(contentOf(bench), mirror, 'removes nothing');
    await fetch(`${simulator.baseUrl}/_sim/faults`, { method: 'DELETE' });
  }
  for (const kind of ['partial', 'empty'] as const) {
    // A course that is not in the list is requested by itself.
    simulator.addFault({ kind, path: '/ws/v1/school/1/course$', times: 0 });
    await bench.sync();
    t.equal(contentOf(bench), mirror);
  }
});

/** Everything that the relay has. */
function contentOf(bench: AgentBench): string {
  const buckets = [...bench.relay.mirror].filter(([, records]) => records.size > 0);
  const content = buckets.map(([key, records]) => `${key} ${JSON.stringify([...records].sort(byId))}`);
  return content.sort().join('\n');
}

function byId([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

t.test('whatever happened before, a clean cycle gives the relay what PowerSchool has', async (t) => {
  const { simulator, bench } = await open(t, 'rest', { students: 12 });
  const one = (table: string, where: string, at: number) => {
    const rows = simulator.db.prepare(`SELECT dcid FROM ${table} WHERE ${where} ORDER BY dcid`).all();
    return Number(rows[at % Math.max(1, rows.length)]?.dcid ?? 1);
  };
  const student = (at: number) => one('students', 'enroll_status = 0', at);
  const section = (at: number) => one('sections', '1 = 1', at);
  const edits: ((at: number) => EditRequest)[] = [
    (at) => ({ op: 'renameStudent', studentId: student(at), lastName: `Name ${at}` }),
    (at) => ({ op: 'changeUsername', studentId: student(at), username: String(at) }),
    (at) => ({ op: 'addStudent', schoolId: 1, firstName: 'New', lastName: String(at) }),
    (at) => ({ op: 'deactivateStudent', studentId: student(at) }),
    (at) => ({ op: 'enroll', studentId: student(at), sectionId: section(at + 3) }),
    (at) => ({ op: 'drop', ccId: one('cc', 'sectionid > 0', at) }),
    (at) => ({ op: 'addSection', schoolId: 1, courseNumber: 'MTH05', userId: one('users', 'ptaccess = 1', at) }),
    (at) => ({ op: 'deleteSection', sectionId: section(at) }),
    (at) => ({ op: 'changeLeadTeacher', sectionId: section(at), userId: one('users', 'ptaccess = 1', at) }),
    (at) => ({ op: 'renameCourse', courseId: one('courses', '1 = 1', at), name: `Course ${at}` }),
  ];
  const faults = ['partial', 'empty', '500', 'truncate', 'html', '401', 'reset'] as const;
  const step = fc.record({
    edit: fc.nat({ max: edits.length - 1 }),
    at: fc.nat({ max: 500 }),
    fault: fc.option(fc.constantFrom(...faults)),
    path: fc.constantFrom('/student$', '/section$', '/section_enrollment$', '/staff$', '/count$', '/term$'),
    thorough: fc.boolean(),
  });
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
    for (const { edit, at, fault, path, thorough } of steps) {
      // One edit may make the next impossible, for instance dropping what is already dropped.
      try {
        simulator.edit([edits[edit]?.(at) ?? { op: 'drop' }]);
      } catch {}
      if (fault !== null) simulator.addFault({ kind: fault, path, times: 1 });
      await (thorough ? bench.sync() : scheduled(bench)).catch(() => undefined);
      await fetch(`${simulator.baseUrl}/_sim/faults`, { method: 'DELETE' });
    }
    await bench.sync();
    const other = await another(t, simulator);
    await other.sync();
    return contentOf(other) === contentOf(bench) && bench.relay.violations.length === 0;
  });
  const { HALLPASS_RUNS: runs } = process.env;
  await fc.assert(property, runs === undefined ? { seed: 20_261_201, numRuns: 3 } : { numRuns: Number(runs) });
  t.pass();
});

/** A new agent and relay on the same PowerSchool. */
async function another(t: Test, simulator: PowerSchoolSimulator): Promise<AgentBench> {
  const { clientId = '', clientSecret = '' } = simulator.plugins.list()[0]?.credentials ?? {};
  const settings = { 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId };
  const folder = await mkdtemp(join(t.testdirName, 'another-'));
  const bench = await AgentBench.open(folder, settings, clientSecret);
  t.teardown(() => bench.close());
  bench.relay.fields = allFields;
  return bench;
}

t.test('the access gate of 25.2 has its own error and does not cause token requests', async (t) => {
  const { simulator, bench } = await open(t, 'rest-legacy', { settings: { 'powerschool.source': 'rest' } });
  await t.rejects(bench.sync(), { code: 'POWERSCHOOL_V1_DENIED', message: /accessLevelV1Api READ/, action: /READ/ });
  t.equal(simulator.stats.requests, 3, 'metadata, one token, one refusal');
  const [plugin] = simulator.plugins.list();
  if (plugin !== undefined) plugin.manifest.v1Access = 'READ';
  await bench.sync();
  t.ok(count(bench, 'student') > 0, 'works with the same credentials once an administrator has enabled it');
});

t.test('auto uses what the plugin has, and does not leave the queries by itself', async (t) => {
  const nothing = await open(t, 'rest-legacy');
  await t.rejects(nothing.bench.sync(), { code: 'POWERSCHOOL_NOTHING_TO_READ', message: /roster\.probe.*READ/ });

  const older = await open(t, 'rest-legacy', { version: '24.3.0.0' });
  const chosen = (await older.bench.sync()).find(({ event }) => event === 'source.chosen');
  t.match(chosen, { source: 'rest' });
  const rosters = count(older.bench, 'teacherRoster');
  const students = count(older.bench, 'student');
  await upgrade(older.simulator, 'powerquery', '0.2.0');
  const events = await older.bench.sync();
  t.notOk(
    events.some(({ event }) => event === 'source.chosen'),
    'now the queries exist',
  );
  t.match(cycleOf(events), { bucketsFailed: 0 });
  t.ok(count(older.bench, 'teacherRoster') > rosters, 'co-teachers have arrived');
  t.equal(count(older.bench, 'student'), students);
  t.same(older.bench.relay.violations, []);

  await upgrade(older.simulator, 'rest-legacy', '0.3.0');
  await t.rejects(older.bench.sync(), { code: 'POWERSCHOOL_QUERY_MISSING' });
  t.ok(count(older.bench, 'teacherRoster') > rosters, 'and do not disappear because the queries did');
});

async function upgrade({ plugins }: PowerSchoolSimulator, variant: Variant, version: string): Promise<void> {
  const [plugin] = plugins.list();
  plugins.disable(plugin?.id ?? 0);
  const zip = await packPlugin(manifestOf({ variant, version, sources: defaultSources }));
  plugins.enable((await plugins.install(zip)).id);
}

t.test('respects page limits', async (t) => {
  const { simulator, bench } = await open(t, 'rest', { students: 130 });
  await bench.sync();
  const content = contentOf(bench);
  await fetch(`${simulator.baseUrl}/_sim/plugins/1001/configuration`, {
    method: 'POST',
    body: JSON.stringify({ pageSizes: { student: 7, section: 30, staff: 3, course: 11, section_enrollment: 4 } }),
  });
  const before = simulator.stats.requests;
  await bench.sync();
  t.ok(simulator.stats.requests - before > 150);
  t.equal(contentOf(bench), content);
});

t.test('reads nothing from schools that nobody wants', async (t) => {
  const { simulator, bench } = await open(t, 'rest', { schools: 2 });
  bench.relay.schools = ['2'];
  await bench.sync();
  const buckets = [...bench.relay.mirror].filter(([, { size }]) => size > 0).map(([key]) => key);
  t.ok(
    buckets.every((key) => key === 'school:district' || key.endsWith(':2')),
    buckets.join(),
  );
  t.equal(count(bench, 'school'), 2);
  simulator.addFault({ kind: '500', path: '/school/1/', times: 0 });
  t.match(cycleOf(await bench.sync()), { bucketsFailed: 0 });
});
