/** What ended before a school's current school year: nothing of it is provisioned. Pure. */
import type { District, Section } from './district.ts';

export interface Years {
  /** Whether the school's last term did. */
  hasEnded(school: string): boolean;
  /** Whether the section's term did. */
  isOfBefore(section: Section): boolean;
}

/**
 * A school's year is the newest that has begun there, for twelve months; then one starting on the same day follows it.
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
