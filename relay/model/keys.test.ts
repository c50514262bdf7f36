import fc from 'fast-check';
import t from 'tap';
import { groupingId, groupingParts, groupingWords } from './grouping.ts';
import {
  asGroupingId,
  asObjectKey,
  asOperationKey,
  asSchoolId,
  asSectionId,
  classKey,
  groupKey,
  idIn,
  objectKey,
  objectOf,
  recordIn,
  recordKey,
  schoolIdOf,
  schoolKey,
  sectionIdOf,
} from './keys.ts';
import {
  accountKey,
  accountNamedBy,
  accountOf,
  asMemberKey,
  asPersonKey,
  isStudent,
  personIn,
  personKey,
} from './person-key.ts';
import { readSubject } from './subject.ts';

const id = fc.string({ minLength: 1, unit: fc.constantFrom('1', 'a', '-', ':') });
const role = fc.constantFrom('students' as const, 'teachers' as const);

t.test("a key's parts can be read from it, and its text is accepted as the key", async () => {
  fc.assert(
    fc.property(role, id, (role, id) => {
      const key = personKey(role, id);
      t.same(personIn(key), { role, id });
      t.equal(isStudent(key), role === 'students');
      t.same(objectOf(key), { kind: 'user', key });
      t.equal(idIn(key), id);
      for (const read of [asPersonKey, asMemberKey, asObjectKey, asOperationKey]) t.equal(read(key), key);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom('class' as const, 'school' as const), id, (kind, id) => {
      const key = objectKey(kind, id);
      t.same(objectOf(key), { kind, key: id });
      t.equal(idIn(key), id);
      t.equal(asObjectKey(key), key);
    }),
  );
  fc.assert(fc.property(id, (id) => t.same(recordIn(recordKey('term', id)), { kind: 'term', id })));
});

t.test('a record knows its section and school', async (t) => {
  const section = {
    kind: 'section',
    id: '5',
    schoolId: '1',
    termId: '7',
    ...{ sectionNumber: '2', courseNumber: 'M' },
  } as const;
  const enrollment = { kind: 'studentEnrollment', id: '30', schoolId: '1', sectionId: '5', studentId: '10' } as const;
  const school = { kind: 'school', id: '1', schoolId: 'district', name: 'High', schoolNumber: '100' } as const;
  t.same([{ ...section, courseName: 'Math' }, enrollment].map(sectionIdOf), ['5', '5']);
  t.same([school, enrollment].map(schoolIdOf), ['1', '1'], "a school's id is its own, not the district's");
  for (const read of [asSectionId, asSchoolId]) {
    t.equal(read('5'), '5');
    t.throws(() => read(''), TypeError);
  }
  // @ts-expect-error a school is no section
  t.equal(classKey(asSchoolId('1')), 'class:1');
  // @ts-expect-error nor is any text
  t.equal(schoolKey('1'), 'school:1');
});

t.test('refuses text that names nothing', async () => {
  const others = [
    '',
    '123',
    'students',
    'students:',
    'student:1',
    'teacher:1',
    ' students:1',
    'Students:1',
    'object:1',
  ];
  for (const text of others) {
    for (const read of [asPersonKey, asMemberKey, asObjectKey, asOperationKey])
      t.throws(() => read(text), new TypeError(`"${text}" is not a person key`));
  }
  t.throws(() => asPersonKey('class:77'), TypeError);
  t.throws(() => asMemberKey('school:1'), TypeError);
  t.throws(() => asObjectKey('licence:group'), TypeError);
  t.equal(asOperationKey('licence:group'), 'licence:group');
});

t.test('an account of nobody in the roster is its own key', async () => {
  const accounts = new Map([[personKey('students', '1'), 'object-1']]);
  t.equal(accountNamedBy(accountKey('object-2')), 'object-2');
  t.equal(accountOf(accountKey('object-2'), accounts), 'object-2');
  t.equal(accountOf('students:1', accounts), 'object-1');
  t.equal(accountOf('teachers:1', accounts), undefined);
  t.equal(isStudent(asMemberKey(accountKey('students'))), false);
});

t.test('a grouping says what its people have in common, whatever the ids are', async (t) => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  const parts = fc.record(
    { role, schoolId: text.map(asSchoolId), grade: text },
    { requiredKeys: ['role'], noNullPrototype: true },
  );
  const pairs = fc.tuple(parts, parts);
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      const id = groupingId(one);
      const isSame = JSON.stringify(groupingParts(id)) === JSON.stringify(groupingParts(groupingId(other)));
      return (
        t.strictSame(groupingParts(id), one) &&
        /^[\w-]+$/.test(id) &&
        objectOf(asObjectKey(groupKey(id))).key === id &&
        (id === groupingId(other)) === isSame
      );
    }),
  );
  t.throws(() => asGroupingId('pupils-school-1'), TypeError);
  const id = groupingId({ role: 'students', schoolId: asSchoolId('12'), grade: '-1' });
  t.equal(id, 'students-school-12-grade-_2d1');
  t.equal(
    groupingWords(id, () => 'Lincoln'),
    'the students of Lincoln (school 12) in grade level -1',
  );
  const about = { record: { kind: 'school', id: '12' }, person: 'students:1' };
  t.match(readSubject(`group:${id}/students:1`), { what: 'membership', ...about });
  t.match(readSubject('group:teachers'), { what: 'other', record: undefined });
});
