/**
 * Which schools and people belong to which profile when a district has several. Pure. A school belongs to the profile
 * that names it, else to the one with `all`; people belong where their schools do. What two profiles claim belongs to
 * neither: it is reported and left as it is, so that the order of runs does not decide.
 */
import type { WayToGroup } from '../model/grouping.ts';
import type { SchoolId } from '../model/keys.ts';
import type { Profile } from './profile.ts';

/** The part of a profile that says what it covers. */
export type Claim = Pick<Profile, 'name' | 'state' | 'schools'> & Partial<Pick<Profile, 'groups'>>;

export interface Scope {
  /** Whether there is no other profile to share with. */
  readonly isAlone: boolean;
  /** Whether the school belongs to this profile and to no other. */
  covers(schoolId: SchoolId): boolean;
  /** Other profiles with an equal claim to the school; empty if the profile does not claim it itself. */
  rivalsOf(schoolId: SchoolId): string[];
  /** Other profiles that cover one of these schools: if this one also covers the person, that is a conflict. */
  othersOf(schoolIds: readonly SchoolId[]): string[];
  /**
   * Whether this profile says what security groups of the whole district are called: the first by name of those that
   * want them.
   */
  isFirstTo(way: WayToGroup): boolean;
}

/**
 * A profile in preview sees every other, and disturbs none that is enabled or paused.
 *
 * @param all the profiles of the district; the profile itself may be among them
 */
export function scopeOf(profile: Claim, all: readonly Claim[]): Scope {
  const others = all.filter(
    ({ name, state }) => name !== profile.name && (profile.state === 'preview' || state !== 'preview'),
  );
  const strengths = [profile, ...others].map((claim) => ({ name: claim.name, of: strengthOf(claim) }));
  const holders = new Map<SchoolId, string[]>();
  const holdersOf = (schoolId: SchoolId): string[] => {
    const known = holders.get(schoolId);
    if (known !== undefined) return known;
    const most = Math.max(...strengths.map(({ of }) => of(schoolId)));
    const found = most === 0 ? [] : strengths.filter(({ of }) => of(schoolId) === most).map(({ name }) => name);
    holders.set(schoolId, found);
    return found;
  };
  const without = (names: readonly string[]) => names.filter((name) => name !== profile.name);
  return {
    isAlone: others.length === 0,
    covers(schoolId) {
      const [first, ...more] = holdersOf(schoolId);
      return first === profile.name && more.length === 0;
    },
    rivalsOf(schoolId) {
      const found = holdersOf(schoolId);
      return found.includes(profile.name) ? without(found) : [];
    },
    isFirstTo: (way) => !others.some(({ name, groups }) => name < profile.name && groups?.by.includes(way) === true),
    othersOf: (schoolIds) => (others.length === 0 ? [] : [...new Set(without(schoolIds.flatMap(holdersOf)))].sort()),
  };
}

/** The strength of a claim, per school: named, among all, none. */
function strengthOf({ schools }: Claim): (schoolId: SchoolId) => 0 | 1 | 2 {
  if (schools === 'all') return () => 1;
  const named: ReadonlySet<string> = new Set(schools);
  return (schoolId) => (named.has(schoolId) ? 2 : 0);
}
