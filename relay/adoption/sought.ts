/** Records of the roster as adoption looks for them, under a reading of School Data Sync's ids. */
import type { School, Section } from '../../shared/roster.ts';
import { type Person, personKey } from '../identity/people.ts';
import type { AdoptionOptions } from '../profile/adoption.ts';
import type { Sought } from './decide.ts';

type Readings = AdoptionOptions['ids'];

export function schoolSisId({ id, schoolNumber }: School, reading: Readings['schools']): string {
  return reading === 'dcid' ? id : schoolNumber;
}

export function soughtSchool(school: School, reading: Readings['schools']): Sought {
  const { id, name, schoolNumber: number } = school;
  return {
    key: `school:${id}`,
    kind: 'school',
    dcid: id,
    sisId: schoolSisId(school, reading),
    facts: { name, number },
  };
}

/** @param school of the section; undefined when the roster has none */
export function soughtClass(
  { id, courseNumber }: Section,
  school: School | undefined,
  reading: Readings['schools'],
): Sought {
  const schoolId = school && schoolSisId(school, reading);
  const facts = withoutGaps({ courseNumber, schoolId });
  return { key: `class:${id}`, kind: 'class', dcid: id, sisId: id, facts };
}

export function soughtPerson(person: Person, reading: Readings['students' | 'teachers']): Sought {
  const { role, id, number, username: userName, surname } = person;
  const sisId = reading === 'dcid' ? id : number;
  return { key: personKey(role, id), kind: role, dcid: id, sisId, facts: withoutGaps({ number, userName, surname }) };
}

function withoutGaps(facts: { [name in keyof Sought['facts']]: string | undefined }): Sought['facts'] {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
