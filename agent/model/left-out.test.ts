/**
 * PowerSchool rows that cannot become records: only they are left out, they are reported by name, and nothing is
 * deleted because of them.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { extractsOf } from '../../plugin/extracts.ts';
import { columnOf, complaintOf, pageOf, tableOf } from '../../plugin/where-to-fix.ts';
import { type LeftOut, rowFaults } from '../../shared/left-out.ts';
import { kinds } from '../../shared/roster.ts';
import { runCommand } from '../testing/command.ts';
import { type District, enrollment, person, section, term } from '../testing/district.ts';
import { inStep, openDistrict } from '../testing/in-step.ts';
import type { Row } from '../testing/powerschool-double.ts';
import type { AgentEvent } from './events.ts';
import { toLeftOut, tooMany } from './left-out.ts';

/** What the relay was last told about left-out rows. */
function reported(district: District): LeftOut | undefined {
  return district.relay.said('status').findLast(({ leftOut }) => leftOut !== undefined)?.leftOut;
}

/** Runs one cycle, including the status that tells the relay how it went. */
async function sync(district: District): Promise<AgentEvent[]> {
  const status = district.relay.next('status');
  try {
    return await district.bench.sync();
  } finally {
    await status;
  }
}

const rowsOf = (district: District, key: string): Row[] => district.powerschool.buckets.get(key) ?? [];
const recordsOf = (district: District, key: string) => [...(district.relay.mirror.get(key)?.keys() ?? [])];

t.test(
  'leaves out only the section without a number, and tells the relay and the administrator which one',
  async (t) => {
    const district = await openDistrict(t);
    const bad = { ...section('1001', '1000'), sectionnumber: '' };
    district.powerschool.set('section:1', [...rowsOf(district, 'section:1'), bad, section('1002', '1000')]);
    const events = await sync(district);
    t.same(recordsOf(district, 'section:1'), ['1000', '1002'], 'the rest of the school is sent');
    const row = { kind: 'section', schoolId: '1', id: '1001', field: 'sectionNumber', fault: 'missing' };
    t.same(reported(district), { count: 1, rows: [row] });
    t.match(
      events.filter(({ event }) => event === 'problem'),
      [
        {
          code: 'ROWS_LEFT_OUT',
          message: /SECTIONS 1001 of school 1: sectionNumber \(SECTIONS.Section_Number\) is empty/,
          action: /School Management > Sections/,
        },
      ],
    );
    t.match(district.relay.said('status').at(-1), { problem: { code: 'ROWS_LEFT_OUT' }, lastCycleAt: /Z$/ });
    const { out } = await runCommand(district.folder, ['status']);
    t.match(out, /SECTIONS 1001 of school 1: sectionNumber .* is empty {2}\(School Management > Sections\)/);
    t.match(out, /Problem +\[ROWS_LEFT_OUT\]/);
    t.match(JSON.parse((await runCommand(district.folder, ['status', '--json'])).out), { leftOut: { rows: [row] } });

    const asked = district.powerschool.asked.length;
    const statuses = district.relay.said('status').length;
    await sync(district);
    t.equal(
      district.powerschool.asked.slice(asked).filter(({ query }) => query === 'section').length,
      0,
      'not read again',
    );
    t.same(
      district.relay.said('status').slice(statuses).at(-1)?.leftOut?.rows,
      [row],
      'but reported on every connection',
    );

    district.powerschool.set('section:1', [section('1000', '1000'), section('1001', '1000'), section('1002', '1000')]);
    await sync(district);
    t.same(reported(district), { count: 0, rows: [] });
    t.equal(district.relay.said('status').at(-1)?.problem, undefined);
    t.notMatch((await runCommand(district.folder, ['status'])).out, /Left out|ROWS_LEFT_OUT/);
    inStep(t, district);
  },
);

