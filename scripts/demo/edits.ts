/**
 * Edits like those of a school office, chosen from the tables, and how each must show in Graph. The oracle says what
 * they lead to under the district's profiles; an edit without a visible effect is not chosen. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { District, Section } from './oracle/district.ts';
import { type Circumstances, type Expected, expectedState } from './oracle/expected.ts';
import { bindLimit } from './oracle/totals.ts';

export type Check =
  /** Sections and schools by DCID, people by key. */
  | { kind: 'member' | 'owner'; section: string; person: string; present: boolean }
  | { kind: 'disabled'; person: string }
  | { kind: 'signedOut'; person: string }
  | { kind: 'archived'; section: string }
  | { kind: 'className'; section: string; displayName: string }
  | { kind: 'schoolName'; school: string; displayName: string };

export interface Edit {
  title: string;
  /** Body of the PowerSchool simulator's `POST /_sim/edit`. */
  body: object[];
  /** All of them hold once the edit has arrived. */
  checks: Check[];
  /** The fewest writes to Graph that get there. */
  writes: number;
  /** What must be there once it has arrived: a later edit may undo it. */
  leadsTo: Expected;
}

/** An edit whose effect is not known yet, and the tables after it. */
interface Candidate {
  title: string;
  body: object[];
  after: District;
}

const wanted = 5;
/** How many candidates of one kind are tried. */
const tries = 5;
/**
 * The guard holds changes to most of a school of 100 classes or more and waits for a person: the demo makes no such
 * edits.
 */
const mostWrites = 75;
/** Nor those that end more memberships in all than the guard ever lets pass within 24 hours in a small school. */
const mostEndings = 20;

/** The first five edits that this district allows, one of each kind, made one after the other. */
export function chooseEdits(district: District, expected: Expected, circumstances: Circumstances): Edit[] {
  const edits: Edit[] = [];
  let [tables, now] = [district, expected];
  /** Students who are already part of an edit. */
  const concerned = new Set<string>();
  let endings = 0;
  for (const candidatesOf of [
    enroll,
    drop,
    leave,
    removeCoTeacher,
    endSection,
    renameCourse,
    addCoTeacher,
    renameSchool,
  ]) {
    if (edits.length === wanted) break;
    const candidates = candidatesOf({ district: tables, expected: now, today: circumstances.today, concerned });
    for (const { title, body, after } of candidates.take(tries)) {
      const then = expectedState(after, circumstances, now);
      const effect = effectOf(now, then);
      const ends = effect?.checks.filter((check) => 'present' in check && !check.present).length ?? 0;
      if (effect === undefined || endings + ends > mostEndings) continue;
      endings += ends;
      edits.push({ title, body, leadsTo: then, ...effect });
      [tables, now] = [after, then];
      break;
    }
  }
  return edits;
}

interface View {
  district: District;
  expected: Expected;
  today: string;
  concerned: Set<string>;
}

/** Undefined when there is nothing to see, too much, or a team to create, which takes too long to wait for here. */
function effectOf(before: Expected, after: Expected): Pick<Edit, 'checks' | 'writes'> | undefined {
  const checks: Check[] = [];
  let writes = 0;
  const schools = new Map(before.schools.map((school) => [school.dcid, school]));
  for (const { dcid: school, properties } of after.schools) {
    if (isDeepStrictEqual(properties, schools.get(school)?.properties)) continue;
    checks.push({ kind: 'schoolName', school, displayName: String(properties.displayName) });
    writes += 1;
  }
  const users = new Map(before.users.map((user) => [user.person.key, user]));
  for (const { person, ...user } of after.users) {
    for (const kind of ['disabled', 'signedOut'] as const) {
      if (!user[kind] || users.get(person.key)?.[kind]) continue;
      checks.push({ kind, person: person.key });
      writes += 1;
    }
  }
  const classes = new Map(before.classes.map((one) => [one.dcid, one]));
  for (const { dcid: section, properties, owners, members, team, archived } of after.classes) {
    const was = classes.get(section);
    if (was === undefined || was.team !== team) return undefined;
    if (archived && !was.archived) {
      checks.push({ kind: 'archived', section });
      writes += 1;
    }
    if (!isDeepStrictEqual(properties, was.properties)) writes += 1;
    if (properties.displayName !== was.properties.displayName)
      checks.push({ kind: 'className', section, displayName: String(properties.displayName) });
    for (const [kind, now, earlier] of [
      ['owner', owners, was.owners],
      ['member', members, was.members],
    ] as const) {
      const [added, removed] = [[...now.difference(earlier)], [...earlier.difference(now)]];
      checks.push(
        ...added.map((person) => ({ kind, section, person, present: true })),
        ...removed.map((person) => ({ kind, section, person, present: false })),
      );
      writes += Math.ceil(added.length / bindLimit) + removed.length;
    }
  }
  return checks.length === 0 || writes > mostWrites ? undefined : { checks, writes };
}

/** People with an account, and the sections that have a class. */
function present({ expected }: View): { accounts: Set<string>; classes: Map<string, Expected['classes'][number]> } {
  return {
    accounts: new Set(expected.users.map((user) => user.person.key)),
    classes: new Map(expected.classes.map((one) => [one.dcid, one])),
  };
}

