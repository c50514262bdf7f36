/** Query parameters: the schemas check them, and the OpenAPI description shows the same schemas. */
import { z } from 'zod';
import { fixers } from '../../../shared/errors/entry.ts';
import { fail } from '../../../shared/errors.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';
import { operationKind } from '../../app/queries/plan.ts';

const text = z.string().min(1).max(200);
const whole = (least: number, most: number, usual: number) =>
  z.coerce.number<string>().int().min(least).max(most).default(usual);
/** `?all`, `?all=true`, `?all=false`. */
const flag = z
  .enum(['', 'true', 'false'])
  .default('false')
  .transform((value) => value !== 'false');

const profile = text.optional().meta({ description: 'Only of this profile.' });
const format = z.enum(['json', 'csv']).optional().meta({
  description: 'Takes precedence over the Accept header. A CSV has every match, regardless of limit and offset.',
});
const offset = whole(0, 100_000_000, 0).meta({ description: 'Skip this many entries.' });
const mostOperations = whole(0, 10_000, 1000).meta({ description: 'At most this many operations.' });

/**
 * First passwords in one answer, which the main thread keeps for anyone who lost it: of 5,000 it is a megabyte, and takes some ten
 * milliseconds.
 */
const mostExported = 5000;

const cursor = z.string().min(1).max(1000).optional().meta({
  description: 'Where to continue: "next" of the last answer.',
});
/** At most this many; by default, everything. */
const most = z.coerce.number<string>().int().min(1).max(10_000).optional().meta({
  description: 'At most this many, in a stable order; by default all.',
});

/** For programs that read a plan or a run page by page. */
const page = { limit: mostOperations, offset };

export const queries = {
  none: z.strictObject({}),
  schools: z.strictObject({ format }),
  teams: z.strictObject({
    waiting: flag.meta({ description: 'Only teams that wait for a teacher.' }),
    format,
  }),
  plan: z.strictObject({
    profile: text.optional().meta({ description: 'Required if the district has several profiles.' }),
    kind: z
      .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(operationKind).max(100))
      .default([])
      .meta({ description: 'Only these kinds of operations; can be repeated.' }),
    person: text.optional().meta({
      description: 'Only this person: DCID, number, user name, email address, name, account, or students:DCID.',
    }),
    sample: z.coerce.number<string>().int().min(1).max(1000).optional().meta({
      description: 'At most this many operations of each kind.',
    }),
    ...page,
    format,
  }),
  problems: z.strictObject({
    profile,
    code: text.optional().meta({ description: 'Only problems with this code.' }),
    role: z.enum(fixers).optional().meta({ description: 'Only problems that these people can fix.' }),
    person: text.optional().meta({ description: 'Only this person: DCID, number, user name, name …' }),
    limit: most,
    cursor,
    format,
  }),
  runs: z.strictObject({
    profile,
    limit: whole(1, 1000, 20).meta({ description: 'At most this many, the newest.' }),
    cursor,
  }),
  fleet: z.strictObject({ format }),
  tenants: z.strictObject({ limit: most, cursor }),
  passwords: z.strictObject({ limit: most, cursor }),
  passwordExport: z.strictObject({
    limit: whole(1, mostExported, mostExported).meta({ description: 'At most this many; "left" counts the rest.' }),
    format: format.meta({ description: 'Takes precedence over the Accept header.' }),
  }),
  removal: z.strictObject({
    confirm: text.optional().meta({ description: 'The slug of the district again; without it, nothing is deleted.' }),
  }),
  links: z.strictObject({ role: z.enum(['students', 'teachers']).optional(), limit: most, cursor }),
  run: z.strictObject({
    failed: flag.meta({ description: 'Only operations that did not succeed.' }),
    kind: operationKind.optional().meta({ description: 'Only operations of this kind.' }),
    ...page,
    cursor,
    format,
  }),
  holds: z.strictObject({ profile }),
  drift: z.strictObject({
    all: flag.meta({ description: 'Also differences that the profile leaves in place, and repaired ones.' }),
    limit: most,
    cursor,
    format,
  }),
  explain: z.strictObject({
    student: text.optional().meta({
      description: 'The student: DCID, number, user name, email address, name, or account. Either this or teacher.',
    }),
    teacher: text.optional().meta({ description: 'The teacher, likewise; the DCID is that of USERS.' }),
    section: text.optional().meta({ description: 'DCID of the section.' }),
  }),
  audit: z.strictObject({
    since: z.iso
      .datetime({ error: 'it must be a time in UTC such as 2026-08-20T00:00:00Z' })
      .optional()
      .meta({ description: 'No earlier than this.' }),
    limit: whole(1, 10_000, 1000).meta({ description: 'At most this many, the newest.' }),
    cursor,
  }),
} as const;

/** @throws HallpassError API_QUERY_INVALID naming the first parameter that is wrong */
export function readQuery<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('API_QUERY_INVALID', { reason: path === '' ? reason : `${path}: ${reason}` });
}

/** Whether the answer is a CSV: by the query, else by the preference in the Accept header (RFC 9110, 12.5.1). */
export function wantsCsv(format: 'json' | 'csv' | undefined, accept: string | undefined): boolean {
  if (format !== undefined) return format === 'csv';
  const weight = (...types: string[]) =>
    Math.max(
      0,
      ...(accept ?? '').split(',').map((part) => {
        const [type = '', ...parameters] = part
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/);
        const q = parameters.find((one) => one.startsWith('q='));
        return types.includes(type) ? Number(q?.slice(2) ?? 1) : 0;
      }),
    );
  return weight('text/csv') > weight('application/json', '*/*', 'application/*');
}
