/** What the calendar says about classes and memberships. Dates are `YYYY-MM-DD`, which compare as texts. */
import type { StudentEnrollment, TeacherRoster, Term } from '../../shared/roster.ts';
import type { Profile } from '../profile.ts';

type Dates = Profile['dates'];
type Membership = StudentEnrollment | TeacherRoster;

const dayMs = 86_400_000;

/** The date so many days before another. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * dayMs).toISOString().slice(0, 10);
}

/** Whether the class should be there by today. A section without a known term is open. */
export function isOpen(term: Term | undefined, { openDaysBefore }: Dates, today: string): boolean {
  if (openDaysBefore === null || term === undefined) return true;
  return today >= daysBefore(term.startDate, openDaysBefore);
}

/**
 * `in`: belongs in the class today. `out`: does not. `waiting`: would, were it not for the day on which students begin;
 * who is in already stays.
 *
 * A student's last day is exclusive and a co-teacher's inclusive, as in PowerSchool. Where classes open before their
 * term, whoever is in from its first day is in from the opening on.
 */
export function standing(
  { kind, startDate, endDate }: Membership,
  term: Term | undefined,
  { openDaysBefore, studentsFrom }: Dates,
  today: string,
): 'in' | 'out' | 'waiting' {
  const fromTheFirstDay = openDaysBefore !== null && term !== undefined && (startDate ?? '') <= term.startDate;
  if (startDate !== undefined && startDate > today && !fromTheFirstDay) return 'out';
  if (endDate !== undefined && (kind === 'studentEnrollment' ? today >= endDate : today > endDate)) return 'out';
  return kind === 'studentEnrollment' && studentsFrom !== null && today < studentsFrom ? 'waiting' : 'in';
}