/** In a section whose term includes today: a student enrolled there now is in the class at once. */
function* enroll(view: View): Generator<Candidate> {
  const { district, today, concerned } = view;
  const { accounts, classes } = present(view);
  const running = district.sections.filter(
    ({ dcid, firstDay, lastDay }) => classes.has(dcid) && firstDay <= today && today <= lastDay,
  );
  const enrolled = Map.groupBy(district.enrollments, ({ student }) => student);
  for (const { key, role, dcid, schools } of district.people) {
    if (role !== 'students' || !accounts.has(key)) continue;
    const already = new Set(enrolled.get(dcid)?.map(({ section }) => section));
    const section = running.find((one) => schools.includes(one.school) && !already.has(one.dcid));
    if (section === undefined || classes.get(section.dcid)?.members.has(key)) continue;
    concerned.add(dcid);
    const added = { dcid: 'new', section: section.dcid, student: dcid, from: today, until: undefined };
    yield {
      title: `enroll student ${dcid} in section ${section.dcid} (${section.courseName} - ${section.number})`,
      body: [{ op: 'enroll', studentId: Number(dcid), sectionId: Number(section.dcid) }],
      after: { ...district, enrollments: [...district.enrollments, added] },
    };
  }
}

function* drop(view: View): Generator<Candidate> {
  const { district, concerned } = view;
  const { classes } = present(view);
  for (const { dcid, student, section } of district.enrollments) {
    if (concerned.has(student) || !classes.get(section)?.members.has(`students:${student}`)) continue;
    concerned.add(student);
    yield {
      title: `drop student ${student} from section ${section}`,
      body: [{ op: 'drop', ccId: Number(dcid) }],
      after: { ...district, enrollments: district.enrollments.filter((one) => one.dcid !== dcid) },
    };
  }
}

/** A person who is in a class, so that any policy has a visible effect. */
function* leave(view: View): Generator<Candidate> {
  const { district, concerned } = view;
  const { accounts, classes } = present(view);
  const enrolled = Map.groupBy(district.enrollments, ({ student }) => student);
  for (const person of district.people) {
    const { key, role, dcid } = person;
    if (role !== 'students' || !accounts.has(key) || concerned.has(dcid)) continue;
    if (!enrolled.get(dcid)?.some(({ section }) => classes.get(section)?.members.has(key))) continue;
    yield {
      title: `student ${dcid} leaves the district`,
      body: [{ op: 'deactivateStudent', studentId: Number(dcid) }],
      after: {
        ...district,
        people: district.people.filter((one) => one !== person),
        enrollments: district.enrollments.filter(({ student }) => student !== dcid),
      },
    };
  }
}

/** The smallest first: the guard watches for whole classes that end. */
function* endSection(view: View): Generator<Candidate> {
  const { district } = view;
  const { classes } = present(view);
  const size = ({ dcid }: Section) => classes.get(dcid)?.members.size ?? 0;
  const sections = district.sections.filter(({ dcid }) => classes.has(dcid)).sort((a, b) => size(a) - size(b));
  for (const section of sections) {
    const { dcid } = section;
    yield {
      title: `delete section ${dcid} (${section.courseName} - ${section.number})`,
      body: [{ op: 'deleteSection', sectionId: Number(dcid) }],
      after: {
        ...district,
        sections: district.sections.filter((one) => one !== section),
        enrollments: district.enrollments.filter((one) => one.section !== dcid),
        teaching: district.teaching.filter((one) => one.section !== dcid),
      },
    };
  }
}

/** In a section that keeps another teacher. */
function* removeCoTeacher(view: View): Generator<Candidate> {
  const { district } = view;
  const { classes } = present(view);
  for (const one of district.teaching) {
    const { id, section, teacher, leads } = one;
    const owners = classes.get(section)?.owners;
    if (leads || owners === undefined || owners.size < 2 || !owners.has(`teachers:${teacher}`)) continue;
    yield {
      title: `take the co-teacher ${teacher} off section ${section}`,
      body: [{ op: 'removeCoTeacher', rosterId: Number(id) }],
      after: { ...district, teaching: district.teaching.filter((other) => other !== one) },
    };
  }
}

/** The courses with the fewest sections first: each of them is a class to rename. */
function* renameCourse({ district }: View): Generator<Candidate> {
  const courses = [...Map.groupBy(district.sections, (section) => section.course)];
  for (const [course, taught] of courses.sort(([, a], [, b]) => a.length - b.length)) {
    if (course === undefined) continue;
    const name = `${taught[0]?.courseName} (renamed)`;
    const renamed = (section: Section) => (section.course === course ? { ...section, courseName: name } : section);
    yield {
      title: `rename course ${course} to "${name}"`,
      body: [{ op: 'renameCourse', courseId: Number(course), name }],
      after: { ...district, sections: district.sections.map(renamed) },
    };
  }
}

function* addCoTeacher(view: View): Generator<Candidate> {
  const { district, today } = view;
  const { accounts, classes } = present(view);
  for (const { key, role, dcid, schools } of district.people) {
    if (role !== 'teachers' || !accounts.has(key)) continue;
    const section = district.sections.find(
      (one) => schools.includes(one.school) && classes.get(one.dcid)?.owners.has(key) === false,
    );
    if (section === undefined) continue;
    const added = { id: 'new', section: section.dcid, teacher: dcid, from: today, through: undefined, leads: false };
    yield {
      title: `make teacher ${dcid} a co-teacher of section ${section.dcid}`,
      body: [{ op: 'addCoTeacher', sectionId: Number(section.dcid), userId: Number(dcid), startDate: today }],
      after: { ...district, teaching: [...district.teaching, added] },
    };
  }
}

function* renameSchool({ district }: View): Generator<Candidate> {
  for (const school of district.schools) {
    const name = `${school.name} (renamed)`;
    yield {
      title: `rename school ${school.dcid} to "${name}"`,
      body: [{ op: 'renameSchool', schoolId: Number(school.dcid), name }],
      after: {
        ...district,
        schools: district.schools.map((one) => (one === school ? { ...one, name } : one)),
      },
    };
  }
}
