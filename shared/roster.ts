/**
 * The roster: what Hallpass knows of a district, in School Data Sync's own words.
 *
 * Every record is `{kind, id, schoolId, ...fields}`. Ids are PowerSchool DCIDs as strings: stable for the life of a
 * row, unlike the `ID` columns, which PowerSchool calls only "usually" unique. `schoolId` is SCHOOLS.DCID (never
 * School_Number), or `district` for the schools themselves. A teacher is the USERS person; one who works in two schools
 * has one record in each school's bucket.
 */
import { z } from 'zod';
import { type PropertyKind, type PropertyName, propertyNames } from './properties.ts';

export const kinds = ['school', 'term', 'section', 'student', 'teacher', 'studentEnrollment', 'teacherRoster'] as const;
export type Kind = (typeof kinds)[number];

/** Names of the kinds for use in a sentence. */
export const kindWords: Record<Kind, string> = {
  school: 'schools',
  term: 'terms',
  section: 'sections',
  student: 'students',
  teacher: 'teachers',
  studentEnrollment: 'enrollments',
  teacherRoster: 'teacher rosters',
};

/** The bucket "school" in which the school records themselves live. */
export const districtBucket = 'district';

const id = z.string().min(1).max(40);
const text = z.string().min(1).max(1000);
/** Calendar date in the district's own zone, `YYYY-MM-DD`. */
const date = z.iso.date();
const optionalText = text.optional();
const optionalDate = date.optional();

/** The optional properties of a kind, see properties.ts. */
function optionalOf<K extends PropertyKind>(kind: K) {
  const shape = Object.fromEntries(propertyNames(kind).map((name) => [name, optionalText]));
  return shape as { [name in PropertyName<K>]: typeof optionalText };
}

export const schoolSchema = z.strictObject({
  kind: z.literal('school'),
  id,
  schoolId: z.literal(districtBucket),
  name: text,
  schoolNumber: text,
  ...optionalOf('school'),
});

export const termSchema = z.strictObject({
  kind: z.literal('term'),
  id,
  schoolId: id,
  name: text,
  /** TERMS.YearID: the year in which the school year starts, minus 1990. */
  yearId: text,
  startDate: date,
  endDate: date,
});

export const sectionSchema = z.strictObject({
  kind: z.literal('section'),
  id,
  schoolId: id,
  termId: id,
  sectionNumber: text,
  courseId: optionalText,
  courseNumber: text,
  courseName: text,
  ...optionalOf('section'),
});

export const studentSchema = z.strictObject({
  kind: z.literal('student'),
  id,
  schoolId: id,
  ...optionalOf('student'),
  /** Present and true for a student who is pre-registered (STUDENTS.Enroll_Status -1) and not active yet. */
  preRegistered: z.literal(true).optional(),
});

export const teacherSchema = z.strictObject({
  kind: z.literal('teacher'),
  id,
  schoolId: id,
  ...optionalOf('teacher'),
});

export const studentEnrollmentSchema = z.strictObject({
  kind: z.literal('studentEnrollment'),
  id,
  schoolId: id,
  sectionId: id,
  studentId: id,
  /** First day in the class. */
  startDate: optionalDate,
  /** The day after the last day in the class: PowerSchool's CC.DateLeft is exclusive. */
  endDate: optionalDate,
});

export const teacherRosterSchema = z.strictObject({
  kind: z.literal('teacherRoster'),
  id,
  schoolId: id,
  sectionId: id,
  teacherId: id,
  role: optionalText,
  /** Present and true for the one lead teacher of the section (SECTIONS.Teacher). */
  isLead: z.literal(true).optional(),
  startDate: optionalDate,
  /** Last day as co-teacher, inclusive (SECTIONTEACHER.End_Date). */
  endDate: optionalDate,
});

export const recordSchema = z.discriminatedUnion('kind', [
  schoolSchema,
  termSchema,
  sectionSchema,
  studentSchema,
  teacherSchema,
  studentEnrollmentSchema,
  teacherRosterSchema,
]);

export type School = z.infer<typeof schoolSchema>;
export type Term = z.infer<typeof termSchema>;
export type Section = z.infer<typeof sectionSchema>;
export type Student = z.infer<typeof studentSchema>;
export type Teacher = z.infer<typeof teacherSchema>;
export type StudentEnrollment = z.infer<typeof studentEnrollmentSchema>;
export type TeacherRoster = z.infer<typeof teacherRosterSchema>;
export type RosterRecord = z.infer<typeof recordSchema>;
export type RecordOf<K extends Kind> = Extract<RosterRecord, { kind: K }>;

/** A bucket is one kind of one school: the unit that is compared, read and sent. */
export interface Bucket {
  kind: Kind;
  schoolId: string;
}

/** `student:12`: the form of a bucket in messages, logs and file names. */
export function bucketKey(bucket: Bucket): string {
  return `${bucket.kind}:${bucket.schoolId}`;
}

/** What is in a bucket, for people: "the students of school 1021". */
export function bucketWords({ kind, schoolId }: Bucket): string {
  return `the ${kindWords[kind]} of ${schoolId === districtBucket ? 'the district' : `school ${schoolId}`}`;
}

/** The inverse of {@link bucketKey}; undefined when the text names no bucket. */
export function parseBucketKey(key: string): Bucket | undefined {
  const at = key.indexOf(':');
  const kind = kinds.find((known) => known === key.slice(0, at));
  const schoolId = key.slice(at + 1);
  return kind !== undefined && at > 0 && schoolId !== '' ? { kind, schoolId } : undefined;
}

/**
 * The properties of each kind that leave the district only when a profile asks for them. Everything else in the schemas
 * above is structure; a record is meaningless without it.
 */
export const optionalFields: { readonly [K in Kind]: readonly PropertyName<K>[] } = {
  school: propertyNames('school'),
  term: propertyNames('term'),
  section: propertyNames('section'),
  student: propertyNames('student'),
  teacher: propertyNames('teacher'),
  studentEnrollment: propertyNames('studentEnrollment'),
  teacherRoster: propertyNames('teacherRoster'),
};

/**
 * Requested like a property, to say that pre-registered students are wanted too. A relay that does not ask for the mark
 * gets no student who has it, and none of their enrollments.
 */
export const preRegisteredMark = 'preRegistered';

/** Per kind, the optional properties that the relay's profiles need. A missing kind needs none. */
export type WantedFields = Partial<Record<Kind, string[]>>;

/** True for properties that are sent only on request. */
export function isOptional(kind: Kind, field: string): boolean {
  const fields: readonly string[] = optionalFields[kind];
  return field === preRegisteredMark || fields.includes(field);
}

/** The record without the optional properties that nobody wants. Runs before hashing, inside the district. */
export function keepWanted(record: RosterRecord, wanted: WantedFields): RosterRecord {
  const keep = wanted[record.kind] ?? [];
  const kept = Object.entries(record).filter(([name]) => !isOptional(record.kind, name) || keep.includes(name));
  return Object.fromEntries(kept) as RosterRecord;
}
