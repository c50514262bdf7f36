/** School years and their terms. PowerSchool counts years from 1990: YearID 35 is 2025-26, whose year term is 3500. */
import type { TermRow } from '../database/rows.ts';

export interface SchoolYear {
  startYear: number;
  yearId: number;
  firstDay: string;
  lastDay: string;
}

export interface TermSpan {
  /** TERMS.ID = YearID × 100 + n; n = 0 is the year itself. */
  id: number;
  name: string;
  abbreviation: string;
  portion: number;
  firstDay: string;
  lastDay: string;
}

/** The school year of a date; a new one begins on August 1. */
export function schoolYearOf(today: string): SchoolYear {
  const year = Number(today.slice(0, 4));
  return schoolYear(Number(today.slice(5, 7)) >= 8 ? year : year - 1);
}

export function schoolYear(startYear: number): SchoolYear {
  return {
    startYear,
    yearId: yearIdOf(startYear),
    firstDay: `${startYear}-08-01`,
    lastDay: `${startYear + 1}-06-10`,
  };
}

export function yearIdOf(startYear: number): number {
  return startYear - 1990;
}

/** The year and its semesters, and the summer school after it. */
export function termsOf(year: SchoolYear, options: { summer: boolean }): TermSpan[] {
  const { startYear, firstDay, lastDay } = year;
  const next = startYear + 1;
  const short = (full: number) => String(full % 100).padStart(2, '0');
  const id = year.yearId * 100;
  const terms: TermSpan[] = [
    {
      id,
      name: `${startYear}-${next}`,
      abbreviation: `${short(startYear)}-${short(next)}`,
      portion: 1,
      firstDay,
      lastDay,
    },
    { id: id + 1, name: 'Semester 1', abbreviation: 'S1', portion: 2, firstDay, lastDay: `${startYear}-12-20` },
    { id: id + 2, name: 'Semester 2', abbreviation: 'S2', portion: 2, firstDay: `${next}-01-06`, lastDay },
  ];
  if (options.summer) {
    terms.push({
      id: id + 3,
      name: `Summer School ${next}`,
      abbreviation: 'SS',
      portion: 6,
      firstDay: `${next}-06-16`,
      lastDay: `${next}-07-25`,
    });
  }
  return terms;
}

export function termRow(
  span: TermSpan,
  keys: { dcid: number; schoolNumber: number; transactionDate: string | null },
): TermRow {
  return {
    dcid: keys.dcid,
    id: span.id,
    name: span.name,
    abbreviation: span.abbreviation,
    yearid: Math.floor(span.id / 100),
    schoolid: keys.schoolNumber,
    portion: span.portion,
    isyearrec: span.id % 100 === 0 ? 1 : 0,
    firstday: span.firstDay,
    lastday: span.lastDay,
    transaction_date: keys.transactionDate,
  };
}

/** The date this many days later; negative for earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The date, limited to a term. */
export function clampDate(date: string, span: { firstDay: string; lastDay: string }): string {
  if (date < span.firstDay) return span.firstDay;
  return date > span.lastDay ? span.lastDay : date;
}
