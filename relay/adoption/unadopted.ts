/** Roster records as adoption looks for them, under one reading of the previous tool's ids. */

import type { School, Section } from '../../shared/roster.ts';
import { classKey, schoolIdOf, schoolKey, sectionIdOf } from '../model/keys.ts';
import type { Person } from '../model/person.ts';
import { personKey } from '../model/person-key.ts';
import type { Reading } from '../profile/adoption.ts';
import type { Unadopted } from './decide.ts';

export function schoolSisId({ id, schoolNumber }: School, { id: from, prefix }: Reading<'schools'>): string {
  return `${prefix}${from === 'dcid' ? id : schoolNumber}`;
}

export function unadoptedSchool(school: School, reading: Reading<'schools'>): Unadopted {
  const { id, name, schoolNumber: number } = school;
  return {
    key: schoolKey(schoolIdOf(school)),
    kind: 'school',
    dcid: id,
    sisId: schoolSisId(school, reading),
    facts: { name, number },
  };
}

/** @param school of the section; undefined if the roster has none */
export function unadoptedClass(
  section: Section,
  school: School | undefined,
  reading: Reading<'sections'>,
  ofSchools: Reading<'schools'>,
): Unadopted {
  const { id, localId, courseNumber } = section;
  const schoolId = school && schoolSisId(school, ofSchools);
  const facts = withoutGaps({ courseNumber, schoolId });
  const sisId = prefixed(reading.prefix, reading.id === 'dcid' ? id : localId);
  return { key: classKey(sectionIdOf(section)), kind: 'class', dcid: id, sisId, facts };
}

export function unadoptedPerson(person: Person, reading: Reading<'students' | 'teachers'>): Unadopted {
  const { role, id, number, username: userName, surname } = person;
  const value = reading.id === 'dcid' ? id : reading.id === 'username' ? userName : number;
  const facts = withoutGaps({ number, userName, surname });
  return { key: personKey(role, id), kind: role, dcid: id, sisId: prefixed(reading.prefix, value), facts };
}

/** Undefined if PowerSchool has no value or agents do not send it. */
function prefixed(prefix: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${prefix}${value}`;
}

function withoutGaps(facts: { [name in keyof Unadopted['facts']]: string | undefined }): Unadopted['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
