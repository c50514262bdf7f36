/** Days on which nothing is written to Microsoft 365, whatever arrives: exams, a migration, the first day of school. */

export interface Blackout {
  id: string;
  /** The first and the last day, YYYY-MM-DD in the district's time zone. */
  from: string;
  to: string;
  /** Why, in the words of whoever added it. */
  reason: string;
}

/** The blackout of a day, of several the one that lasts longest; undefined when there is none. @param date YYYY-MM-DD */
export function blackoutOn<B extends Pick<Blackout, 'from' | 'to'>>(
  date: string,
  blackouts: readonly B[],
): B | undefined {
  const all = blackouts.filter(({ from, to }) => date >= from && date <= to);
  return all.sort((a, b) => (a.to < b.to ? 1 : -1))[0];
}
