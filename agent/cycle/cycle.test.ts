/**
 * The whole agent on real sockets and files: what it sends, what it does not send, and what survives an interruption.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { AgentMessage } from '../../shared/link.ts';
import type { AgentEvent } from '../model/events.ts';
import { type District, person } from '../testing/district.ts';
import { inStep, openDistrict } from '../testing/in-step.ts';
import type { Row } from '../testing/powerschool-double.ts';

function committed(events: AgentEvent[]) {
  return events.filter((event) => event.event === 'cycle.committed');
}

function rowsOf(district: District, key: string): Row[] {
  return district.powerschool.buckets.get(key) ?? [];
}

t.test('sends everything in the first cycle, and asks PowerSchool once in the next', async (t) => {
  const district = await openDistrict(t);
  const [first] = committed(await district.bench.sync());
  t.match(first, { bucketsChanged: 13, bucketsRead: 13, upserts: 110, deletes: 0, bucketsFailed: 0 });
  inStep(t, district);
  const student = district.relay.mirror.get('student:1')?.get('1000');
  t.same(student, {
    kind: 'student',
    schoolId: '1',
    id: '1000',
    username: 'student1000',
    givenName: 'Zoë',
    surname: "O'Neil",
  });
  t.notOk('city' in (district.relay.mirror.get('school:district')?.get('1') ?? {}), 'unwanted fields stay here');
  t.equal(district.relay.mirror.get('teacherRoster:1')?.get('1000')?.kind, 'teacherRoster');

  const asked = district.powerschool.asked.length;
  const heard = district.relay.heard.length;
  const events = await district.bench.sync();
  t.match(
    events.map(({ event }) => event),
    ['agent.ready', 'link.open', 'cycle.unchanged', 'agent.stopped'],
  );
  t.same(
    district.powerschool.asked.slice(asked).map(({ query, path }) => query ?? path),
    ['/ws/v1/metadata', '/oauth/access_token', 'probe'],
  );
  const said = district.relay.heard.slice(heard).map(({ type }) => type);
  t.same(
    said.filter((type) => type !== 'status'),
    ['hello'],
  );
});

t.test('a change causes only its own bucket to be read and sent', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const students = rowsOf(district, 'student:1');
  district.powerschool.set('student:1', [
    { ...students[0], surname: 'Changed' } as Row,
    ...students.slice(2),
    person('5000', 'student'),
  ]);
  const reads = district.powerschool.of('student').length;
  const [cycle] = committed(await district.bench.sync());
  t.match(cycle, { bucketsChanged: 1, bucketsRead: 1, upserts: 2, deletes: 1 });
  t.ok(
    district.powerschool
      .of('student')
      .slice(reads)
      .every(({ binds }) => binds.school === '1'),
  );
  inStep(t, district);
});

t.test('sends a student who moves to the new school before removing the old record', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const [mover, ...rest] = rowsOf(district, 'student:1');
  district.powerschool.set('student:1', rest);
  district.powerschool.set('student:2', [...rowsOf(district, 'student:2'), mover as Row]);
  const before = district.relay.said('batch').length;
  await district.bench.sync();
  const batches = district.relay.said('batch').slice(before);
  t.same(
    batches.map(({ bucket, upserts, deletes }) => [bucket.schoolId, upserts.length, deletes.length]),
    [
      ['2', 1, 0],
      ['1', 0, 1],
    ],
  );
  inStep(t, district);
});

t.test('sends no deletions of a kind while one of its buckets cannot be read', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const [mover, ...rest] = rowsOf(district, 'student:1');
  district.powerschool.set('student:1', rest);
  district.powerschool.set('student:2', [...rowsOf(district, 'student:2'), mover as Row]);
  district.powerschool.fault = ({ query, binds }) =>
    query === 'student' && binds.school === '2' ? { status: 500, body: { message: 'no' } } : undefined;
  await t.rejects(district.bench.sync(), { code: 'POWERSCHOOL_FAILED' });
  t.ok(district.relay.mirror.get('student:1')?.has('1000'), 'the student is still where they were');
  t.equal(district.relay.said('cycle.commit').length, 2, 'the rest was committed');

  district.powerschool.fault = () => undefined;
  await district.bench.sync();
  inStep(t, district);
});

t.test('sends no deletions from a reading that is not proven complete', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const all = rowsOf(district, 'student:1');
  district.powerschool.set('student:1', [{ ...all[0], surname: 'Changed' } as Row, ...all.slice(1)]);
  const drop = (body: string | object) =>
    'record' in (body as object)
      ? { ...(body as object), record: (body as { record: Row[] }).record.filter(({ id }) => id !== '1003') }
      : body;
  district.powerschool.fault = ({ query, counting }, answer) =>
    query === 'student' && !counting ? { ...answer, body: drop(answer.body) } : undefined;
  const batches = district.relay.said('batch').length;
  await t.rejects(district.bench.sync(), { code: 'SOURCE_INCOMPLETE' });
  t.equal(district.relay.said('batch').length, batches, 'the bucket is unchanged');

  district.powerschool.fault = () => undefined;
  await district.bench.sync();
  inStep(t, district);
});

t.test('counts a bucket that neither the probe nor the reading shows before dropping it', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const before = district.ids();
  // Half of the probe is missing and the reading is empty: they agree, and both are wrong.
  district.powerschool.fault = ({ query, counting }, answer) => {
    if (query === 'probe') {
      const { record } = answer.body as { record: Row[] };
      return { ...answer, body: { record: record.filter(({ k, s }) => k !== 'tc' || s !== '2') } };
    }
    return query === 'teacher' && !counting ? { ...answer, body: { '@extensions': '' } } : undefined;
  };
  await t.rejects(district.bench.sync(), { code: 'SOURCE_INCOMPLETE' });
  t.same(district.relay.ids(), before);
  district.powerschool.fault = () => undefined;
  district.powerschool.buckets.delete('teacher:2');
  await district.bench.sync();
  t.notOk(district.relay.mirror.get('teacher:2')?.size, 'and removes it when it is really empty');
});

t.test('completes a page that was cut short', async (t) => {
  const district = await openDistrict(t);
  district.powerschool.fault = ({ query, counting }, answer) => {
    if (query !== 'student' || counting || !('record' in (answer.body as object))) return undefined;
    return { ...answer, body: { record: (answer.body as { record: Row[] }).record.slice(0, 4) } };
  };
  await district.bench.sync();
  inStep(t, district);
});

t.test('merges rows duplicated by a join into one record, even across pages', async (t) => {
  const district = await openDistrict(t);
  const rows = rowsOf(district, 'teacher:1');
  const teachers = Array.from({ length: 12 }, (_, index) => person(`${100 + index}`, 'teacher'));
  // Rows 9 to 11 of the bucket share one key, so the page of 10 ends in the middle of them.
  const doubled = teachers.flatMap((row) => (row.id === '108' ? [row, row, { ...row, username: 'other' }] : [row]));
  district.powerschool.set('teacher:1', [...rows, ...doubled]);
  const [cycle] = committed(await district.bench.sync());
  t.equal(cycle?.bucketsFailed, 0);
  t.equal(district.relay.mirror.get('teacher:1')?.size, 13);
  t.match(district.relay.mirror.get('teacher:1')?.get('108'), { username: 'other' });
  t.equal(
    (await district.bench.sync()).some(({ event }) => event === 'cycle.unchanged'),
    true,
  );
});

t.test('sends and deletes nothing on maintenance, wrong rows or lost permission', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  district.powerschool.set('student:1', [person('1000', 'student')]);
  const cases: [string, District['powerschool']['fault'], string][] = [
    [
      'a redirect',
      () => ({ status: 302, headers: { location: 'https://message.example' }, body: '' }),
      'POWERSCHOOL_MAINTENANCE',
    ],
    ['a web page', () => ({ status: 200, body: '<html>page unavailable</html>' }), 'POWERSCHOOL_MAINTENANCE'],
    [
      'a page in the middle',
      ({ query }) => (query === 'student' ? { status: 200, body: '<html>' } : undefined),
      'POWERSCHOOL_MAINTENANCE',
    ],
    [
      'a bad row',
      ({ query }) => (query === 'student' ? { status: 200, body: { record: [{ id: 'x' }] } } : undefined),
      'POWERSCHOOL_MALFORMED',
    ],
    [
      'no JSON',
      ({ query }) =>
        query === 'student'
          ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{"record":[' }
          : undefined,
      'POWERSCHOOL_MALFORMED',
    ],
    [
      'no access',
      ({ query }) =>
        query === 'probe'
          ? { status: 403, body: { message: 'Validation Failed', errors: [{ field: 'students.dcid' }] } }
          : undefined,
      'POWERSCHOOL_ACCESS_DENIED',
    ],
    [
      'no query',
      ({ query }) => (query === 'probe' ? { status: 404, body: { message: 'not found' } } : undefined),
      'POWERSCHOOL_QUERY_MISSING',
    ],
    [
      'nothing at all',
      ({ query }) => (query === 'probe' ? { status: 200, body: { '@extensions': '' } } : undefined),
      'SOURCE_KIND_EMPTY',
    ],
  ];
  for (const [name, fault, code] of cases) {
    district.powerschool.fault = fault;
    await t.rejects(district.bench.sync(), { code }, name);
  }
  t.equal(district.relay.mirror.get('student:1')?.size, 25);
  t.equal(district.relay.said('batch').filter(({ deletes }) => deletes.length > 0).length, 0);
  district.powerschool.fault = () => undefined;
  await district.bench.sync();
  inStep(t, district);
});

t.test('a school that comes twice in place of another deletes none', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const [north = {}, south = {}] = rowsOf(district, 'school:district');
  district.powerschool.set('school:district', [{ ...north, name: 'Northern' }, south]);
  district.powerschool.fault = ({ query, counting }) =>
    query === 'school' && !counting ? { status: 200, body: { record: [north, north] } } : undefined;
  await t.rejects(district.bench.sync(), { code: 'POWERSCHOOL_MALFORMED' });
  t.equal(district.relay.said('batch').filter(({ deletes }) => deletes.length > 0).length, 0);
  district.powerschool.fault = () => undefined;
  await district.bench.sync();
  inStep(t, district);
});

t.test('a kind that disappears entirely needs confirmation', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  district.powerschool.set('studentEnrollment:1', []);
  await district.bench.sync();
  t.equal(district.relay.mirror.get('studentEnrollment:1')?.size, 0, 'one school may become empty');
  district.powerschool.set('studentEnrollment:2', []);
  await t.rejects(district.bench.sync(), {
    code: 'SOURCE_KIND_EMPTY',
    message: /no enrollments at all/,
    action: /--accept-empty studentEnrollment/,
  });
  t.equal(district.relay.mirror.get('studentEnrollment:2')?.size, 25);
  await district.bench.sync(new Set(['studentEnrollment'] as const));
  inStep(t, district);
});

t.test('deleting the state folder between two cycles costs only a comparison', async (t) => {
  const district = await openDistrict(t);
  const stop = new AbortController();
  const { agent, events } = await district.bench.agent(stop.signal);
  const first = district.relay.next('status');
  const running = agent.run();
  await first;
  await rm(district.folder, { recursive: true });
  const heard = district.relay.heard.length;
  const second = district.relay.next('result');
  district.relay.send({ type: 'command', id: '9b2f7f0e-58ab-4e2c-8b51-6e0a3d9c1d11', name: 'sync' });
  t.match(await second, { ok: true });
  stop.abort();
  await running;
  const said = district.relay.heard.slice(heard).map(({ type }) => type);
  t.equal(said.filter((type) => type === 'manifest.get').length, 13);
  t.notOk(said.includes('batch'), 'sends nothing but the comparison');
  t.ok(events.some(({ event }) => event === 'agent.restored'));
  inStep(t, district);

  t.ok((await readdir(district.folder)).includes('identity.json'), 'the folder is complete again');
  t.match((await district.bench.sync()).map(({ event }) => event).at(-2), 'cycle.unchanged');
});

t.test('rebuilds a deleted or broken baseline from the manifest', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const file = join(district.folder, 'baseline', 'student-1.json');
  const other = join(district.folder, 'baseline', 'student-2.json');
  for (const harm of [
    () => writeFile(file, '{"bucket":"student:1","entries":[['),
    () => rm(file),
    () => writeFile(file, ''),
  ]) {
    await harm();
    await rm(other);
    const heard = district.relay.heard.length;
    const [cycle] = committed(await district.bench.sync());
    t.match(cycle, { bucketsRead: 2, upserts: 0, deletes: 0 });
    t.equal(district.relay.heard.slice(heard).filter(({ type }) => type === 'manifest.get').length, 2);
    t.equal(JSON.parse(await readFile(file, 'utf8')).entries.length, 25);
  }
  inStep(t, district);
});

t.test('a difference at the relay heals by itself', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  district.relay.mirror.get('student:1')?.delete('1001');
  const [cycle] = committed(await district.bench.sync());
  t.match(cycle, { bucketsRead: 1, upserts: 1, deletes: 0 });
  inStep(t, district);

  // In mid-cycle, the relay notices at the commit and asks for repair, and `sync --once` continues with that.
  district.powerschool.set('student:2', rowsOf(district, 'student:2').slice(1));
  district.relay.fault = (message) => {
    if (message.type === 'cycle.commit') district.relay.mirror.get('student:2')?.delete('2005');
    district.relay.fault = message.type === 'cycle.commit' ? () => undefined : district.relay.fault;
    return undefined;
  };
  t.match(committed(await district.bench.sync()), [
    { bucketsToRepair: 1, deletes: 1 },
    { bucketsRead: 1, upserts: 1 },
  ]);
  inStep(t, district);
});

t.test('converges after an interruption at any message, and resends little', async (t) => {
  const district = await openDistrict(t);
  const messages: [AgentMessage['type'], 'cut' | 'cutAfter'][] = [
    ['cycle.begin', 'cutAfter'],
    ['batch', 'cut'],
    ['batch', 'cutAfter'],
    ['cycle.commit', 'cut'],
    ['cycle.commit', 'cutAfter'],
  ];
  for (const [type, how] of messages) {
    const rows = rowsOf(district, 'student:1');
    district.powerschool.set('student:1', [
      ...rows.slice(1),
      person(`${3000 + district.relay.heard.length}`, 'student'),
    ]);
    district.relay.fault = (message) => (message.type === type ? how : undefined);
    await t.rejects(district.bench.sync(), { code: 'LINK_LOST' }, `${how} at ${type}`);
    district.relay.fault = () => undefined;
    await district.bench.sync();
    inStep(t, district);
  }
  t.match((await district.bench.sync()).map(({ event }) => event).at(-2), 'cycle.unchanged');
});

t.test('a change undone while the agent was offline does not stay at the relay', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  const before = rowsOf(district, 'student:1');
  district.powerschool.set('student:1', [...before, person('9000', 'student')]);
  district.relay.fault = (message) => (message.type === 'cycle.commit' ? 'cut' : undefined);
  await t.rejects(district.bench.sync(), { code: 'LINK_LOST' });
  t.ok(district.relay.mirror.get('student:1')?.has('9000'));
  district.relay.fault = () => undefined;
  district.powerschool.set('student:1', before);
  await district.bench.sync();
  inStep(t, district);
});

t.test('a change that is undone while it is read is sent when it comes again', async (t) => {
  const [key, query] = ['student:1', 'student'] as const;
  for (const change of [
    (rows: Row[]) => [...rows, person('9000', 'student')],
    (rows: Row[]) => rows.map((row, index) => (index === 0 ? { ...row, givenname: 'Ana' } : row)),
  ]) {
    const district = await openDistrict(t);
    const { powerschool, bench } = district;
    await bench.sync();
    const before = rowsOf(district, key);
    const after = change(before);
    powerschool.set(key, after);
    // Between the probe and the reading, and back after it.
    powerschool.fault = (asked) => {
      if (asked.query === 'probe') powerschool.set(key, before);
      return undefined;
    };
    await bench.sync();
    t.ok(powerschool.of(query).length > 1, 'it was read');
    powerschool.fault = () => undefined;
    powerschool.set(key, after);
    await bench.sync();
    inStep(t, district);
    const sent = [...(district.relay.mirror.get(key)?.values() ?? [])];
    t.equal(sent.length, after.length);
    t.equal(
      sent.some((one) => one.kind === 'student' && one.givenName === 'Ana'),
      after.some((row) => row.givenname === 'Ana'),
    );
    const asked = powerschool.asked.length;
    t.match((await bench.sync()).map(({ event }) => event).at(-2), 'cycle.unchanged');
    t.equal(powerschool.asked.slice(asked).filter((one) => one.query === query).length, 0, 'and read no more');
  }
});

t.test('other fields, schools or salt cause everything to be compared again', async (t) => {
  const district = await openDistrict(t);
  await district.bench.sync();
  district.relay.fields = { ...district.relay.fields, school: ['city'] };
  t.match(committed(await district.bench.sync()), [{ bucketsRead: 13, upserts: 2 }]);
  t.match(district.relay.mirror.get('school:district')?.get('1'), { city: 'Springfield' });

  district.relay.schools = ['1'];
  t.match(committed(await district.bench.sync()), [{ deletes: 54 }]);
  t.same(
    [...Object.keys(district.relay.ids())].filter((key) => key.endsWith(':2')),
    [],
  );
  t.equal(district.relay.mirror.get('school:district')?.size, 2, 'all schools can still be chosen');

  district.relay.schools = null;
  await district.bench.sync();
  district.relay.salt = 'b'.repeat(64);
  await district.bench.sync();
  inStep(t, district);
  t.match((await district.bench.sync()).map(({ event }) => event).at(-2), 'cycle.unchanged');
});
