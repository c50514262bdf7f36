/**
 * Kinds of edits that a school office makes, as candidates chosen from the tables. What each leads to is for the oracle to say
 * (edits.ts). Pure.
 */
import type { District, Section } from './oracle/district.ts';
import type { Expected } from './oracle/expected.ts';

/** An edit whose effect is not known yet, and the tables after it. */
export interface Candidate {
  title: string;
  body: object[];
  after: District;
}

export interface View {
  district: District;
  expected: Expected;
  today: string;
  concerned: Set<string>;
}

/** By name, those that are wanted first in front. */
export const editKinds: Readonly<Record<string, (view: View) => Generator<Candidate>>> = {
  enroll,
  drop,
  leave,
  removeCoTeacher,
  endSection,
  renameCourse,
  addCoTeacher,
  renameSchool,
};

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
