/** The agent against the PowerSchool simulator: the real plugin, its SQL, TLS, refusals and edits. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { manifestOf, powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { queryName } from '../../plugin/queries.ts';
import { type PowerSchoolSimulator, startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { type Kind, kinds, optionalFields } from '../../shared/roster.ts';
import type { AgentEvent } from '../model/events.ts';
import { AgentBench } from '../testing/agent-bench.ts';
import { olderPlugin } from '../testing/older-plugin.ts';

async function open(
  t: Test,
  plugin = powerqueryManifest('0.1.0'),
): Promise<{ simulator: PowerSchoolSimulator; bench: AgentBench }> {
  const simulator = await startPowerSchoolSimulator({ students: 60 });
  t.teardown(() => simulator.close());
  const folder = t.testdir({});
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.ca ?? '');
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(plugin));
  const settings = {
    ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId, 'powerschool.caFile': caFile },
    'powerschool.pageSize': 50,
  };
  const bench = await AgentBench.open(join(folder, 'state'), settings, clientSecret);
  t.teardown(() => bench.close());
  bench.relay.fields = Object.fromEntries(kinds.map((kind) => [kind, [...optionalFields[kind]]]));
  return { simulator, bench };
}

function count(bench: AgentBench, kind: Kind): number {
  return [...bench.relay.mirror]
    .filter(([key]) => key.startsWith(`${kind}:`))
    .reduce((sum, [, { size }]) => sum + size, 0);
}

/** Runs one cycle and returns the status that ends it. */
async function synced(bench: AgentBench) {
  const status = bench.relay.next('status');
  const events = await bench.sync();
  return { events, status: await status };
}

function only(events: AgentEvent[]) {
  const found = events.filter((event) => event.event === 'cycle.committed' || event.event === 'cycle.unchanged');
  return found[0];
}

