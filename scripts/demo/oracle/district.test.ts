import t from 'tap';
import { district, today } from './testing.ts';

t.test('reads the tables by the rules', async (t) => {
  const { schools, sections, people, enrollments, teaching } = district(t.testdir());
  t.strictSame(
    schools.map(({ dcid, name, number, lowGrade, principal }) => [dcid, name, number, lowGrade, principal]),
    [
      ['1', 'Maple School', '101', '0', undefined],
      ['3', 'Oak School', '104', '9', 'A. Principal'],
    ],
  );
  t.strictSame(
    sections.map(({ dcid, school, courseName, number }) => [dcid, school, courseName, number]).sort(),
    [
      ['10', '1', 'Art of the district', '1'],
      ['12', '3', 'Art at Oak', '3'],
      ['13', '1', 'SOC1', '4'],
      ['14', '1', 'GONE', '5'],
    ],
    'the newest year that has begun, in terms that the school has; course names in three steps',
  );
  t.strictSame(
    people.map(({ key, username, number, email, grade, schools }) => [key, username, number, email, grade, schools]),
    [
      ['students:20', 'ann', '500', 'a@x', '5', ['1']],
      ['students:21', undefined, '501', undefined, '6', ['1']],
      ['students:24', 'ed', '504', undefined, '9', ['3']],
      ['teachers:30', 'tess', 'T30', 'tess@mail', undefined, ['1', '3']],
      ['teachers:31', 'uma', 'T31', undefined, undefined, ['1']],
    ],
  );
  t.strictSame(
    enrollments.map(({ dcid, section, student, from, until }) => [dcid, section, student, from, until]).sort(),
    [
      ['1', '10', '20', '2026-08-01', '2027-01-01'],
      ['3', '13', '20', '2026-08-01', today],
      ['4', '13', '21', today, undefined],
      ['6', '14', '20', '2026-11-25', undefined],
      ['8', '12', '20', undefined, undefined],
    ],
    'not: dropped, not active, last year',
  );
  t.strictSame(
    teaching.map(({ id, section, teacher, leads }) => [id, section, teacher, leads]),
    [
      ['1', '10', '30', false],
      ['2', '10', '31', true],
      ['3', '10', '30', false],
      ['4', '13', '31', false],
      ['6', '12', '30', true],
    ],
    'without those who left',
  );
});
