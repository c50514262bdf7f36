/** Roster objects in the format that Graph accepts. */

import type { School, Section, Term } from '../../shared/roster.ts';
import type { Body } from '../model/body.ts';
import { kindOfRole, type Person, personProperties } from '../model/person.ts';
import type { Role } from '../model/role.ts';
import { type WrittenProperty, writtenOf } from '../model/written-properties.ts';
import { gradeOf } from '../profile/grades.ts';
import type { Profile } from '../profile/profile.ts';
import { cut, sourceName } from './names-of-classes.ts';

const ofSchools = writtenOf('school');
const ofPeople = { students: ofRole('students'), teachers: ofRole('teachers') };

/**
 * Separate, because names are written only to accounts that Hallpass created: first the properties that every such
 * account has.
 */
function ofRole(role: Role) {
  const keys = new Map(personProperties(role).map(({ name, key }) => [name, key]));
  const written = writtenOf(kindOfRole[role]).map((property) => ({ ...property, key: keys.get(property.name) }));
  return {
    education: written.filter(({ made }) => made === undefined),
    names: ['always', 'when chosen'].flatMap((when) => written.filter(({ made }) => made === when)),
  };
}

/** Only what this profile has chosen: in a district with several, agents send what any of them wants. */
export function schoolBody(school: School, { properties, grades }: Profile): Body {
  const values: Readonly<Record<string, unknown>> = { ...school };
  const body = compact({
    displayName: school.name,
    externalId: school.id,
    externalSource: 'sis',
    schoolNumber: school.schoolNumber,
  });
  for (const property of ofSchools) {
    const value = values[property.name];
    if (!isChosen(property, properties.school) || typeof value !== 'string') continue;
    put(body, property, value, grades);
  }
  return body;
}

function isChosen({ name, made }: WrittenProperty, chosen: readonly string[] = []): boolean {
  return made === 'always' || chosen.includes(name);
}

/** Puts a value in its place, inside another object if the path says so. */
function put(body: Body, { path, isGrade, max }: WrittenProperty, value: string, grades: Profile['grades']): void {
  const [first = '', second] = path;
  const text = isGrade === true ? gradeOf(value, grades) : value;
  if (text === undefined) return;
  const written = max === undefined ? text : cut(text, max);
  if (second === undefined) body[first] = written;
  else body[first] = { ...(body[first] as Body | undefined), [second]: written };
}

/**
 * The address of a class to create: `Section_<id>`, as School Data Sync names it. An existing class keeps the address
 * that people know.
 */
export function classNickname(section: Section): string {
  return `Section_${section.id}`.replace(/[^A-Za-z0-9_]/g, '_');
}

/** The name is not among these properties: the profile decides whether it is kept up to date. */
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
 * Existing accounts keep their names and receive only the education properties, which are also the only ones that Graph
 * lets us write on accounts mastered on-premises.
 *
 * @param named whether names are written too: to accounts that Hallpass created
 */
export function userBody(person: Person, profile: Profile, named: boolean): Body {
  const kind = kindOfRole[person.role];
  const { education, names } = ofPeople[person.role];
  const body: Body = { primaryRole: kind, externalSource: 'sis', [kind]: { externalId: person.id } };
  const putAll = (written: typeof education) => {
    for (const property of written) {
      const value = property.key && person[property.key];
      if (value && isChosen(property, profile.properties[kind])) put(body, property, value, profile.grades);
    }
  };
  putAll(education);
  if (named) {
    const displayName = [person.givenName, person.surname].filter((name) => name !== undefined).join(' ');
    body.displayName = cut(displayName || person.username || person.id, 256);
    putAll(names);
  }
  return body;
}

function compact(body: { [property: string]: string | boolean | Body | undefined }): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Body;
}
