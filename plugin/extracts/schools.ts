/** Schools and their terms. */
import type { Extract } from './extract.ts';
import { school, schoolReasons, yearReasons } from './joins.ts';
import { optionalColumns } from './optional-columns.ts';

export const schools: Extract = {
  kind: 'school',
  name: 'schools',
  summary: 'Schools of the district, without the one for graduated students',
  key: school,
  school: undefined,
  yearly: false,
  from: 'SCHOOLS s',
  // 999999 is PowerSchool's own "Graduated Students" school.
  where: 's.School_Number <> 999999',
  columns: [
    { name: 'id', sql: 's.DCID', field: 'SCHOOLS.DCID', type: 'number', required: true },
    { name: 'name', sql: 's.Name', field: 'SCHOOLS.Name', type: 'text' },
    { name: 'schoolNumber', sql: 's.School_Number', field: 'SCHOOLS.School_Number', type: 'number', required: true },
    ...optionalColumns('school', 's'),
  ],
  reasons: { 'SCHOOLS.School_Number': 'the school for graduated students (999999) is left out' },
};

export const terms: Extract = {
  kind: 'term',
  name: 'terms',
  summary: 'Terms of the current school year of one school',
  key: { sql: 't.DCID', field: 'TERMS.DCID' },
  school,
  yearly: true,
  from: 'TERMS t\n  JOIN SCHOOLS s ON s.School_Number = t.SchoolID',
  where: '1 = 1',
  columns: [
    { name: 'id', sql: 't.DCID', field: 'TERMS.DCID', type: 'number', required: true },
    { name: 'name', sql: 't.Name', field: 'TERMS.Name', type: 'text' },
    { name: 'yearId', sql: 't.YearID', field: 'TERMS.YearID', type: 'number', required: true },
    { name: 'startDate', sql: 't.FirstDay', field: 'TERMS.FirstDay', type: 'date' },
    { name: 'endDate', sql: 't.LastDay', field: 'TERMS.LastDay', type: 'date' },
  ],
  reasons: { ...schoolReasons, ...yearReasons },
};