t.test('a row that becomes unusable is not a deletion; a row that is really gone is', async (t) => {
  const district = await openDistrict(t);
  await sync(district);
  const [first, second, ...rest] = rowsOf(district, 'student:1') as [Row, Row, ...Row[]];
  const broken = { ...first, surname: 'x'.repeat(1001) };
  district.powerschool.set('student:1', [broken, { ...second, surname: 'Changed' }, ...rest.slice(1)]);
  const deleted = () => district.relay.said('batch').flatMap(({ deletes }) => deletes);
  await sync(district);
  t.match(district.relay.mirror.get('student:1')?.get('1000'), { surname: "O'Neil" }, 'the last good record stays');
  t.match(district.relay.mirror.get('student:1')?.get('1001'), { surname: 'Changed' });
  t.same(deleted(), [rest[0]?.id], 'a student who is really gone is still deleted');
  t.match(reported(district), { count: 1, rows: [{ id: '1000', field: 'surname', fault: 'too long' }] });

  await sync(district);
  t.ok(district.relay.mirror.get('student:1')?.has('1000'), 'nor later');
  district.powerschool.set('student:1', rowsOf(district, 'student:1').slice(1));
  await sync(district);
  t.notOk(district.relay.mirror.get('student:1')?.has('1000'));
  t.same(reported(district), { count: 0, rows: [] });
  inStep(t, district);
});

t.test(
  'a student who moves to a school where the row is unusable stays in the old school until it is fixed',
  async (t) => {
    const district = await openDistrict(t);
    await sync(district);
    const [mover, ...rest] = rowsOf(district, 'student:1') as [Row, ...Row[]];
    const there = rowsOf(district, 'student:2');
    district.powerschool.set('student:1', rest);
    district.powerschool.set('student:2', [...there, { ...mover, id: '9000' }]);
    // The same person in both: ids are the same.
    district.powerschool.set('student:2', [{ ...mover, username: 'ad\u0007a' }, ...there]);
    await sync(district);
    t.ok(district.relay.mirror.get('student:1')?.has('1000'));
    t.notOk(district.relay.mirror.get('student:2')?.has('1000'));
    t.match(reported(district), {
      rows: [{ schoolId: '2', id: '1000', field: 'username', fault: 'control character' }],
    });
    const { lastCheckAt } = JSON.parse(await readFile(join(district.folder, 'health.json'), 'utf8'));
    t.match(lastCheckAt, /Z$/, 'the check still counts as complete');
    district.powerschool.set('student:2', [mover, ...there]);
    await sync(district);
    t.notOk(district.relay.mirror.get('student:1')?.has('1000'));
    t.ok(district.relay.mirror.get('student:2')?.has('1000'));
    inStep(t, district);
  },
);

t.test('leaves out rows of every kind with every fault one by one, and reports no values', async (t) => {
  const secret = 'Mustermann';
  const cases: [key: string, row: Row, field: string, fault: (typeof rowFaults)[number]][] = [
    ['school:district', { id: '3', schoolnumber: '3' }, 'name', 'missing'],
    ['term:1', { ...term('1900'), startdate: secret }, 'startDate', 'not a date'],
    ['term:1', { ...term('1900'), startdate: '2026-06-01', enddate: '2025-06-01' }, 'endDate', 'before its start'],
    ['section:1', { ...section('1900', '1000'), coursename: ' ' }, 'courseName', 'missing'],
    ['section:1', { ...section('1900', '1000'), coursename: `${secret}\u0000x` }, 'courseName', 'control character'],
    ['student:1', { ...person('1900', 'student'), givenname: secret.repeat(101) }, 'givenName', 'too long'],
    ['student:1', { ...person('1900', 'student'), givenname: `${secret}\ud800` }, 'givenName', 'not usable'],
    ['teacher:1', { ...person('1900', 'teacher'), username: `${secret}\u009b31m` }, 'username', 'control character'],
    [
      'studentEnrollment:1',
      { ...enrollment('1900', '1000', '1000'), startdate: '2025-02-30' },
      'startDate',
      'not a date',
    ],
    ['studentEnrollment:1', { ...enrollment('1900', '1000', '1000'), studentid: '' }, 'studentId', 'missing'],
    ['teacherRoster:1', { id: '1900', sectionid: '1000', teacherid: '1000', islead: secret }, 'isLead', 'not usable'],
  ];
  for (const [key, row, field, fault] of cases) {
    const district = await openDistrict(t, 3);
    const before = rowsOf(district, key);
    district.powerschool.set(
      key,
      [...before, row].sort((a, b) => Number(a.id) - Number(b.id)),
    );
    const events = await sync(district);
    t.equal(recordsOf(district, key).length, before.length, `${key} ${field}: the others are sent`);
    const [kind, schoolId] = key.split(':');
    t.same(reported(district)?.rows, [{ kind, schoolId, id: row.id, field, fault }]);
    t.notMatch(JSON.stringify([events, reported(district)]), secret);
    await district.close();
  }
});

