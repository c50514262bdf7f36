/** People as the identity rules see them: one per person and role, however many schools they have. */
import { trimInvisible } from '../../shared/invisible.ts';
import { type Properties, propertiesOf } from '../../shared/properties.ts';
import type { Student, Teacher } from '../../shared/roster.ts';
import { type SchoolId, schoolIdOf } from './keys.ts';
import type { Role } from './role.ts';

/** A property's name here: its own name, unless the table gives another one. */
type NamesIn<Table> = { [Name in keyof Table]: Table[Name] extends { person: infer P extends string } ? P : Name };
type PersonValue = {
  [Kind in PersonKind]: NamesIn<Properties[Kind]>[keyof Properties[Kind]];
}[PersonKind];
type PersonKind = 'student' | 'teacher';

/** The optional properties, by name; the number is the student number or the teacher number. */
export type PersonValues = { [Name in PersonValue]?: string | undefined };

export interface Person extends PersonValues {
  role: Role;
  /** PowerSchool's DCID of the student, or of the USERS person. */
  id: string;
  /** Whether the student is only pre-registered (Enroll_Status -1). */
  preRegistered: boolean;
  /** Every school whose bucket holds the person, sorted. */
  schoolIds: SchoolId[];
}

/** The kinds of these people's roster records. */
export const kindOfRole = { students: 'student', teachers: 'teacher' } as const satisfies Record<Role, PersonKind>;

/** The optional properties of a role's people: their names in the roster, and in {@link Person}. */
export function personProperties(role: Role): readonly { name: string; key: PersonValue }[] {
  return read[role];
}

const read = { students: namesOf('students'), teachers: namesOf('teachers') };

function namesOf(role: Role) {
  return propertiesOf(kindOfRole[role]).map(({ name, person }) => ({ name, key: (person ?? name) as PersonValue }));
}

/** The person behind these records, at least one, each from a different school. */
export function personOf(role: Role, id: string, records: readonly (Student | Teacher)[]): Person {
  const parts = records.map((record) => ofRecord(role, id, record));
  return onePerson(parts) ?? { role, id, preRegistered: false, schoolIds: [] };
}

/**
 * Combines what several schools have into one person. A teacher who works in two schools comes as two records with the
 * same values; the record of the first school (by id) counts.
 */
export function onePerson(parts: readonly Person[]): Person | undefined {
  const [only, ...others] = parts;
  if (only === undefined || others.length === 0) return only;
  const sorted = [...parts].sort((a, b) => (schoolOf(a) < schoolOf(b) ? -1 : 1));
  return { ...(sorted[0] ?? only), schoolIds: sorted.flatMap(({ schoolIds }) => schoolIds) };
}

function schoolOf({ schoolIds }: Person): string {
  return schoolIds[0] ?? '';
}

function ofRecord(role: Role, id: string, record: Student | Teacher): Person {
  return {
    role,
    id,
    ...valuesOf(role, record),
    preRegistered: record.kind === 'student' && record.preRegistered === true,
    schoolIds: [schoolIdOf(record)],
  };
}

function valuesOf(role: Role, record: Student | Teacher): PersonValues {
  const fields: Readonly<Record<string, unknown>> = { ...record };
  const values: PersonValues = {};
  for (const { name, key } of read[role]) {
    const value = fields[name];
    values[key] = typeof value === 'string' ? trimmed(value) : undefined;
  }
  return values;
}

/** Agents older than 0.3 leave invisible characters at the ends of values. */
function trimmed(value: string): string | undefined {
  return trimInvisible(value) || undefined;
}
