/** What several answers have in common. */
import { z } from 'zod';

/** ISO 8601 in UTC. */
export const moment = z.string().meta({ format: 'date-time' });

/** One entry of the error catalog, as something once said it. */
export const failure = z.object({ code: z.string(), message: z.string() });

/** Why a run failed, and what it was doing. */
export const runFailure = failure.extend({
  step: z.string().nullable().meta({ description: 'What the run was doing, as in "while reading the directory".' }),
  action: z.string().nullable(),
});

/** A table for spreadsheets: its headings, and the lines that one thing becomes. */
export interface Table<T> {
  headings: readonly string[];
  lines(one: T): readonly (readonly string[])[];
}

/** A value in a cell; empty where there is none. */
export function jsonCell(value: unknown): string {
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
