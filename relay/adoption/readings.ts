/** How well each reading of School Data Sync's ids fits what was found: for whoever has to choose one. */
import type { School, Section } from '../../shared/roster.ts';
import type { Person } from '../identity/people.ts';
import type { StampFacts } from '../profile/tenant-facts.ts';
import { decideAdoption, type Sought } from './decide.ts';
import type { Found } from './found.ts';
import { schoolSisId, soughtClass, soughtPerson, soughtSchool } from './sought.ts';

export interface ReadRoster {
  schools: ReadonlyMap<string, School>;
  sections: Iterable<Section>;
  people: Iterable<Person>;
}

/** @param found what has not been taken over yet; classes are counted under the reading that the profile has for schools */
export function fitReadings(
  found: readonly Found[],
  { schools, sections, people }: ReadRoster,
  ofSchools: 'dcid' | 'schoolNumber',
): StampFacts {
  const bySds = found.filter(({ stamp, kind }) => stamp.bySds || kind === 'school');
  const everybody = [...people];
  const fit = (kind: Sought['kind'], sought: Sought[], reading: 'dcid' | 'schoolNumber' = ofSchools) => {
    const objects = bySds.filter(({ stamp }) => stamp.claims.some((claim) => claim.kind === kind));
    const names = new Set([...schools.values()].map((school) => schoolSisId(school, reading)));
    return { total: objects.length, fitting: decideAdoption(objects, sought, names).adopted.size };
  };
  const facts = <Reading extends string>(
    readings: readonly Reading[],
    of: (reading: Reading) => { total: number; fitting: number },
  ) => {
    const fits = readings.map((reading) => [reading, of(reading)] as const);
    const fitting = Object.fromEntries(fits.map(([reading, one]) => [reading, one.fitting]));
    return { total: fits[0]?.[1].total ?? 0, fitting };
  };
  const persons = (role: Person['role'], reading: 'dcid' | 'studentNumber' | 'teacherNumber') =>
    fit(
      role,
      everybody.filter((person) => person.role === role).map((person) => soughtPerson(person, reading)),
    );
  return {
    schools: facts(['dcid', 'schoolNumber'], (reading) =>
      fit(
        'school',
        [...schools.values()].map((school) => soughtSchool(school, reading)),
        reading,
      ),
    ),
    sections: facts(['dcid'], () =>
      fit(
        'class',
        [...sections].map((section) => soughtClass(section, schools.get(section.schoolId), ofSchools)),
      ),
    ),
    students: facts(['dcid', 'studentNumber'], (reading) => persons('students', reading)),
    teachers: facts(['dcid', 'teacherNumber'], (reading) => persons('teachers', reading)),
  };
}