t.test('two differing rows with one key give one record and one finding; two equal ones give no finding', async (t) => {
  const district = await openDistrict(t);
  const [one] = rowsOf(district, 'section:1') as [Row];
  district.powerschool.set('section:1', [one, one]);
  await sync(district);
  t.same(reported(district), { count: 0, rows: [] });
  district.powerschool.set('section:1', [one, { ...one, coursename: 'Zoology' }]);
  await sync(district);
  t.same(recordsOf(district, 'section:1'), ['1000']);
  t.match(reported(district)?.rows, [{ id: '1000', field: 'courseName', fault: 'two rows differ' }]);
});

t.test(
  'more than half of a bucket is a fault of the query: the bucket stays as it was and the rest continues',
  async (t) => {
    const district = await openDistrict(t);
    await sync(district);
    const rows = rowsOf(district, 'studentEnrollment:1');
    const spoil = (from: number) => rows.map((row, index) => (index < from ? { ...row, sectionid: '' } : row));
    district.powerschool.set('studentEnrollment:1', spoil(12));
    await sync(district);
    t.equal(reported(district)?.count, 12, 'twelve of 25 count as single rows');
    district.powerschool.set('studentEnrollment:1', spoil(13));
    district.powerschool.set('section:2', [{ ...rowsOf(district, 'section:2')[0], coursename: 'Changed' } as Row]);
    await t.rejects(sync(district), {
      code: 'ROWS_UNUSABLE',
      message: /the enrollments of school 1 with 13 of 25 rows.*sectionId \(SECTIONS.DCID\) is empty in CC 1000/,
      action: /All Enrollments.*install the plugin again/,
    });
    t.match(district.relay.said('status').at(-1), { state: 'problem', problem: { code: 'ROWS_UNUSABLE' } });
    t.equal(district.relay.mirror.get('studentEnrollment:1')?.size, 25);
    t.match(district.relay.mirror.get('section:2')?.get('2000'), { courseName: 'Changed' });
    district.powerschool.set('studentEnrollment:1', rows);
    await sync(district);
    t.same(reported(district), { count: 0, rows: [] });
    inStep(t, district);
  },
);

t.test('treats a few bad rows as single mistakes, however small the school is', async (t) => {
  const row = (id: number) => ({ id: String(id), field: 'termId', fault: 'missing' }) as const;
  const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index));
  const bucket = { kind: 'section', schoolId: '1' } as const;
  t.equal(tooMany(bucket, rows(9), 0), undefined);
  t.match(tooMany(bucket, rows(10), 9), { code: 'ROWS_UNUSABLE' });
  t.equal(tooMany(bucket, rows(10), 10), undefined, 'half is not more than half');
  const listed = toLeftOut(
    new Map([
      ['section:1', rows(400)],
      ['section:2', rows(400)],
    ]),
  );
  t.match([listed.count, listed.rows.length], [800, 500], 'all are counted, the first ones are listed');
});

t.test('every property has a column, and every kind a page and a table', async (t) => {
  for (const { kind, columns } of extractsOf(defaultSources)) {
    for (const { name, field } of columns) t.equal(columnOf(kind, name), `${name} (${field})`);
  }
  for (const kind of kinds) {
    t.match(pageOf(kind, 'id'), / > /);
    t.match(tableOf(kind), /^[A-Z]+$/);
    for (const fault of rowFaults) t.match(complaintOf({ kind, field: '', fault }), /^the row .{5}/);
  }
});
