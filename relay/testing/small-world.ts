/** A very small district as toggles, for tests that make up its history: whatever the toggles say is a roster. */
import fc from 'fast-check';
import type { RosterRecord } from '../../shared/roster.ts';
import type { Profile } from '../profile/profile.ts';

export const schoolIds = ['1', '2', '3'];
const students = 8;
const teachers = 3;
const sections = 5;

/** More than a small world can exceed: holds have their own tests. */
export const noGuards = {
  removals: { percent: 100, above: 1000, total: 1000 },
  updates: { population: 1000 },
  newAccounts: { population: 1000 },
  sourceDrop: { above: 1000 },
  emptySource: { population: 1000 },
  rollover: { population: 1000 },
};

export interface World {
  /** School by student; a student who is missing is not in PowerSchool. */
  students: Map<string, string>;
  /** Schools by teacher. */
  teachers: Map<string, Set<string>>;
  /** School and course by section. */
  sections: Map<string, { school: string; course: string }>;
  /** `student@section` */
  enrollments: Set<string>;
  /** `teacher@section` */
  rosters: Set<string>;
}

export type Edit =
  | { what: 'student'; id: number; school: string | undefined }
  | { what: 'teacher'; id: number; school: string }
  | { what: 'section'; id: number; course: string | undefined }
  | { what: 'enrollment'; id: number; section: number }
  | { what: 'roster'; id: number; section: number };

/** Where edits happen, by number. */
export interface Part {
  students: readonly number[];
  teachers: readonly number[];
  sections: readonly number[];
  schools: readonly string[];
}

/** Edits anywhere are mostly about different things. In a corner they meet: what one has begun another undoes. */
export const parts: readonly Part[] = [
  { students: upTo(students), teachers: upTo(teachers), sections: upTo(sections), schools: schoolIds },
  { students: [0, 1, 3], teachers: [0, 1, 2], sections: [0, 1], schools: ['1', '2'] },
];

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

export function editIn(part: Part): fc.Arbitrary<Edit> {
  const student = fc.constantFrom(...part.students);
  const teacher = fc.constantFrom(...part.teachers);
  const section = fc.constantFrom(...part.sections);
  const school = fc.constantFrom(...part.schools);
  const course = fc.constantFrom('Art', 'Music', undefined);
  return fc.oneof(
    fc.record({
      what: fc.constant('student' as const),
      id: student,
      school: fc.constantFrom(...part.schools, undefined),
    }),
    fc.record({ what: fc.constant('teacher' as const), id: teacher, school }),
    fc.record({ what: fc.constant('section' as const), id: section, course }),
    fc.record({ what: fc.constant('enrollment' as const), id: student, section }),
    fc.record({ what: fc.constant('roster' as const), id: teacher, section }),
  );
}

/** Everybody is somewhere, every section has a teacher, and everybody is in two sections. */
export function fullWorld(): World {
  const world: World = {
    students: new Map(),
    teachers: new Map(),
    sections: new Map(),
    enrollments: new Set(),
    rosters: new Set(),
  };
  const at = (index: number) => schoolIds[index % schoolIds.length] ?? '1';
  for (let id = 0; id < sections; id += 1) {
    world.sections.set(`${id}`, { school: at(id), course: 'Art' });
    world.rosters.add(`${id % teachers}@${id}`);
  }
  for (let id = 0; id < teachers; id += 1) world.teachers.set(`${id}`, new Set([at(id)]));
  for (let id = 0; id < students; id += 1) {
    world.students.set(`${id}`, at(id));
    for (const step of [0, 2]) world.enrollments.add(`${id}@${(id + step) % sections}`);
  }
  return world;
}

export function change(world: World, one: Edit): void {
  const id = `${one.id}`;
  switch (one.what) {
    case 'student':
      if (one.school === undefined) world.students.delete(id);
      else world.students.set(id, one.school);
      break;
    case 'teacher':
      world.teachers.set(id, new Set(world.teachers.get(id)).symmetricDifference(new Set([one.school])));
      break;
    case 'section': {
      const school = schoolIds[one.id % schoolIds.length] ?? '1';
      if (one.course === undefined) world.sections.delete(id);
      else world.sections.set(id, { school, course: one.course });
      break;
    }
    case 'enrollment':
      world.enrollments = world.enrollments.symmetricDifference(new Set([`${id}@${one.section}`]));
      break;
    case 'roster':
      world.rosters = world.rosters.symmetricDifference(new Set([`${id}@${one.section}`]));
      break;
  }
}

/** The roster, with the ids and names that `openDistrict` makes accounts for. */
export function recordsOf(world: World): RosterRecord[] {
  const records: RosterRecord[] = schoolIds.map((id) => {
    return { kind: 'school', id, schoolId: 'district', name: `School ${id}`, schoolNumber: id };
  });
  for (const [id, schoolId] of world.students) {
    const names = { username: `student${id}`, givenName: 'Ana', surname: `Šimić ${id}` };
    records.push({
      kind: 'student',
      id: `1${id}`,
      schoolId,
      ...names,
      studentNumber: `${4000 + Number(id)}`,
      grade: '9',
    });
  }
  for (const [id, schools] of world.teachers) {
    const names = { username: `teacher${id}`, givenName: 'Kim', surname: `O'Neil ${id}` };
    for (const schoolId of schools) records.push({ kind: 'teacher', id: `9${id}`, schoolId, ...names });
  }
  for (const [id, { school: schoolId, course }] of world.sections) {
    const of = { termId: '1', courseNumber: course, courseName: course, sectionNumber: id };
    records.push({ kind: 'section', id: `5${id}`, schoolId, ...of });
  }
  const inSection = function* (pairs: ReadonlySet<string>) {
    for (const pair of pairs) {
      const [person = '', section = ''] = pair.split('@');
      const school = world.sections.get(section)?.school;
      if (school !== undefined) yield { person, section, school };
    }
  };
  for (const { person, section, school: schoolId } of inSection(world.enrollments)) {
    const of = { sectionId: `5${section}`, studentId: `1${person}` };
    records.push({ kind: 'studentEnrollment', id: `3${person}${section}`, schoolId, ...of });
  }
  for (const { person, section, school: schoolId } of inSection(world.rosters)) {
    const of = { sectionId: `5${section}`, teacherId: `9${person}` };
    records.push({ kind: 'teacherRoster', id: `7${person}${section}`, schoolId, ...of });
  }
  return records;
}

/** Who should be in a class, by the record's id. */
export interface Membership {
  students: Set<string>;
  teachers: Set<string>;
}

/** What the world means for the classes that a profile covers: the plain reading of the rules. */
export function membershipsOf(world: World, schools: Profile['schools']): Map<string, Membership> {
  const covered = (school: string | undefined) =>
    school !== undefined && (schools === 'all' || schools.includes(school));
  const classes = new Map<string, Membership>();
  for (const [id, { school }] of world.sections) {
    if (covered(school)) classes.set(`5${id}`, { students: new Set(), teachers: new Set() });
  }
  for (const pair of world.enrollments) {
    const [student = '', section] = pair.split('@');
    if (covered(world.students.get(student))) classes.get(`5${section}`)?.students.add(`1${student}`);
  }
  for (const pair of world.rosters) {
    const [teacher = '', section] = pair.split('@');
    if ([...(world.teachers.get(teacher) ?? [])].some(covered)) classes.get(`5${section}`)?.teachers.add(`9${teacher}`);
  }
  return classes;
}
