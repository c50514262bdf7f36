/** Which classes exist, their names, and their members on a given day. */
import type { District, Enrollment, Person, School, Section, Teaching } from './district.ts';
import { filled } from './patterns.ts';
import type { Properties } from './properties.ts';
import type { Rules } from './rules.ts';
import type { Years } from './years.ts';

export interface ExpectedClass {
  dcid: string;
  school: string;
  properties: Properties;
  /** Person keys. */
  owners: Set<string>;
  members: Set<string>;
  team: boolean;
  /** Whether its team is read-only. */
  archived: boolean;
}

export interface ClassContext {
  district: District;
  /** By school. */
  ruling: ReadonlyMap<string, Rules>;
  /** The profile of every person who has an account. */
  holders: ReadonlyMap<string, Rules>;
  /** People in more than one profile: nothing is done about them. */
  contested: ReadonlySet<string>;
  today: string;
  years: Years;
  /** What was expected before the tables reached their present state. */
  earlier: ReadonlyMap<string, ExpectedClass>;
}

export function classesOf(context: ClassContext): ExpectedClass[] {
  const { district, ruling, earlier } = context;
  const enrollments = Map.groupBy(district.enrollments, ({ section }) => section);
  const teaching = Map.groupBy(district.teaching, ({ section }) => section);
  const schools = new Map(district.schools.map((school) => [school.dcid, school]));
  const teachers = new Map(
    district.people.filter(({ role }) => role === 'teachers').map((person) => [person.dcid, person]),
  );
  return district.sections.flatMap((section) => {
    const rules = ruling.get(section.school);
    const before = earlier.get(section.dcid);
    if (rules === undefined) return before ?? [];
    if (!isOpen(section, rules, context.today)) return before ?? [];
    if (context.years.isOfBefore(section) && before === undefined) return [];
    const assigned = teaching.get(section.dcid) ?? [];
    const name = nameOf(section, rules, {
      school: schools.get(section.school),
      teacher: teachers.get(leaderOf(assigned, section, rules, context.today) ?? ''),
    });
    const people = peopleOf({ section, rules, enrolled: enrollments.get(section.dcid) ?? [], assigned }, context);
    const displayName = (rules.namedOnce ? before?.properties.displayName : undefined) ?? name;
    const team = before?.team === true || (rules.teams && people.owners.size > 0);
    return {
      dcid: section.dcid,
      school: section.school,
      properties: propertiesOf(section, rules, displayName),
      ...people,
      team,
      archived: false,
    };
  });
}

/**
 * Memberships of the profiles' classes whose person is unknown: agents send the schools of the profiles, and a person
 * of another school may be enrolled in one of their sections.
 */
export function danglingOf(
  { people, sections, enrollments, teaching }: District,
  ruling: ReadonlyMap<string, Rules>,
  profiles: readonly Rules[],
  { today, years }: Pick<ClassContext, 'today' | 'years'>,
): string[] {
  const isSent = (school: string) => profiles.some(({ schools }) => schools === 'all' || schools.has(school));
  const known = new Set(people.filter(({ schools }) => schools.some(isSent)).map(({ key }) => key));
  const open = new Map(
    sections.flatMap((section) => {
      const rules = ruling.get(section.school);
      return rules !== undefined && isOpen(section, rules, today) && !years.isOfBefore(section)
        ? [[section.dcid, { section, rules }]]
        : [];
    }),
  );
  const students = enrollments.filter((one) => {
    const place = open.get(one.section);
    if (place === undefined || known.has(`students:${one.student}`)) return false;
    // A student who has to wait does not count as missing yet.
    const waits = place.rules.studentsFrom !== undefined && today < place.rules.studentsFrom;
    return !waits && isEnrolled(one, place.section, place.rules, today);
  });
  const teachers = teaching.filter((one) => {
    const place = open.get(one.section);
    return place && !known.has(`teachers:${one.teacher}`) && isTeaching(one, place.section, place.rules, today);
  });
  return [
    ...students.map(({ dcid }) => `studentEnrollment:${dcid}`),
    ...teachers.map(({ id }) => `teacherRoster:${id}`),
  ];
}

function propertiesOf(
  section: Section,
  { classesBy }: Rules,
  displayName: ExpectedClass['properties'][string],
): ExpectedClass['properties'] {
  const { dcid, localId, courseName, courseNumber, course, number, term, termName, firstDay, lastDay } = section;
  return {
    displayName,
    // A class keeps its address, and where the classes use another id, all existed before.
    mailNickname: `Section_${classesBy.prefix}${classesBy.id === 'dcid' ? dcid : localId}`,
    externalId: dcid,
    externalSource: 'sis',
    classCode: courseNumber,
    externalName: `${courseName} - ${number}`,
    term: { displayName: termName, externalId: term, startDate: firstDay, endDate: lastDay },
    course: { displayName: courseName, courseNumber, ...(course === undefined ? {} : { externalId: course }) },
  };
}

/** From this many days before the first day of its term. */
function isOpen({ firstDay }: Section, { openDaysBefore }: Rules, today: string): boolean {
  if (openDaysBefore === undefined) return true;
  return daysEarlier(firstDay, openDaysBefore) <= today;
}

