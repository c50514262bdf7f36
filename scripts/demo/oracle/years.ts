/** What ended before the school year in which a school is: nothing of it is made. Pure. */
import type { District, Section } from './district.ts';

export interface Years {
  /** Whether the last term of a school did. */
  hasEnded(school: string): boolean;
  /** Whether the term of a section did. */
  isOfBefore(section: Section): boolean;
}

/**
 * A school year is the newest that has begun at the school, for twelve months; then one of the same day follows it.
 *
 * @param today local date, YYYY-MM-DD
 */
export function yearsOf({ terms }: District, today: string): Years {
  const began = new Map<string, string>();
  for (const { school, firstDay } of terms) {
    const known = began.get(school);
    if (known === undefined || firstDay < known) began.set(school, firstDay);
  }
  for (const [school, firstDay] of began) {
    let day = firstDay;
    while (nextYear(day) <= today) day = nextYear(day);
    began.set(school, day);
  }
  const isBefore = (school: string, lastDay: string) => lastDay < (began.get(school) ?? '');
  return {
    hasEnded(school) {
      const own = terms.filter((term) => term.school === school);
      return own.length > 0 && own.every(({ lastDay }) => isBefore(school, lastDay));
    },
    isOfBefore: ({ school, lastDay }) => isBefore(school, lastDay),
  };
}

function nextYear(day: string): string {
  return `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
}
