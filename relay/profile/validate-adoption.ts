/** Whether the profile reads the previous tool's ids in the way that fits the objects it left. */

import { type AdoptedKind, type Reading, readingJson, readingOf, readingText } from './adoption.ts';
import type { Profile } from './profile.ts';
import type { ProfileProblem, ReadingFit, StampFacts, TenantFacts } from './tenant-facts.ts';

export function* adoptionProblems({ adoption, mode }: Profile, { stamps }: TenantFacts): Iterable<ProfileProblem> {
  for (const kind of ['schools', 'students', 'teachers', 'sections'] as const) {
    // Where accounts are matched, their stamps decide nothing.
    if (kind !== 'schools' && kind !== 'sections' && mode[kind] === 'match') continue;
    const { total, fits } = stamps[kind];
    if (total === 0) continue;
    const field = `adoption.ids.${kind}`;
    const chosen = readingOf(adoption, kind);
    const ofChosen = fits.find(({ reading }) => isSame(reading, chosen))?.fitting ?? 0;
    const best = mostFitting(fits);
    const objects = kind === 'sections' ? 'classes' : kind;
    if (best !== undefined && best.fitting > ofChosen) {
      const reason = `of ${total} stamped ${objects} in Microsoft 365, ${best.fitting} fit as ${readingText(best.reading)} and ${ofChosen} as ${readingText(chosen)}`;
      const remedy = `Write ${readingJson(best.reading)}; otherwise Hallpass leaves the existing ones alone and may create them a second time.`;
      yield { field, severity: 'warning', reason, remedy };
      continue;
    }
    if (ofChosen * 2 >= total) continue;
    const reason = `of ${total} stamped ${objects} in Microsoft 365, ${ofChosen} are in the roster, as ${readingText(chosen)}`;
    const remedy = untried(kind, stamps[kind]) ?? (kind === 'sections' ? ofEarlierYears : undefined);
    if (remedy !== undefined) yield { field, severity: 'warning', reason, remedy };
  }
}

const ofEarlierYears =
  'Classes of earlier years do not matter. If these are current, other ids were used, and their classes would be created a second time.';

function isSame(one: Reading, other: Reading): boolean {
  return one.id === other.id && one.prefix === other.prefix;
}

/** The first of the readings that fit most objects. */
function mostFitting(fits: readonly ReadingFit[]): ReadingFit | undefined {
  return fits.reduce<ReadingFit | undefined>(
    (best, one) => (best === undefined || one.fitting > best.fitting ? one : best),
    undefined,
  );
}

/** What to do to learn more if agents do not send a value by which the objects could be found. */
function untried(kind: AdoptedKind, { fits, prefixes }: StampFacts[AdoptedKind]): string | undefined {
  const unsent = fits.filter(({ isSent, reading }) => !isSent && reading.prefix === (prefixes[0] ?? ''));
  const [first] = unsent;
  if (first === undefined) return undefined;
  if (kind === 'sections') {
    return 'They may go by SECTIONS.ID, which agents do not send: only PowerQueries with the current plugin have it, /ws/v1 does not. Install it ("hallpass-agent plugin"), let the agent send its sections, and check again. Classes of earlier years are of no concern.';
  }
  return `They may go by ${unsent.map(({ reading }) => reading.id).join(' or ')}, which agents do not send. Try ${readingJson(first.reading)}: let the agent send it, and check again. People who left PowerSchool do not matter.`;
}
