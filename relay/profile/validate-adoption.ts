/** Whether the profile reads School Data Sync's ids in the way that fits what it left behind. */
import type { Profile } from '../profile.ts';
import type { ProfileProblem, TenantFacts } from './tenant-facts.ts';

export function* adoptionProblems({ adoption, mode }: Profile, { stamps }: TenantFacts): Iterable<ProfileProblem> {
  for (const kind of ['schools', 'students', 'teachers'] as const) {
    // Where accounts are matched their stamps decide nothing.
    if (kind !== 'schools' && mode[kind] === 'match') continue;
    const { total, fitting } = stamps[kind];
    const chosen = fitting[adoption.ids[kind]] ?? 0;
    const [best, most] = Object.entries(fitting).sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
    if (most <= chosen) continue;
    const reason = `of ${total} stamped ${kind} in Microsoft 365, ${most} fit as ${best} and ${chosen} as ${adoption.ids[kind]}`;
    const remedy = `Say "${best}", or those that are there are left alone and may be made a second time.`;
    yield { field: `adoption.ids.${kind}`, severity: 'warning', reason, remedy };
  }
  const { total, fitting } = stamps.sections;
  const fit = fitting.dcid ?? 0;
  if (total > 0 && fit * 2 < total) {
    const reason = `of ${total} classes of School Data Sync, ${fit} are of sections in the roster, by DCID`;
    const remedy =
      'Classes of earlier years are of no concern. If these are of today, School Data Sync had other ids: their classes would be made a second time.';
    yield { field: 'adoption.ids.sections', severity: 'warning', reason, remedy };
  }
}
