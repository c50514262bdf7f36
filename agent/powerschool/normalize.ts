/** From a row of a PowerQuery to a roster record. Pure: what PowerSchool means by a value is decided here. */
import type { z } from 'zod';
import { extractOf } from '../../plugin/extracts.ts';
import {
  type Bucket,
  type Kind,
  type RosterRecord,
  schoolSchema,
  sectionSchema,
  studentEnrollmentSchema,
  studentSchema,
  teacherRosterSchema,
  teacherSchema,
  termSchema,
} from '../../shared/roster.ts';
import type { Row } from './client.ts';

/** Bump when the same row would become another record: everything is compared again then. */
export const normalizationVersion = 1;

const schemas = {
  school: schoolSchema,
  term: termSchema,
  section: sectionSchema,
  student: studentSchema,
  teacher: teacherSchema,
  studentEnrollment: studentEnrollmentSchema,
  teacherRoster: teacherRosterSchema,
} as const satisfies Record<Kind, z.ZodType<RosterRecord>>;

/** Why a row cannot be used. Names a row by its key and a property by its name, never a value. */
export interface RowFinding {
  id: string;
  property: string;
  reason: string;
}

/** PowerSchool's ways to say "none", besides NULL and blanks. */
const none: Partial<Record<string, ReadonlySet<string>>> = {
  graduationYear: new Set(['0']),
  isLead: new Set(['0']),
};

function isNone(property: string, value: unknown): boolean {
  return typeof value === 'string' && none[property]?.has(value) === true;
}

/** The properties of a kind, and the keys they have in an answer: aliases come back in lower case. */
const properties = new Map<Kind, { name: string; key: string }[]>();

function propertiesOf(kind: Kind): { name: string; key: string }[] {
  let known = properties.get(kind);
  if (known === undefined) {
    known = extractOf(kind).columns.map(({ name }) => ({ name, key: name.toLowerCase() }));
    properties.set(kind, known);
  }
  return known;
}

/**
 * The record of a row, or what is wrong with it. Strings are trimmed, empty ones are absent; a NULL column is not in the
 * row at all.
 */
export function normalizeRow(bucket: Bucket, row: Row): { record: RosterRecord } | { finding: RowFinding } {
  const draft: Record<string, unknown> = { kind: bucket.kind, schoolId: bucket.schoolId };
  for (const { name, key } of propertiesOf(bucket.kind)) {
    const value = textOf(row[key]);
    if (value === undefined || value === '' || isNone(name, value)) continue;
    draft[name] = name === 'isLead' && value === '1' ? true : value;
  }
  const result = schemas[bucket.kind].safeParse(draft);
  if (result.success) return { record: result.data };
  const issue = result.error.issues[0];
  const id = typeof draft.id === 'string' ? draft.id.slice(0, 40) : 'unknown';
  return { finding: { id, property: issue?.path.join('.') ?? '', reason: issue?.message ?? 'invalid' } };
}

/** All values of a PowerQuery are text; a number is tolerated, anything else is left for the schema to refuse. */
function textOf(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  return value === null ? undefined : value;
}
