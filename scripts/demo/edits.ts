/** Edits such as a school office makes, chosen from the tables, and how each must show in Graph. Pure. */
import type { District, Section } from './oracle/district.ts';
import type { Expected } from './oracle/expected.ts';

export type Check =
  /** Sections and schools by DCID, people by key. */
  | { kind: 'member' | 'owner'; section: string; person: string; present: boolean }
  | { kind: 'className'; section: string; displayName: string }
  | { kind: 'schoolName'; school: string; displayName: string };

export interface Edit {
  title: string;
  /** Body of the PowerSchool simulator's `POST /_sim/edit`. */
  body: object[];
  /** All of them hold once the edit has arrived. */
  checks: Check[];
  /** Fewest writes to Graph that bring it there. */
  writes: number;
}

const wanted = 3;

/** The first three edits that this district allows; they do not concern each other. */
export function chooseEdits(district: District, expected: Expected, today: string): Edit[] {
  const view: View = {
    district,
    accounts: new Set(expected.users.map((user) => user.person.key)),
    classes: new Map(expected.classes.map((one) => [one.dcid, one])),
    teamless: new Set(
      expected.classes.flatMap(({ dcid }) => (expected.problems.has(`class:${dcid}/team`) ? [dcid] : [])),
    ),
    running: district.sections.filter(({ firstDay, lastDay }) => firstDay <= today && today <= lastDay),
    today,
    concerned: new Set(),
  };
  const edits: Edit[] = [];
  for (const choose of [enroll, drop, renameCourse, addCoTeacher, renameSchool]) {
    const edit = edits.length < wanted ? choose(view) : undefined;
    if (edit !== undefined) edits.push(edit);
  }
  return edits;
}

interface View {
  district: District;
  /** Keys of people who have an account. */
  accounts: ReadonlySet<string>;
  classes: ReadonlyMap<string, { owners: ReadonlySet<string>; members: ReadonlySet<string> }>;
  /** Sections whose first teacher would make a team, some time after everything else. */
  teamless: ReadonlySet<string>;
  /** Sections in a term that today belongs to: who is enrolled there now is in the class at once. */
  running: readonly Section[];
  today: string;
  /** Students who are in an edit already. */
  concerned: Set<string>;
}

function enroll({ district, accounts, classes, running, concerned }: View): Edit | undefined {
  const enrolled = Map.groupBy(district.enrollments, ({ student }) => student);
  for (const { key, role, dcid, schools } of district.people) {
    if (role !== 'students' || !accounts.has(key)) continue;
    const already = new Set(enrolled.get(dcid)?.map(({ section }) => section));
    const section = running.find((one) => schools.includes(one.school) && !already.has(one.dcid));
    if (section === undefined || classes.get(section.dcid)?.members.has(key)) continue;
    concerned.add(dcid);
    return {
      title: `enroll student ${dcid} in section ${section.dcid} (${section.courseName} - ${section.number})`,
      body: [{ op: 'enroll', studentId: Number(dcid), sectionId: Number(section.dcid) }],
      checks: [{ kind: 'member', section: section.dcid, person: key, present: true }],
      writes: 1,
    };
  }
  return undefined;
}

function drop({ district, accounts, concerned }: View): Edit | undefined {
  const times = Map.groupBy(district.enrollments, ({ student, section }) => `${student} ${section}`);
  for (const { dcid, student, section } of district.enrollments) {
    const key = `students:${student}`;
    if (concerned.has(student) || !accounts.has(key) || times.get(`${student} ${section}`)?.length !== 1) continue;
    return {
      title: `drop student ${student} from section ${section}`,
      body: [{ op: 'drop', ccId: Number(dcid) }],
      checks: [{ kind: 'member', section, person: key, present: false }],
      writes: 1,
    };
  }
  return undefined;
}

/** The course with the fewest sections: each of them is a class to rename. */
function renameCourse({ district }: View): Edit | undefined {
  let fewest: { course: string; taught: Section[] } | undefined;
  for (const [course, taught] of Map.groupBy(district.sections, (section) => section.course)) {
    if (course === undefined || (fewest !== undefined && taught.length >= fewest.taught.length)) continue;
    fewest = { course, taught };
  }
  if (fewest === undefined) return undefined;
  const { course, taught } = fewest;
  const name = `${taught[0]?.courseName} (renamed)`;
  return {
    title: `rename course ${course} to "${name}"`,
    body: [{ op: 'renameCourse', courseId: Number(course), name }],
    checks: taught.map(({ dcid, number }) => ({
      kind: 'className',
      section: dcid,
      displayName: `${name} - ${number}`,
    })),
    writes: taught.length,
  };
}

function addCoTeacher({ district, accounts, classes, teamless, today }: View): Edit | undefined {
  for (const { key, role, dcid, schools } of district.people) {
    if (role !== 'teachers' || !accounts.has(key)) continue;
    const section = district.sections.find(
      (one) =>
        schools.includes(one.school) && classes.get(one.dcid)?.owners.has(key) === false && !teamless.has(one.dcid),
    );
    if (section === undefined) continue;
    const relation = { section: section.dcid, person: key, present: true };
    return {
      title: `make teacher ${dcid} a co-teacher of section ${section.dcid}`,
      body: [{ op: 'addCoTeacher', sectionId: Number(section.dcid), userId: Number(dcid), startDate: today }],
      checks: [
        { kind: 'owner', ...relation },
        { kind: 'member', ...relation },
      ],
      writes: 2,
    };
  }
  return undefined;
}

function renameSchool({ district }: View): Edit | undefined {
  const [school] = district.schools;
  if (school === undefined) return undefined;
  const name = `${school.name} (renamed)`;
  return {
    title: `rename school ${school.dcid} to "${name}"`,
    body: [{ op: 'renameSchool', schoolId: Number(school.dcid), name }],
    checks: [{ kind: 'schoolName', school: school.dcid, displayName: name }],
    writes: 1,
  };
}
