/** What problems are about, in the names that people know. */
import type { Kind } from '../../../shared/roster.ts';
import { readSubject } from '../../model/subject.ts';
import { recordsWith } from '../../store/roster/lookup.ts';
import type { TenantScope } from '../../store/store.ts';

export interface NamedSubject {
  /** `Ada Lovelace`, `Algebra 1 - 2`; the subject itself where there is no name. */
  text: string;
  /** `students:123`, where it is about a person. */
  person?: string | undefined;
  /** Id of the section, where it is about a class. */
  section?: string | undefined;
}

const named = ['student', 'teacher', 'section', 'school', 'studentEnrollment', 'teacherRoster'] as const;
type Named = (typeof named)[number];

/** In the order of the subjects, which should be few. */
export async function nameSubjects(
  scope: TenantScope,
  subjects: readonly { subject: string }[],
): Promise<readonly NamedSubject[]> {
  const read = subjects.map(({ subject }) => ({ subject, ...readSubject(subject) }));
  const ids: Record<Named, Set<string>> = {
    ...{ student: new Set(), teacher: new Set(), section: new Set(), school: new Set() },
    ...{ studentEnrollment: new Set(), teacherRoster: new Set() },
  };
  const want = (kind: Kind, id: string) => named.find((one) => one === kind) && ids[kind as Named].add(id);
  for (const { record, person } of read) {
    if (record !== undefined) want(record.kind, record.id);
    const about = person === undefined ? undefined : readSubject(person).record;
    if (about !== undefined) want(about.kind, about.id);
  }
  const enrollments = await recordsWith(scope, 'studentEnrollment', [...ids.studentEnrollment]);
  const rosters = await recordsWith(scope, 'teacherRoster', [...ids.teacherRoster]);
  for (const [one] of [...enrollments.values(), ...rosters.values()])
    if (one !== undefined) ids.section.add(one.sectionId);
  const students = await recordsWith(scope, 'student', [...ids.student]);
  const teachers = await recordsWith(scope, 'teacher', [...ids.teacher]);
  const sections = await recordsWith(scope, 'section', [...ids.section]);
  const schools = await recordsWith(scope, 'school', [...ids.school]);
  const personName = (key: string) => {
    const about = readSubject(key).record;
    const [one] = (about?.kind === 'student' ? students : teachers).get(about?.id ?? '') ?? [];
    return [one?.givenName, one?.surname].filter((part) => part !== undefined).join(' ') || key;
  };
  const className = (id: string) => {
    const [section] = sections.get(id) ?? [];
    return section === undefined ? `section ${id}` : `${section.courseName} - ${section.sectionNumber}`;
  };
  return read.map(({ subject, what, record, person }): NamedSubject => {
    const id = record?.id ?? '';
    switch (what) {
      case 'student':
      case 'teacher':
        return { text: personName(subject), person };
      case 'section':
        return { text: className(id), section: id };
      case 'membership':
        return { text: `${personName(person ?? '')} in ${className(id)}`, person, section: id };
      case 'school':
        return { text: schools.get(id)?.[0]?.name ?? `school ${id}` };
      case 'studentEnrollment':
      case 'teacherRoster': {
        const [one] = (what === 'studentEnrollment' ? enrollments : rosters).get(id) ?? [];
        if (one === undefined) return { text: subject };
        return { text: `${subject} in ${className(one.sectionId)}`, section: one.sectionId };
      }
      default:
        return { text: subject };
    }
  });
}
