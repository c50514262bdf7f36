/**
 * What ended before this school year. None of it is created in Microsoft 365; what already exists follows the policies.
 * Pure.
 */
import type { Section, Term } from '../../shared/roster.ts';
import { type SchoolId, type SectionId, schoolIdOf, sectionIdOf } from '../model/keys.ts';
import { RosterIndex } from './roster-index.ts';

export interface Past {
  /** Whether a section's term ended before this school year. A section without a known term did not. */
  section(section: Section): boolean;
  /** Whether all terms of a school did. A school without terms did not: new schools and offices have none. */
  school(schoolId: SchoolId): boolean;
  /** The last day of a school whose terms all did. */
  lastDayOf(schoolId: SchoolId): string | undefined;
}

/** What Microsoft 365 already has: it stays when its school year is over. */
export interface Made {
  schools: { has(id: SchoolId): boolean };
  classes: { has(id: SectionId): boolean };
}

/** What is not created because it is over. */
export interface NotMade {
  schools: number;
  classes: number;
}

/** @param today the district's date, YYYY-MM-DD */
export function pastOf(roster: Pick<RosterIndex, 'terms' | 'termsOf'>, today: string): Past {
  const starts = new Map<SchoolId, string | undefined>();
  const startOf = (schoolId: SchoolId) => {
    if (!starts.has(schoolId)) starts.set(schoolId, yearStart(roster.termsOf(schoolId), today));
    return starts.get(schoolId);
  };
  const isPast = (term: Term) => term.endDate < (startOf(schoolIdOf(term)) ?? '');
  const lastDayOf = (schoolId: SchoolId) => {
    const terms = [...roster.termsOf(schoolId)];
    return terms.every(isPast)
      ? terms
          .map(({ endDate }) => endDate)
          .sort()
          .at(-1)
      : undefined;
  };
  return {
    section({ termId }) {
      const term = roster.terms.get(termId);
      return term !== undefined && isPast(term);
    },
    school: (schoolId) => lastDayOf(schoolId) !== undefined,
    lastDayOf,
  };
}

/** The past of a district of which only the terms are known. */
export function pastOfTerms(terms: readonly Term[], today: string): Past {
  const roster = new RosterIndex();
  roster.apply(terms.map((record) => ({ kind: 'term', schoolId: record.schoolId, id: record.id, record })));
  return pastOf(roster, today);
}

/** How much of a profile's part of a district is not created because it is over. @param made what already exists */
export function countNotMade(
  roster: RosterIndex,
  { covers, made, today }: { covers(schoolId: SchoolId): boolean; made: Made; today: string },
): NotMade {
  const past = pastOf(roster, today);
  const schools = [...roster.schools.keys()].filter((id) => covers(id) && past.school(id) && !made.schools.has(id));
  const classes = [...roster.sections.values()].filter(
    (section) => covers(schoolIdOf(section)) && past.section(section) && !made.classes.has(sectionIdOf(section)),
  );
  return { schools: schools.length, classes: classes.length };
}

/**
 * The day on which this school year began at a school: the first day of its newest year that has begun, if that is less
 * than twelve months ago. A school without a new year since then is in one that began on the same calendar day: summer
 * does not start a new year, and a school that closed years ago is long past its last one. Undefined before the first
 * year.
 */
export function yearStart(terms: Iterable<Term>, today: string): string | undefined {
  const firstDays = new Map<string, string>();
  for (const { yearId, startDate } of terms) {
    const known = firstDays.get(yearId);
    if (known === undefined || startDate < known) firstDays.set(yearId, startDate);
  }
  const newest = [...firstDays.values()]
    .filter((day) => day <= today)
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  const year = Number(today.slice(0, 4));
  const thisYear = sameDay(newest, year);
  const latest = thisYear <= today ? thisYear : sameDay(newest, year - 1);
  return latest > newest ? latest : newest;
}

/** `2019-08-20` in 2026: `2026-08-20`. February 29 only has to come before March 1. */
function sameDay(date: string, year: number): string {
  return `${String(year).padStart(4, '0')}${date.slice(4)}`;
}
