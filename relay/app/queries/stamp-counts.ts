/** How School Data Sync's ids fit the roster, for programs. */
import { readingText } from '../../profile/adoption.ts';
import type { StampFacts } from '../../profile/tenant-facts.ts';

/** How many objects fit each reading whose values agents send. */
export function stampCounts(stamps: StampFacts) {
  return Object.fromEntries(
    Object.entries(stamps).map(([kind, { total, fits }]) => {
      const known = fits.filter(({ isSent }) => isSent);
      const fitting = Object.fromEntries(known.map((fit) => [readingText(fit.reading), fit.fitting]));
      return [kind, { total, fitting }];
    }),
  );
}
