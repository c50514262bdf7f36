/** What a problem is about, read from its subject. */
import { type Kind, kinds } from '../../shared/roster.ts';
import { groupingParts } from './grouping.ts';
import { asGroupingId, isClassKey, isGroupKey, recordIn } from './keys.ts';
import { isPersonKey, isStudent } from './person-key.ts';

/** `other`: the district as a whole, a license, or a security group. */
export type SubjectKind = Kind | 'membership' | 'other';

export interface Subject {
  what: SubjectKind;
  /** The PowerSchool record that says where it is; undefined where there is none. */
  record: { kind: Kind; id: string } | undefined;
  /** The person concerned, if it is about one: `students:123`. */
  person: string | undefined;
}

/** @param subject such as `students:123`, `class:77`, `class:77/students:123`, `group:teachers`, `studentEnrollment:30` */
export function readSubject(subject: string): Subject {
  if (isPersonKey(subject)) {
    const kind = isStudent(subject) ? 'student' : 'teacher';
    return { what: kind, record: { kind, id: recordIn(subject).id }, person: subject };
  }
  if (isClassKey(subject)) {
    const [section = '', member] = recordIn(subject).id.split('/', 2);
    const isMember = member !== undefined && isPersonKey(member);
    return {
      what: isMember ? 'membership' : 'section',
      record: { kind: 'section', id: section },
      person: isMember ? member : undefined,
    };
  }
  if (isGroupKey(subject)) {
    const [group = '', member] = recordIn(subject).id.split('/', 2);
    const { schoolId } = groupingParts(asGroupingId(group));
    const isMember = member !== undefined && isPersonKey(member);
    return {
      what: isMember ? 'membership' : 'other',
      record: schoolId && { kind: 'school', id: schoolId },
      person: isMember ? member : undefined,
    };
  }
  const { kind: name, id } = recordIn(subject);
  const kind = kinds.find((one) => one === name);
  return { what: kind ?? 'other', record: kind && { kind, id }, person: undefined };
}
