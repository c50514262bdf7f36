/** How PowerSchool's grade levels are written to Microsoft 365. Pure. */
import { z } from 'zod';

/**
 * School Data Sync's reference codes. PowerSchool counts grades: 0 is kindergarten, and every district decides what is
 * below it, nearly always pre-kindergarten.
 */
export const referenceGrades: Readonly<Record<string, string>> = {
  ...{ '-5': 'PK', '-4': 'PK', '-3': 'PK', '-2': 'PK', '-1': 'PK', '0': 'KG' },
  ...Object.fromEntries(Array.from({ length: 13 }, (_, at) => [String(at + 1), String(at + 1).padStart(2, '0')])),
};

/**
 * `raw`: the numbers as PowerSchool has them. A map lists grade levels that are written differently from the default.
 */
export const gradesSchema = z
  .union([z.literal('raw'), z.record(z.string().min(1).max(20), z.string().trim().min(1).max(40))])
  .transform((given) => (given === 'raw' ? given : { ...referenceGrades, ...given }))
  .prefault({});

export type Grades = z.infer<typeof gradesSchema>;

/** A grade level as it is written; one that is not in the map stays unchanged. */
export function gradeOf(level: string | undefined, grades: Grades): string | undefined {
  if (level === undefined || grades === 'raw') return level;
  return Object.hasOwn(grades, level) ? grades[level] : level;
}
