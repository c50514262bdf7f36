import t from 'tap';
import { personOf } from './person.ts';

t.test('a teacher with two schools is one person', async (t) => {
  const teacher = { kind: 'teacher' as const, id: '9', username: 'kim' };
  const kim = personOf('teachers', '9', [
    { ...teacher, schoolId: '2' },
    { ...teacher, schoolId: '1' },
  ]);
  t.same(kim.schoolIds, ['1', '2']);
  t.equal(kim.username, 'kim');
});
