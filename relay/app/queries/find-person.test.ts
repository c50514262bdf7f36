import t from 'tap';
import { personOf } from '../../model/person.ts';
import { describePerson, findPeople } from './find-person.ts';

const ana = {
  kind: 'student' as const,
  id: '10',
  schoolId: '1',
  studentNumber: '100007',
  username: 'alee',
  givenName: 'Ana',
  surname: 'Lee',
  secondaryEmail: 'ana@home.example',
};
const bo = { kind: 'student' as const, id: '11', schoolId: '2', studentNumber: '10', givenName: 'Bo', surname: 'Lee' };
const kim = { kind: 'teacher' as const, id: '10', schoolId: '1', username: 'kim', givenName: 'Kim', surname: "O'Neil" };
const known = {
  people: [personOf('students', '10', [ana]), personOf('students', '11', [bo]), personOf('teachers', '10', [kim])],
  links: [
    { role: 'students' as const, personId: '10', objectId: 'A7E3', userPrincipalName: 'ana.lee@contoso.edu' },
    { role: 'students' as const, personId: '9', objectId: 'b8', userPrincipalName: 'gone@contoso.edu' },
  ],
};

t.test('finds a person by anything that people know about them', async (t) => {
  for (const asked of [
    'students:10',
    '100007',
    'ALEE',
    'ana@home.example',
    'ana lee',
    'Lee, Ana',
    'a7e3',
    'Ana.Lee@contoso.edu',
    ' ana.lee\u200b',
  ]) {
    t.match(findPeople(asked, known), [{ role: 'students', personId: '10' }], asked);
    t.equal(findPeople(asked, known).length, 1);
  }
  t.match(
    findPeople('10', known),
    [{ role: 'students' }, { role: 'teachers' }],
    'a DCID takes precedence over a number',
  );
  t.match(findPeople('10', known, 'teachers'), [{ personId: '10', by: 'DCID' }]);
  t.same(findPeople('lee', known).map(describePerson), [
    'students:10 (Ana Lee, school 1)',
    'students:11 (Bo Lee, school 2)',
  ]);
  t.same(findPeople('gone', known).map(describePerson), ['students:9 (gone from PowerSchool)']);
  for (const asked of ['zzz', '', ' ', '1000']) t.same(findPeople(asked, known), [], asked);
});
