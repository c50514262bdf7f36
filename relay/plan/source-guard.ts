/**
 * Guards on the source: compares what PowerSchool shows of a school with the last successful run. A school that lost a
 * lot at once is more likely half read, half rolled over or half typed than half empty.
 */
import type { Kind } from '../../shared/roster.ts';
import type { GuardSettings } from '../profile/guards.ts';

/** What the mirror has of one school. */
export interface SchoolSource {
  /** Records by kind. */
  counts: Partial<Record<Kind, number>>;
  /** TERMS.YearID of most of its sections; undefined without sections. */
  yearId: string | undefined;
  sections: ReadonlySet<string>;
}

export interface SourceLoss {
  rule: 'rollover' | 'emptySource' | 'sourceDrop';
  reason: string;
}

/** Kinds that a running school always has. */
const neverEmpty = ['student', 'teacher', 'section', 'studentEnrollment', 'teacherRoster'] as const;
const dropping = ['student', 'studentEnrollment'] as const;

const words: Record<(typeof neverEmpty)[number], string> = {
  student: 'students',
  teacher: 'teachers',
  section: 'sections',
  studentEnrollment: 'student enrollments',
  teacherRoster: 'teacher rosters',
};

/** A new school year, or something equivalent: most sections differ from before. */
export function lookForRollover(
  before: SchoolSource,
  now: SchoolSource,
  { percent, population }: GuardSettings['rollover'],
): SourceLoss | undefined {
  const looks = 'This looks like a year rollover:';
  if (before.yearId !== undefined && now.yearId !== undefined && before.yearId !== now.yearId) {
    const years = `${schoolYear(before.yearId)} to ${schoolYear(now.yearId)}`;
    return { rule: 'rollover', reason: `${looks} the school went from the year ${years}.` };
  }
  const gone = without(before.sections, now.sections);
  const replaced = Math.min(gone, without(now.sections, before.sections));
  if (before.sections.size < population || replaced * 100 <= before.sections.size * percent) return undefined;
  return {
    rule: 'rollover',
    reason: `${looks} ${replaced} of ${before.sections.size} sections were replaced at once.`,
  };
}

/** A kind of record that is gone entirely, or a large part of the students or enrollments. */
export function lookForSourceLoss(
  before: SchoolSource,
  now: SchoolSource,
  { emptySource, sourceDrop }: Pick<GuardSettings, 'emptySource' | 'sourceDrop'>,
): SourceLoss | undefined {
  for (const kind of neverEmpty) {
    const had = before.counts[kind] ?? 0;
    if ((now.counts[kind] ?? 0) > 0 || had === 0 || had < emptySource.population) continue;
    return { rule: 'emptySource', reason: `PowerSchool shows no ${words[kind]} of the school; there were ${had}.` };
  }
  for (const kind of dropping) {
    const had = before.counts[kind] ?? 0;
    const gone = had - (now.counts[kind] ?? 0);
    if (gone <= sourceDrop.above || gone * 100 <= had * sourceDrop.percent) continue;
    const share = Math.round((gone * 100) / had);
    const reason = `${gone} of ${had} ${words[kind]} of the school (${share} %) are gone from PowerSchool since the last good run; the limit is ${sourceDrop.percent} %.`;
    return { rule: 'sourceDrop', reason };
  }
  return undefined;
}

/**
 * What the next run compares with. A kind that is empty now keeps its earlier number: in summer there are no sections,
 * and what was lost stays lost until there is something again.
 */
export function nextLastGood(before: SchoolSource | undefined, now: SchoolSource): SchoolSource {
  const counts = { ...now.counts };
  for (const kind of neverEmpty) {
    const had = before?.counts[kind] ?? 0;
    if ((counts[kind] ?? 0) === 0 && had > 0) counts[kind] = had;
  }
  const sections = now.sections.size === 0 && before !== undefined ? before.sections : now.sections;
  return { counts, yearId: now.yearId ?? before?.yearId, sections };
}

/** How many ids of the one are not among the others. */
function without(ids: ReadonlySet<string>, others: ReadonlySet<string>): number {
  return [...ids].filter((id) => !others.has(id)).length;
}

/** `36` → `2026-27`: a YearID is the year in which the school year starts, minus 1990. */
function schoolYear(yearId: string): string {
  const start = Number(yearId) + 1990;
  return Number.isInteger(start) ? `${start}-${String((start + 1) % 100).padStart(2, '0')}` : yearId;
}
