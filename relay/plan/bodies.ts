/** Objects of the roster as Graph takes them. */

import type { School, Section, Term } from '../../shared/roster.ts';
import type { Body } from '../model/body.ts';
import type { Person } from '../model/person.ts';
import { gradeOf } from '../profile/grades.ts';
import type { Profile } from '../profile/profile.ts';
import { cut, sourceName } from './names-of-classes.ts';

/**
 * Only what this profile has chosen: where a district has several, agents send what any of them wants.
 */
export function schoolBody(school: School, { properties, grades }: Profile): Body {
  const chosen = chooser(properties.school);
  const address = compact({
    street: chosen('street', school.street),
    city: chosen('city', school.city),
    state: chosen('state', school.state),
    postalCode: chosen('postalCode', school.postalCode),
  });
  return compact({
    displayName: school.name,
    externalId: school.id,
    externalSource: 'sis',
    schoolNumber: school.schoolNumber,
    lowestGrade: chosen('lowGrade', gradeOf(school.lowGrade, grades)),
    highestGrade: chosen('highGrade', gradeOf(school.highGrade, grades)),
    principalName: chosen('principalName', school.principalName),
    principalEmail: chosen('principalEmail', school.principalEmail),
    phone: chosen('phone', school.phone),
    address: Object.keys(address).length === 0 ? undefined : address,
  });
}

/** Takes away what is not among the chosen properties. */
function chooser(properties: readonly string[] = []): (name: string, value: string | undefined) => string | undefined {
  return (name, value) => (properties.includes(name) ? value : undefined);
}

/**
 * The address of a class that is made: `Section_<id>`, as School Data Sync names it. A class that was there keeps the
 * address by which people know it.
 */
export function classNickname(section: Section): string {
  return `Section_${section.id}`.replace(/[^A-Za-z0-9_]/g, '_');
}

/** The name is not among these properties: whether it is kept up to date is for the profile to say. */
export function classBody(section: Section, term: Term | undefined): Body {
  return compact({
    classCode: section.courseNumber,
    externalId: section.id,
    externalName: sourceName(section),
    externalSource: 'sis',
    course: compact({
      displayName: section.courseName,
      courseNumber: section.courseNumber,
      externalId: section.courseId,
    }),
    term:
      term &&
      compact({
        displayName: term.name,
        externalId: term.id,
        startDate: term.startDate,
        endDate: term.endDate,
      }),
  });
}

/**
 * Existing accounts keep their names and receive the education properties alone, which are also the only ones that Graph
 * lets us write on accounts mastered on-premises.
 *
 * @param named whether names are written too: to accounts that Hallpass made
 */
export function userBody(person: Person, profile: Profile, named: boolean): Body {
  const chosen = chooser(profile.properties[person.role === 'students' ? 'student' : 'teacher']);
  const facet =
    person.role === 'students'
      ? {
          student: compact({
            externalId: person.id,
            studentNumber: chosen('studentNumber', person.number),
            grade: chosen('grade', gradeOf(person.grade, profile.grades)),
            graduationYear: chosen('graduationYear', person.graduationYear),
          }),
        }
      : { teacher: compact({ externalId: person.id, teacherNumber: chosen('teacherNumber', person.number) }) };
  const displayName = [person.givenName, person.surname].filter((name) => name !== undefined).join(' ');
  return compact({
    primaryRole: person.role === 'students' ? 'student' : 'teacher',
    externalSource: 'sis',
    ...facet,
    ...(named
      ? {
          displayName: cut(displayName || person.username || person.id, 256),
          givenName: person.givenName && cut(person.givenName, 64),
          surname: person.surname && cut(person.surname, 64),
          middleName: chosen('middleName', person.middleName),
        }
      : {}),
  });
}

function compact(body: { [property: string]: string | boolean | Body | undefined }): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Body;
}
