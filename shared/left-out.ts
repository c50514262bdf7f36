/**
 * PowerSchool rows that cannot become records. They are left out of their bucket and reported one by one, by kind and
 * DCID: a report never contains a value of a row.
 */
import { z } from 'zod';
import { kinds } from './roster.ts';

/** What can be wrong with a value. */
export const rowFaults = [
  'missing',
  'too long',
  'not a date',
  'control character',
  'before its start',
  'two rows differ',
  'not usable',
] as const;
export type RowFault = (typeof rowFaults)[number];

/** Why a row cannot become a record: names the row by its key, and a property of the record, never a value. */
export interface RowFinding {
  /** DCID of the row; empty if the row has no valid one. */
  id: string;
  /** Property of the roster record. */
  field: string;
  fault: RowFault;
}

/** The ids that identify rows: a DCID, or two with a dash between them. */
export const rowIdPattern = /^[\w-]{1,40}$/;

export const leftOutRowSchema = z.object({
  kind: z.enum(kinds),
  schoolId: z.string().regex(rowIdPattern),
  id: z.union([z.literal(''), z.string().regex(rowIdPattern)]),
  field: z.string().regex(/^\w{0,40}$/),
  // A later version may know more faults.
  fault: z.enum(rowFaults).catch('not usable'),
});
export type LeftOutRow = z.infer<typeof leftOutRowSchema>;

/** How many rows one message lists; the rest is only counted. */
export const mostListed = 500;

export const leftOutSchema = z.object({
  count: z.int().min(0),
  rows: z.array(leftOutRowSchema).max(mostListed),
});
export type LeftOut = z.infer<typeof leftOutSchema>;
