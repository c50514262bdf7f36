/** People as the identity rules see them: one per person and role, whatever the number of their schools. */
import type { Student, Teacher } from '../../shared/roster.ts';
import type { Role } from '../profile.ts';

export interface Person {
  role: Role;
  /** PowerSchool's DCID of the student, or of the USERS person. */
  id: string;
  username: string | undefined;
  /** Student number or teacher number. */
  number: string | undefined;
  secondaryEmail: string | undefined;
  givenName: string | undefined;
  surname: string | undefined;
  middleName: string | undefined;
  grade: string | undefined;
  graduationYear: string | undefined;
  /** Every school whose bucket holds the person, sorted. */
  schoolIds: string[];
}

/** `students:123`: names a person in links, relations and problems. */
export function personKey(role: Role, id: string): string {
  return `${role}:${id}`;
}

/**
 * The people of these records. A teacher who works in two schools comes as two records with the same values; the record
 * of the first school (by id) speaks for the person.
 */
export function peopleOf(students: readonly Student[], teachers: readonly Teacher[]): Map<string, Person> {
  const people = new Map<string, Person>();
  for (const record of [...students, ...teachers].sort((a, b) => (a.schoolId < b.schoolId ? -1 : 1))) {
    const role = record.kind === 'student' ? 'students' : 'teachers';
    const key = personKey(role, record.id);
    const known = people.get(key);
    if (known !== undefined) {
      known.schoolIds.push(record.schoolId);
      continue;
    }
    people.set(key, {
      role,
      id: record.id,
      username: record.username,
      number: record.kind === 'student' ? record.studentNumber : record.teacherNumber,
      secondaryEmail: record.secondaryEmail,
      givenName: record.givenName,
      surname: record.surname,
      middleName: record.middleName,
      grade: record.kind === 'student' ? record.grade : undefined,
      graduationYear: record.kind === 'student' ? record.graduationYear : undefined,
      schoolIds: [record.schoolId],
    });
  }
  return people;
}