function inDatabase({ db }: PowerSchoolSimulator, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

function currentSection(simulator: PowerSchoolSimulator): number {
  return inDatabase(
    simulator,
    `SELECT MIN(x.dcid) FROM sections x JOIN terms t ON t.id = x.termid AND t.schoolid = x.schoolid
     WHERE t.firstday <= SUBSTR(SYSDATE(), 1, 10) AND t.lastday > SUBSTR(SYSDATE(), 1, 10)`,
  );
}

t.test('reads the district from the tables, and nothing more until it changes', async (t) => {
  const { simulator, bench } = await open(t);
  await bench.sync();
  t.equal(count(bench, 'student'), inDatabase(simulator, 'SELECT COUNT(*) FROM STUDENTS WHERE Enroll_Status = 0'));
  t.equal(count(bench, 'school'), inDatabase(simulator, 'SELECT COUNT(*) FROM SCHOOLS WHERE School_Number <> 999999'));
  for (const kind of kinds) t.ok(count(bench, kind) > 0, kind);
  t.same(bench.relay.violations, []);

  const before = simulator.stats.requests;
  t.match(only(await bench.sync()), { event: 'cycle.unchanged' });
  t.equal(simulator.stats.requests - before, 3, 'metadata, token and the one probe of a new process');
});

t.test('a pre-registered student arrives where plugin and profile say so', async (t) => {
  const early = (simulator: PowerSchoolSimulator) => {
    const [added] = simulator.edit([{ op: 'addStudent', schoolId: 1, firstName: 'Early', lastName: 'Bird' }]);
    const studentId = Number(added?.studentId);
    simulator.edit([{ op: 'enroll', studentId, sectionId: currentSection(simulator) }]);
    simulator.edit([{ op: 'deactivateStudent', studentId, status: -1 }]);
    const enrollment =
      'UPDATE cc SET sectionid = ABS(sectionid), termid = ABS(termid), dateenrolled = ? WHERE studentid';
    simulator.db.prepare(`${enrollment} = (SELECT id FROM students WHERE dcid = ?)`).run('2099-01-11', studentId);
    return String(studentId);
  };
  const arrived = ({ relay }: AgentBench, studentId: string) => {
    const enrollments = [...(relay.mirror.get('studentEnrollment:1')?.values() ?? [])];
    const own = enrollments.filter((record) => 'studentId' in record && record.studentId === studentId);
    return [relay.mirror.get('student:1')?.get(studentId), own];
  };
  const asked = ({ relay }: AgentBench, ...marks: string[]) => {
    relay.fields = { ...relay.fields, student: [...optionalFields.student, ...marks] };
  };
  const student = { preRegistered: true, surname: 'Bird' };
  const variants = [
    ['the plugin without the option', defaultSources, false],
    ['the plugin with it', { ...defaultSources, preRegistered: true }, true],
  ] as const;
  for (const [name, sources, isRead] of variants) {
    t.test(name, async (t) => {
      const { simulator, bench } = await open(t, manifestOf({ variant: 'powerquery', version: '0.1.0', sources }));
      const id = early(simulator);
      await bench.sync();
      t.same(arrived(bench, id), [undefined, []], 'nobody asks');
      asked(bench, 'preRegistered');
      await bench.sync();
      const expected = isRead ? [student, [{ startDate: '2099-01-11' }]] : [undefined, []];
      t.match(arrived(bench, id), expected);
      asked(bench);
      await bench.sync();
      t.same(arrived(bench, id), [undefined, []], 'no profile asks anymore');
      t.same(bench.relay.violations, []);
    });
  }
  t.test('/ws/v1', async (t) => {
    const { simulator, bench } = await open(
      t,
      manifestOf({ variant: 'rest', version: '0.1.0', sources: defaultSources }),
    );
    const id = early(simulator);
    await bench.sync();
    t.same(arrived(bench, id), [undefined, []], 'nobody asks');
    asked(bench, 'preRegistered');
    await bench.sync();
    t.match(arrived(bench, id), [student, [{ startDate: '2099-01-11' }]]);
    simulator.edit([{ op: 'deactivateStudent', studentId: Number(id), status: 0 }]);
    await bench.sync();
    t.notOk('preRegistered' in (arrived(bench, id)[0] ?? {}), 'once the day has come');
    t.same(bench.relay.violations, []);
  });
});

t.test('leaves out only the section whose number is empty, and keeps its last record', async (t) => {
  const { simulator, bench } = await open(t);
  await synced(bench);
  const sections = [...bench.relay.mirror].find(([key, { size }]) => key.startsWith('section:') && size > 1)?.[1];
  const [bad, other] = [...(sections?.values() ?? [])];
  const set = simulator.db.prepare('UPDATE SECTIONS SET Section_Number = ?, External_Expression = ? WHERE DCID = ?');
  set.run(null, '1(A)', Number(bad?.id));
  set.run('77', '1(B)', Number(other?.id));
  const broken = await synced(bench);
  t.match(only(broken.events), { bucketsFailed: 0, upserts: 1, deletes: 0 });
  t.match(sections?.get(other?.id ?? ''), { sectionNumber: '77' });
  t.same(sections?.get(bad?.id ?? ''), bad);
  t.match(broken.status.leftOut, { count: 1, rows: [{ kind: 'section', id: bad?.id, fault: 'missing' }] });

  simulator.db.prepare('DELETE FROM SECTIONS WHERE DCID = ?').run(Number(bad?.id));
  const gone = await synced(bench);
  t.match(only(gone.events), { bucketsFailed: 0 });
  t.notOk(sections?.has(bad?.id ?? ''), 'really gone');
  t.match(gone.status.leftOut, { count: 0 });
});

t.test('sends each edit in PowerSchool as the change that it is', async (t) => {
  const { simulator, bench } = await open(t);
  await bench.sync();
  const student = [...bench.relay.mirror].find(([key, { size }]) => key.startsWith('student:') && size > 0)?.[1];
  const record = [...(student?.values() ?? [])][0];
  const studentId = Number(record?.id);
  const schoolId = Number(record?.schoolId);

  simulator.edit([{ op: 'renameStudent', studentId, lastName: 'Ó Súilleabháin' }]);
  t.match(only(await bench.sync()), { bucketsRead: 1, upserts: 1, deletes: 0 });
  t.match(student?.get(String(studentId)), { surname: 'Ó Súilleabháin' });

  simulator.edit([{ op: 'addStudent', schoolId, firstName: 'New', lastName: "O'Brien" }]);
  t.match(only(await bench.sync()), { upserts: 1, deletes: 0 });

  simulator.edit([{ op: 'deactivateStudent', studentId }]);
  const cycle = only(await bench.sync());
  t.match(cycle, { event: 'cycle.committed', upserts: 0 });
  t.notOk(student?.has(String(studentId)), 'a student who left is gone, with the enrollments');
  t.equal(
    count(bench, 'studentEnrollment'),
    inDatabase(
      simulator,
      `SELECT COUNT(*) FROM CC c JOIN SECTIONS x ON x.ID = c.SectionID JOIN STUDENTS s ON s.ID = c.StudentID
       JOIN TERMS t ON t.ID = x.TermID AND t.SchoolID = x.SchoolID WHERE s.Enroll_Status = 0
       AND t.YearID = (SELECT MAX(YearID) FROM TERMS WHERE date(FirstDay) <= date('now'))`,
    ),
  );
  t.same(bench.relay.violations, []);
});

t.test('a failing server costs no record', async (t) => {
  const { simulator, bench } = await open(t);
  await bench.sync();
  const mirror = JSON.stringify(bench.relay.ids());
  const [key, students] =
    [...bench.relay.mirror].find(([name, { size }]) => name.startsWith('student:') && size > 1) ?? [];
  const [studentId] = students?.keys() ?? [];
  simulator.edit([{ op: 'renameStudent', studentId: Number(studentId), lastName: 'Changed' }]);
  const query = queryName('student');
  for (const [kind, code] of [
    ['maintenance', 'POWERSCHOOL_MAINTENANCE'],
    ['html', 'POWERSCHOOL_MAINTENANCE'],
    ['500', 'POWERSCHOOL_FAILED'],
    ['truncate', 'POWERSCHOOL_MALFORMED'],
  ] as const) {
    simulator.addFault({ kind, query, times: 1 });
    await t.rejects(bench.sync(), { code }, kind);
  }
  simulator.addFault({ kind: 'empty', query, times: 2 });
  await t.rejects(bench.sync(), { code: 'SOURCE_INCOMPLETE' }, 'empty');
  t.equal(JSON.stringify(bench.relay.ids()), mirror);

  // A connection that breaks once and a page that is cut once are retried in the same cycle.
  simulator.addFault({ kind: 'reset', query, times: 1 });
  simulator.addFault({ kind: 'partial', query, times: 1 });
  t.match(only(await bench.sync()), { upserts: 1, deletes: 0 });
  t.match(bench.relay.mirror.get(key ?? '')?.get(studentId ?? ''), { surname: 'Changed' });
});

t.test('a plugin older than 0.2.0 keeps working, and updating it causes no new reading', async (t) => {
  const { simulator, bench } = await open(t, olderPlugin('0.1.0'));
  await bench.sync();
  t.equal(count(bench, 'student'), inDatabase(simulator, 'SELECT COUNT(*) FROM STUDENTS WHERE Enroll_Status = 0'));
  simulator.edit([{ op: 'renameStudent', studentId: 1, lastName: 'Changed' }]);
  t.match(only(await bench.sync()), { bucketsRead: 1, upserts: 1, deletes: 0 });

  simulator.plugins.disable(simulator.plugins.list()[0]?.id ?? 0);
  await simulator.installPlugin(await packPlugin(powerqueryManifest('0.2.0')));
  t.match(only(await bench.sync()), { event: 'cycle.unchanged' });
});

t.test('a row of another school replaces no record', async (t) => {
  const { simulator, bench } = await open(t);
  const [second] = simulator.edit([{ op: 'addSchool', name: 'Second' }]);
  const schoolId = Number(second?.schoolId);
  simulator.edit([{ op: 'addStudent', schoolId, firstName: 'Ana', lastName: 'Šimić' }]);
  await bench.sync();
  const mirror = JSON.stringify(bench.relay.ids());
  simulator.edit([{ op: 'renameStudent', studentId: 1, lastName: 'Changed' }]);
  simulator.addFault({ kind: 'foreign', query: queryName('student'), times: 0 });
  await t.rejects(bench.sync(), { code: 'POWERSCHOOL_MALFORMED', message: /another school/ });
  t.equal(JSON.stringify(bench.relay.ids()), mirror);
});

t.test('handles expired tokens, throttling and a disabled plugin', async (t) => {
  const { simulator, bench } = await open(t);
  const stop = new AbortController();
  const { agent, events } = await bench.agent(stop.signal);
  const first = bench.relay.next('status');
  const running = agent.run();
  await first;
  const command = async () => {
    const result = bench.relay.next('result');
    bench.relay.send({ type: 'command', id: '5e5e0d3f-4d4f-4ad0-8f3c-6f1f5d2c1a11', name: 'sync' });
    return result;
  };
  simulator.oauth.revokeAll();
  t.match(await command(), { ok: true }, 'a new token is fetched');

  simulator.plugins.disable(simulator.plugins.list()[0]?.id ?? 0);
  t.match(await command(), { ok: false, error: { code: 'POWERSCHOOL_SECRET_REFUSED' } });
  t.match(events.at(-1), { event: 'problem', code: 'POWERSCHOOL_SECRET_REFUSED' });
  stop.abort();
  await running;
});
