import fc from 'fast-check';
import t from 'tap';
import { extractOf } from '../../plugin/extracts.ts';
import { calendarOf } from '../../shared/calendar.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { districtBucket, kinds, optionalFields, recordSchema, type WantedFields } from '../../shared/roster.ts';
import type { Row } from './client.ts';
import { normalizer } from './normalize.ts';
import { readProbe } from './probe.ts';

const all: WantedFields = Object.fromEntries(kinds.map((kind) => [kind, [...optionalFields[kind]]]));

t.test('any row becomes a valid record or a finding, and a finding quotes no value', async (t) => {
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('', '  ', '0', '1', '2024-08-20', '2024-02-30', '1'.repeat(2000)),
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.object({ maxDepth: 1 }),
  );
  const valid = fc.constantFrom<Record<string, unknown>>(
    {},
    { id: '5' },
    { id: ' 5 ', sectionid: '1', studentid: '2' },
  );
  const kindAndRow = fc.constantFrom(...kinds).chain((kind) => {
    const keys = extractOf(kind).columns.map(({ name }) => name.toLowerCase());
    return fc.tuple(
      fc.constant(kind),
      valid,
      fc.dictionary(fc.constantFrom(...keys, '_id', '$x'), value, { maxKeys: 14 }),
    );
  });
  let records = 0;
  fc.assert(
    fc.property(kindAndRow, ([kind, part, rest]) => {
      const row = { ...rest, ...part };
      const bucket = { kind, schoolId: kind === 'school' ? districtBucket : '12' };
      const result = normalizer(bucket, all)(row);
      if ('finding' in result) {
        const texts = Object.entries(row).filter(
          ([key, text]) => key !== 'id' && typeof text === 'string' && text.trim().length > 12,
        );
        return texts.every(([, text]) => !JSON.stringify(result.finding).includes(String(text)));
      }
      if ('unwanted' in result) return true;
      records += 1;
      const { record } = result;
      return (
        recordSchema.safeParse(record).success &&
        canonicalJson(record) === JSON.stringify(record) &&
        Object.values(record).every((field) => typeof field !== 'string' || (field !== '' && field.trim() === field))
      );
    }),
  );
  t.ok(records > 0);
});

t.test('interprets values as PowerSchool means them', async (t) => {
  const record = (kind: (typeof kinds)[number], row: Record<string, unknown>) => {
    const result = normalizer({ kind, schoolId: kind === 'school' ? districtBucket : '3' }, all)(row);
    return 'record' in result ? result.record : 'finding' in result ? result.finding : result;
  };
  t.same(
    record('student', { id: '7', surname: " O'Neil ", middlename: ' ', grade: '-1', graduationyear: '0', _id: 7 }),
    {
      ...{ kind: 'student', schoolId: '3', id: '7', surname: "O'Neil", grade: '-1' },
    },
  );
  t.match(record('student', { id: '7', graduationyear: '2031', studentnumber: 1234 }), {
    ...{ graduationYear: '2031', studentNumber: '1234' },
  });
  const roster = { id: '1', sectionid: '2', teacherid: '3' };
  t.match(record('teacherRoster', { ...roster, islead: '1' }), { isLead: true });
  t.notOk('isLead' in record('teacherRoster', { ...roster, islead: '0' }));
  t.match(record('teacherRoster', { ...roster, islead: 'yes' }), { id: '1', field: 'isLead', fault: 'not usable' });
  t.match(record('term', { id: '1', name: 'Year', yearid: '34', startdate: '2024-02-30', enddate: '2025-01-01' }), {
    ...{ id: '1', field: 'startDate', fault: 'not a date' },
  });
  t.match(record('section', { id: '1' }), { field: 'termId', fault: 'missing' });
  t.match(record('student', {}), { id: '', field: 'id', fault: 'missing' });
});

t.test('does not even look at a field that nobody wants', async (t) => {
  const bucket = { kind: 'student', schoolId: '3' } as const;
  const row = { id: '7', surname: 'x'.repeat(5000), username: 'ada' };
  t.match(normalizer(bucket, all)(row), { finding: { field: 'surname', fault: 'too long' } });
  t.same(normalizer(bucket, { student: ['username'], teacher: ['surname'] })(row), {
    record: { kind: 'student', schoolId: '3', id: '7', username: 'ada' },
  });
  t.same(normalizer(bucket, {})(row), { record: { kind: 'student', schoolId: '3', id: '7' } });
});

t.test('leaves out pre-registered students unless someone asks for them', async (t) => {
  const student = { id: '7', username: 'ada', preregistered: '1' };
  const enrollment = { id: '8', sectionid: '1', studentid: '7', preregistered: '1' };
  const of = (kind: 'student' | 'studentEnrollment', row: Row, fields: string[]) =>
    normalizer({ kind, schoolId: '3' }, { student: fields })(row);
  t.same(of('student', student, ['username']), { unwanted: true });
  t.same(of('studentEnrollment', enrollment, ['username']), { unwanted: true });
  t.same(of('student', student, ['preRegistered']), {
    record: { kind: 'student', schoolId: '3', id: '7', preRegistered: true },
  });
  t.same(of('studentEnrollment', enrollment, ['preRegistered']), {
    record: { kind: 'studentEnrollment', schoolId: '3', id: '8', sectionId: '1', studentId: '7' },
  });
  for (const fields of [[], ['preRegistered']]) {
    t.same(of('student', { ...student, preregistered: '0' }, fields), {
      record: { kind: 'student', schoolId: '3', id: '7' },
    });
  }
});

t.test('reads the probe as a whole or not at all', async (t) => {
  const row = { kind: 'student', school: '12', records: '25', hash: '123456789012345678' };
  t.same(readProbe([row, { kind: 'school', school: '0', records: '2', hash: '5' }]), {
    probe: new Map([
      ['student:12', { records: 25, hash: '123456789012345678' }],
      ['school:district', { records: 2, hash: '5' }],
    ]),
  });
  t.match(readProbe([{ ...row, kind: 'pet' }]), { finding: 'kind' });
  t.match(readProbe([{ kind: 'student', school: '12', hash: '1' }]), { finding: 'records' });
  t.match(readProbe([row, row]), { finding: 'student:12 (twice)' });
});

t.test('computes dates in a time zone, days ahead, and in an unknown zone', async (t) => {
  const midnight = Date.parse('2025-03-01T03:30:00Z');
  t.equal(calendarOf('America/Los_Angeles')(midnight, 0), '2025-02-28');
  t.equal(calendarOf('Asia/Tokyo')(midnight, 30), '2025-03-31');
  t.match(calendarOf('Not/AZone')(midnight, 0), /^2025-0[23]-\d\d$/);
  t.match(calendarOf(undefined)(midnight, 0), /^2025-0[23]-\d\d$/);
});

t.test('trims invisible characters from the ends of a value; a value of nothing else counts as empty', async (t) => {
  const normalize = normalizer({ kind: 'student', schoolId: '12' }, all);
  const row = { id: '5', username: '\ufeffana\u200b', secondaryemail: '\u200b\u00a0', surname: 'O\u200bNeil' };
  t.same(normalize(row), {
    record: { id: '5', kind: 'student', schoolId: '12', surname: 'O\u200bNeil', username: 'ana' },
  });
});
