/** From a row of a PowerQuery to a roster record. Pure: decides what PowerSchool means by a value. */
import { z } from 'zod';
import { extractOf } from '../../plugin/extracts.ts';
import { trimInvisible } from '../../shared/invisible.ts';
import { type RowFault, type RowFinding, rowIdPattern } from '../../shared/left-out.ts';
import { propertiesOf } from '../../shared/properties.ts';
import {
  type Bucket,
  type Kind,
  keepWanted,
  kinds,
  preRegisteredMark,
  type RosterRecord,
  schoolSchema,
  sectionSchema,
  studentEnrollmentSchema,
  studentSchema,
  teacherRosterSchema,
  teacherSchema,
  termSchema,
  type WantedFields,
} from '../../shared/roster.ts';
import type { Row } from './client.ts';

/** Increase this when the same row would become a different record: then everything is compared again. */
export const normalizationVersion = 2;

const schemas = {
  school: schoolSchema,
  term: termSchema,
  section: sectionSchema,
  student: studentSchema,
  teacher: teacherSchema,
  studentEnrollment: studentEnrollmentSchema,
  teacherRoster: teacherRosterSchema,
} as const satisfies Record<Kind, z.ZodType<RosterRecord>>;

/** Compiled on first use: that takes a millisecond or two each, and makes checking a row three times as fast. */
const compiled = new Map<Kind, z.ZodType<RosterRecord>>();

function compiledSchema(kind: Kind): z.ZodType<RosterRecord> {
  const schema = compiled.get(kind) ?? z.compile<z.ZodType<RosterRecord>>(schemas[kind]);
  compiled.set(kind, schema);
  return schema;
}

/** PowerSchool's values for "none", besides NULL and blanks. */
const none: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(kinds.flatMap(propertiesOf).map((property) => [property.name, property.none])),
  isLead: '0',
  [preRegisteredMark]: '0',
};

/** A row's record, or what is wrong with the row. */
export type Normalized = { record: RosterRecord } | { finding: RowFinding } | { unwanted: true };

/**
 * Returns the function that turns the rows of a bucket into records. Strings lose white space and invisible characters
 * at their ends, and empty ones are omitted; a NULL column is not in the row at all. Properties that nobody wants are
 * not even looked at.
 */
export function normalizer(bucket: Bucket, wanted: WantedFields): (row: Row) => Normalized {
  const schema = compiledSchema(bucket.kind);
  const fields = fieldsOf(bucket.kind, wanted);
  const takesPreRegistered = wanted.student?.includes(preRegisteredMark) === true;
  return (row) => {
    if (!takesPreRegistered && textOf(row[markKey]) === '1') return { unwanted: true };
    const draft: Record<string, unknown> = {};
    for (const { name, key } of fields) {
      const value = key === undefined ? bucket[name] : textOf(row[key]);
      if (value === undefined || value === '' || isNone(name, value)) continue;
      draft[name] = marks.has(name) && value === '1' ? true : value;
    }
    const result = schema.safeParse(draft);
    const wrong = result.success ? wrongWith(draft) : faultOf(result.error, draft);
    // The schemas only check, so the draft is the record, with its keys in the order needed for hashing.
    if (wrong === undefined) return { record: draft as RosterRecord };
    const { id } = draft;
    return { finding: { id: typeof id === 'string' && rowIdPattern.test(id) ? id : '', ...wrong } };
  };
}

type Wrong = Pick<RowFinding, 'field' | 'fault'>;

/** The schema's first complaint, without the value. */
function faultOf({ issues: [issue] }: z.ZodError, draft: Record<string, unknown>): Wrong {
  const field = String(issue?.path[0] ?? '');
  const faults: Partial<Record<string, RowFault>> = { too_big: 'too long', invalid_format: 'not a date' };
  return { field, fault: draft[field] === undefined ? 'missing' : (faults[issue?.code ?? ''] ?? 'not usable') };
}

// C0, DEL and C1: no name contains them, and a terminal or a table would interpret them.
const control = /\p{Cc}/u;

/** What a schema cannot see: an invisible character, or a term that ends before it begins. */
function wrongWith(draft: Record<string, unknown>): Wrong | undefined {
  for (const [field, value] of Object.entries(draft)) {
    if (typeof value !== 'string') continue;
    if (control.test(value)) return { field, fault: 'control character' };
    // Half of a surrogate pair: programs disagree about it once it is stored.
    if (!value.isWellFormed()) return { field, fault: 'not usable' };
  }
  const { kind, startDate, endDate } = draft;
  if (kind !== 'term' || typeof startDate !== 'string' || typeof endDate !== 'string') return undefined;
  return endDate < startDate ? { field: 'endDate', fault: 'before its start' } : undefined;
}

/** The finding about the second of two rows with one key that differ. */
export function differingRows(one: RosterRecord, other: RosterRecord): RowFinding {
  const [left, right]: Record<string, unknown>[] = [one, other];
  const field = Object.keys({ ...left, ...right }).find((name) => left?.[name] !== right?.[name]) ?? '';
  return { id: one.id, field, fault: 'two rows differ' };
}

/** Properties that are either true or absent. */
const marks: ReadonlySet<string> = new Set(['isLead', preRegisteredMark]);
const markKey = preRegisteredMark.toLowerCase();

type Field = { name: keyof Bucket; key: undefined } | { name: string; key: string };

/**
 * The properties of a record in sorted order, and their keys in an answer: PowerSchool returns aliases in lower case.
 */
function fieldsOf(kind: Kind, wanted: WantedFields): Field[] {
  const names = extractOf(kind).columns.map(({ name }) => name);
  if (kind === 'student') names.push(preRegisteredMark);
  const full = { kind, ...Object.fromEntries(names.map((name) => [name, ''])) } as RosterRecord;
  const { kind: _kind, ...kept } = keepWanted(full, wanted);
  const fields: Field[] = Object.keys(kept).map((name) => ({ name, key: name.toLowerCase() }));
  fields.push({ name: 'kind', key: undefined }, { name: 'schoolId', key: undefined });
  return fields.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isNone(property: string, value: unknown): boolean {
  return typeof value === 'string' && none[property] === value;
}

/** All values of a PowerQuery are text; a number is tolerated, anything else is left for the schema to refuse. */
function textOf(value: unknown): unknown {
  // A line end or a tab inside a text is a space that someone pasted.
  if (typeof value === 'string') return trimInvisible(value).replace(/[\t\n\r]+/g, ' ');
  if (typeof value === 'number') return String(value);
  return value === null ? undefined : value;
}
