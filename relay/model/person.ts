/** People as the identity rules see them: one per person and role, whatever the number of their schools. */
import { trimInvisible } from '../../shared/invisible.ts';
import type { Student, Teacher } from '../../shared/roster.ts';
import type { Role } from './role.ts';

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
  /** Whether the student only will be one (Enroll_Status -1). */
  preRegistered: boolean;
  /** Every school whose bucket holds the person, sorted. */
  schoolIds: string[];
}

/** `students:123`: names a person in links, relations and problems. */
export function personKey(role: Role, id: string): string {
  return `${role}:${id}`;
}

/**
 * The person of these records, at least one. A teacher who works in two schools comes as two records with the same
 * values; the record of the first school (by id) speaks for the person.
 */
export function personOf(role: Role, id: string, records: readonly (Student | Teacher)[]): Person {
  const sorted = [...records].sort((a, b) => (a.schoolId < b.schoolId ? -1 : 1));
  const [first] = sorted;
  return {
    role,
    id,
    username: trimmed(first?.username),
    number: trimmed(first?.kind === 'student' ? first.studentNumber : first?.teacherNumber),
    secondaryEmail: trimmed(first?.secondaryEmail),
    givenName: trimmed(first?.givenName),
    surname: trimmed(first?.surname),
    middleName: trimmed(first?.middleName),
    grade: first?.kind === 'student' ? first.grade : undefined,
    graduationYear: first?.kind === 'student' ? first.graduationYear : undefined,
    preRegistered: first?.kind === 'student' && first.preRegistered === true,
    schoolIds: sorted.map((record) => record.schoolId),
  };
}

/** Agents of before 0.3 leave invisible characters at the ends of values. */
function trimmed(value: string | undefined): string | undefined {
  return value && (trimInvisible(value) || undefined);
}

const accountPrefix = 'account:';

/** `account:OBJECT-ID`: stands where a person key does, for a member of a class who is nobody of the roster. */
export function accountKey(objectId: string): string {
  return `${accountPrefix}${objectId}`;
}

/** The account that an account key names; undefined for a person key. */
export function accountNamedBy(key: string): string | undefined {
  return key.startsWith(accountPrefix) ? key.slice(accountPrefix.length) : undefined;
}

/** The account of a person, or the one that an account key names. @param accounts object id by person key */
export function accountOf(key: string, accounts: ReadonlyMap<string, string>): string | undefined {
  return accountNamedBy(key) ?? accounts.get(key);
}
