/** What the calendar says about classes and memberships. Dates are `YYYY-MM-DD`, which compare as text. */
import type { StudentEnrollment, TeacherRoster, Term } from '../../shared/roster.ts';
import type { Profile } from '../profile/profile.ts';

type Dates = Profile['dates'];
type Membership = StudentEnrollment | TeacherRoster;

const dayMs = 86_400_000;

/** The date this many days earlier. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * dayMs).toISOString().slice(0, 10);
}

/** Whether the class should exist by today. A section without a known term counts as open. */
export function isOpen(term: Term | undefined, { openDaysBefore }: Dates, today: string): boolean {
  if (openDaysBefore === null || term === undefined) return true;
  return today >= daysBefore(term.startDate, openDaysBefore);
}

/**
 * `in`: belongs in the class today. `out`: does not. `waiting`: would belong, except that students begin on a later
 * day; those who are already in stay.
 *
 * A pre-registered student is in from `openDaysBefore` days before the first day in the class, or from that day.
 *
 * A student's last day is exclusive and a co-teacher's inclusive, as in PowerSchool. If classes open before their term,
 * people who are in from its first day are in from the opening on.
 */
export function presence(
  { kind, startDate, endDate }: Membership,
  term: Term | undefined,
  { openDaysBefore, studentsFrom }: Dates,
  today: string,
  preRegistered = false,
): 'in' | 'out' | 'waiting' {
  const begins = startDate === undefined || !preRegistered ? startDate : daysBefore(startDate, openDaysBefore ?? 0);
  const fromTheFirstDay = openDaysBefore !== null && term !== undefined && (startDate ?? '') <= term.startDate;
  if (begins !== undefined && begins > today && !fromTheFirstDay) return 'out';
  if (endDate !== undefined && (kind === 'studentEnrollment' ? today >= endDate : today > endDate)) return 'out';
  return kind === 'studentEnrollment' && studentsFrom !== null && today < studentsFrom ? 'waiting' : 'in';
}

/**
 * Whether an enrollment or assignment that is over lasted to the end of the term, rather than to a day chosen for the
 * person.
 */
export function wentToTheEnd({ endDate }: Membership, term: Term | undefined): boolean {
  return term !== undefined && endDate !== undefined && endDate >= term.endDate;
}

/** Whether a term is over. An unknown term is not. */
export function isOver(term: Term | undefined, today: string): boolean {
  return term !== undefined && term.endDate < today;
}
