/** What several answers have in common. */
import { z } from 'zod';

/** ISO 8601 in UTC. */
export const moment = z.string().meta({ format: 'date-time' });

/** One entry of the error catalog, as it was reported. */
export const failure = z.object({ code: z.string(), message: z.string() });

/** Why a run failed, and what it was doing then. */
export const runFailure = failure.extend({
  step: z.string().nullable().meta({ description: 'What the run was doing, as in "while reading the directory".' }),
  action: z.string().nullable(),
});

/** A table for spreadsheets: its headings, and the lines for each item. */
export interface Table<T> {
  headings: readonly string[];
  lines(one: T): readonly (readonly string[])[];
}

/** A value as a cell; empty if there is none. */
export function jsonCell(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
