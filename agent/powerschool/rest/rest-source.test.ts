/** The source against the simulator: turns, movements, and lists that change while they are read. */
import t, { type Test } from 'tap';
import { defaultSources } from '../../../plugin/extracts/sources.ts';
import { manifestOf } from '../../../plugin/manifest.ts';
import { packPlugin } from '../../../plugin/pack.ts';
import { type SimulatorOptions, startPowerSchoolSimulator } from '../../../scripts/simulators/powerschool/server.ts';
import type { RowFinding } from '../../../shared/left-out.ts';
import { type Bucket, type Kind, optionalFields, parseBucketKey, type RosterRecord } from '../../../shared/roster.ts';
import { Meter } from '../../model/meter.ts';
import type { Probe } from '../../model/probe.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { openSource } from '../choice/open-source.ts';
import { SignIn } from '../sign-in.ts';

const wanted = { student: [...optionalFields.student], teacher: [...optionalFields.teacher] };
const signal = AbortSignal.timeout(60_000);

async function open(t: Test, options: SimulatorOptions = {}) {
  const simulator = await startPowerSchoolSimulator({ students: 40, http: true, version: '24.3.0.0', ...options });
  t.teardown(() => simulator.close());
  const plugin = await packPlugin(manifestOf({ variant: 'rest-legacy', version: '0.1.0', sources: defaultSources }));
  const { clientId, clientSecret, pluginId } = await simulator.installPlugin(plugin);
  // The simulator's clock runs on; this one only measures the wait for a turn.
  const clock = new ManualClock(Date.now());
  const origin = new URL(simulator.baseUrl);
  const settings = {
    origin,
    clientId,
    clientSecret,
    caFile: undefined,
    minIntervalMs: 0,
    pageSize: 5000,
    horizonDays: 0,
  };
  const signIn = new SignIn({ url: origin.origin, stored: async () => settings, file: undefined, clock });
  const source = await openSource(
    { ...settings, source: 'rest', databaseShare: 0.02 },
    { clock, meter: new Meter(), signIn, last: undefined },
  );
  t.teardown(() => source.close());
  const probe = (remembered: Probe = new Map(), thorough = false) =>
    source.probe({ remembered: () => remembered, schools: null, thorough, signal });
  const read = async (bucket: Bucket, expectedRows: number) => {
    const records: RosterRecord[] = [];
    for await (const page of source.read(bucket, { expectedRows, wanted, signal }))
      records.push(...page.content().records);
    return records;
  };
  const readAll = async (entries: Probe) => {
    for (const [key, { records }] of entries) {
      const bucket = parseBucketKey(key);
      if (bucket !== undefined) await read(bucket, records);
    }
  };
  const configure = (pageSizes: object) =>
    fetch(`${simulator.baseUrl}/_sim/plugins/${pluginId}/configuration`, {
      method: 'POST',
      body: JSON.stringify({ pageSizes }),
    });
  const leftOut = async (bucket: Bucket, expectedRows: number) => {
    const found: RowFinding[] = [];
    for await (const page of source.read(bucket, { expectedRows, wanted, signal }))
      found.push(...page.content().leftOut);
    return found;
  };
  return { simulator, source, clock, probe, read, leftOut, readAll, configure };
}

function changed(before: Probe, after: Probe): string[] {
  return [...after].filter(([key, { hash }]) => before.get(key)?.hash !== hash).map(([key]) => key);
}

t.test('schools take turns as their share of the time allows', async (t) => {
  const { clock, probe, readAll } = await open(t, { schools: 2 });
  let remembered = await probe();
  await readAll(remembered);
  t.same(changed(remembered, await probe(remembered)), [], 'nothing changed, nothing is read');

  const turns: string[] = [];
  let minutes = 0;
  for (; minutes < 600 && turns.length < 4; minutes += 1) {
    clock.advance(60_000);
    const next = await probe(remembered);
    const due = new Set(changed(remembered, next).map((key) => key.split(':')[1]));
    t.ok(due.size <= 2);
    turns.push(...[...due].map(String));
    remembered = next;
  }
  t.equal(new Set(turns.slice(0, 2)).size, 2, 'both schools, before any has a second turn');
  t.ok(turns.length >= 4, `${turns.length} turns in ${minutes} minutes`);

  const thorough = changed(remembered, await probe(remembered, true));
  t.equal(thorough.length, 10, 'five kinds of two schools when somebody asks');
});

t.test('reads next the school that someone has moved to', async (t) => {
  const { simulator, probe, read, readAll } = await open(t, { schools: 2 });
  let remembered = await probe();
  await readAll(remembered);
  const active = (school: number) =>
    Number(
      simulator.db
        .prepare(
          `SELECT MIN(r.dcid) AS id FROM students r JOIN schools s ON s.school_number = r.schoolid
           WHERE s.dcid = ? AND r.enroll_status = 0`,
        )
        .get(school)?.id,
    );
  const [one, two] = [active(1), active(2)];
  const counts = [remembered.get('student:1')?.records ?? 0, remembered.get('student:2')?.records ?? 0] as const;
  simulator.edit([
    { op: 'transferStudent', studentId: one, schoolId: 2 },
    { op: 'transferStudent', studentId: two, schoolId: 1 },
  ]);
  const same = await probe(remembered);
  t.same(changed(remembered, same), [], 'the counts have not changed');

  // The first school's turn: the student is missing there and has not been seen anywhere else.
  const ids = (await read({ kind: 'student', schoolId: '1' }, counts[0])).map(({ id }) => id);
  t.notOk(ids.includes(String(one)));
  remembered = same;
  const next = await probe(remembered);
  t.ok(changed(remembered, next).includes('student:2'));
  t.notOk(changed(remembered, next).includes('student:1'));
  const found = await read({ kind: 'student', schoolId: '2' }, counts[1]);
  t.ok(found.some(({ id }) => id === String(one)));
  // The other student is missing there, having moved to the first school: that one is read once more, and that is all.
  const third = await probe(next);
  t.ok(changed(next, third).includes('student:1'));
  await read({ kind: 'student', schoolId: '1' }, counts[0]);
  t.same(changed(third, await probe(third)), []);
});