function daysEarlier(day: string, days: number): string {
  const earlier = new Date(`${day}T12:00:00Z`);
  earlier.setUTCDate(earlier.getUTCDate() - days);
  return earlier.toISOString().slice(0, 10);
}

/** A person who is in from the first day of the term is in as soon as the class opens early. */
function hasBegun(from: string | undefined, { firstDay }: Section, { openDaysBefore }: Rules, today: string): boolean {
  return from === undefined || from <= today || (openDaysBefore !== undefined && from <= firstDay);
}

/** Students leave on the day itself, teachers after it. */
export function isEnrolled(one: Enrollment, section: Section, rules: Rules, today: string): boolean {
  const { from, until, preRegistered } = one;
  // A pre-registered student joins early, by as many days as classes open early.
  const first = from !== undefined && preRegistered ? daysEarlier(from, rules.openDaysBefore ?? 0) : from;
  return hasBegun(first, section, rules, today) && (until === undefined || today < until);
}

export function isTeaching({ from, through }: Teaching, section: Section, rules: Rules, today: string): boolean {
  return hasBegun(from, section, rules, today) && (through === undefined || today <= through);
}

function peopleOf(
  {
    section,
    rules,
    enrolled,
    assigned,
  }: { section: Section; rules: Rules; enrolled: Enrollment[]; assigned: Teaching[] },
  { holders, contested, today, earlier, years }: ClassContext,
): { owners: Set<string>; members: Set<string> } {
  const before = earlier.get(section.dcid);
  // Nobody is added to a class of an earlier year.
  const ofBefore = years.isOfBefore(section);
  const belongs = (key: string) => holders.get(key) === rules && (!ofBefore || before?.members.has(key) === true);
  const students = enrolled
    .filter((one) => isEnrolled(one, section, rules, today))
    .map((one) => `students:${one.student}`);
  const waits = rules.studentsFrom !== undefined && today < rules.studentsFrom;
  const owners = new Set(
    assigned
      .filter((one) => isTeaching(one, section, rules, today))
      .map(({ teacher }) => `teachers:${teacher}`)
      .filter(belongs),
  );
  const members = new Set([...owners, ...(waits ? [] : students.filter(belongs))]);
  const taught = owners.size > 0 && !ofBefore;
  const keeps = (key: string) => {
    const role = key.startsWith('students:') ? 'students' : 'teachers';
    const stayed =
      role === 'students'
        ? stayedToTheEnd(key, enrolled, section, today)
        : taughtToTheEnd(key, assigned, section, today);
    return (stayed ? rules.keepsAfterTerm : rules.keeps)[role];
  };
  for (const key of before?.members ?? []) {
    const isStudent = key.startsWith('students:');
    const stays = isStudent ? keeps(key) || (waits && students.includes(key)) : keeps(key) || !taught;
    if (stays || contested.has(key)) members.add(key);
  }
  for (const key of before?.owners ?? []) if (keeps(key) || !taught || contested.has(key)) owners.add(key);
  return { owners, members };
}

/**
 * Whether a person who is no longer in a class was there to its end: the tables say so, or they say nothing and it is
 * over.
 */
function stayedToTheEnd(key: string, enrolled: readonly Enrollment[], { lastDay }: Section, today: string): boolean {
  const own = enrolled.filter(({ student, until }) => `students:${student}` === key && until !== undefined);
  return own.length === 0 ? lastDay < today : own.some(({ until = '' }) => until >= lastDay);
}

function taughtToTheEnd(key: string, assigned: readonly Teaching[], { lastDay }: Section, today: string): boolean {
  const own = assigned.filter(({ teacher, through }) => `teachers:${teacher}` === key && through !== undefined);
  return own.length === 0 ? lastDay < today : own.some(({ through = '' }) => through >= lastDay);
}

/** The section's own teacher, whatever the dates; else the first who teaches it now. */
function leaderOf(assigned: readonly Teaching[], section: Section, rules: Rules, today: string): string | undefined {
  const leader = assigned.find(({ leads }) => leads) ?? assigned.find((one) => isTeaching(one, section, rules, today));
  return leader?.teacher;
}

function nameOf(
  section: Section,
  { className, replacesCharacters }: Rules,
  { school, teacher }: { school: School | undefined; teacher: Person | undefined },
): string {
  const { courseName, courseNumber, number: sectionNumber, period, termName } = section;
  const names = [teacher?.givenName, teacher?.surname].filter((name) => name !== undefined);
  const values: Record<string, string | undefined> = {
    ...{ courseName, courseNumber, sectionNumber, period, termName },
    ...{ schoolName: school?.name, schoolNumber: school?.number },
    ...{ teacher: names.length > 0 ? names.join(' ') : undefined, teacherSurname: teacher?.surname },
  };
  const name = filled(className, (value) => values[value]);
  const written = replacesCharacters ? name.replaceAll(/[~"#%&*:<>?/\\{|}]/g, '_') : name;
  return (written.trim() === '' ? `${courseName} - ${sectionNumber}` : written).slice(0, 256);
}