t.test('a list that changes while it is read cannot justify deletions', async (t) => {
  const { simulator, source, probe, configure } = await open(t);
  await configure({ student: 9 });
  await source.describe();
  const entry = (await probe()).get('student:1');
  const options = { expectedRows: entry?.records ?? 0, wanted, signal };
  const reading = async () => {
    let pages = 0;
    for await (const page of source.read({ kind: 'student', schoolId: '1' }, options)) {
      pages += 1;
      page.content().records;
      // Someone moves from the last page to the first: all rows in between shift by one.
      if (pages === 1) {
        const last = simulator.db
          .prepare('SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY lastfirst DESC LIMIT 1')
          .get();
        simulator.edit([{ op: 'renameStudent', studentId: Number(last?.dcid), lastName: 'Aaa' }]);
      }
    }
    return pages;
  };
  await t.rejects(reading(), { code: 'SOURCE_INCOMPLETE' });
});

t.test('a row of another school invalidates a list', async (t) => {
  const { simulator, probe, read } = await open(t, { schools: 2 });
  const entries = await probe();
  for (const [kind, path] of [
    ['student', 'student'],
    ['section', 'section'],
    ['teacher', 'staff'],
  ] as const) {
    simulator.addFault({ kind: 'foreign', path: `^/ws/v1/school/1/${path}$`, times: 0 });
    const records = entries.get(`${kind}:1`)?.records ?? 0;
    await t.rejects(read({ kind, schoolId: '1' }, records), { code: 'POWERSCHOOL_MALFORMED' }, kind);
  }
});

t.test('leaves out only the row that cannot become a record', async (t) => {
  const { simulator, probe, read, leftOut } = await open(t);
  const before = await probe();
  const rows = (kind: Kind) => before.get(`${kind}:1`)?.records ?? 0;
  const of = async (kind: Kind) => read({ kind, schoolId: '1' }, rows(kind));
  const [section] = await of('section');
  const sections = (await of('section')).length;
  simulator.db.prepare("UPDATE SECTIONS SET Section_Number = '' WHERE DCID = ?").run(Number(section?.id));
  t.equal((await of('section')).length, sections - 1);
  t.same(await leftOut({ kind: 'section', schoolId: '1' }, rows('section')), [
    { id: section?.id, field: 'sectionNumber', fault: 'missing' },
  ]);
});

t.test("a staff member of another school ends no one's class", async (t) => {
  const { simulator, probe, read } = await open(t, { schools: 2 });
  const entries = await probe();
  simulator.addFault({ kind: 'foreign', path: '^/ws/v1/school/1/staff$', times: 0 });
  const records = entries.get('teacherRoster:1')?.records ?? 0;
  await t.rejects(read({ kind: 'teacherRoster', schoolId: '1' }, records), { code: 'POWERSCHOOL_MALFORMED' });
});

t.test('copes with a limit that is lower than PowerSchool says', async (t) => {
  const { source, probe, read, configure } = await open(t, { students: 130 });
  await source.describe();
  const entries = await probe();
  const bucket = { kind: 'student', schoolId: '1' } as const;
  const all = await read(bucket, entries.get('student:1')?.records ?? 0);
  await configure({ student: 7, section: 10, staff: 3 });
  const again = await probe(entries);
  t.same(await read(bucket, again.get('student:1')?.records ?? 0), all);
  t.ok((await read({ kind: 'teacher', schoolId: '1' }, again.get('teacher:1')?.records ?? 0)).length > 3);
});

t.test('does not count unchanged lists of sections again', async (t) => {
  const { simulator, probe, read } = await open(t);
  const requestsOf = async (entries: Probe) => {
    const before = simulator.stats.requests;
    await read({ kind: 'studentEnrollment', schoolId: '1' }, entries.get('studentEnrollment:1')?.records ?? 0);
    return simulator.stats.requests - before;
  };
  const entries = await probe();
  const sections = entries.get('section:1')?.records ?? 0;
  const first = await requestsOf(entries);
  const second = await requestsOf(await probe(entries));
  t.ok(first >= 2 * sections, 'every list is counted once');
  t.equal(first - second, sections);
  const dropped = simulator.db
    .prepare(
      'SELECT c.dcid FROM cc c JOIN sections x ON x.id = c.sectionid JOIN terms t ON t.id = x.termid AND t.schoolid = x.schoolid WHERE t.firstday <= SUBSTR(SYSDATE(), 1, 10) AND c.dateleft > SUBSTR(SYSDATE(), 1, 10) LIMIT 1',
    )
    .get();
  simulator.edit([{ op: 'drop', ccId: Number(dropped?.dcid) }]);
  t.equal((await requestsOf(await probe(entries))) - second, 1, 'only the changed one is');
});
