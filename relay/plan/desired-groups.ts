/** Who belongs into which security groups of roles, schools and grade levels, and what these are called. Pure. */
import { type GroupingParts, groupingId, groupingParts, type WayToGroup, wayOf } from '../model/grouping.ts';
import type { GroupingId, Keys, SchoolId } from '../model/keys.ts';
import type { Person } from '../model/person.ts';
import type { PersonKey } from '../model/person-key.ts';
import { groupName } from '../profile/groups.ts';
import type { Profile } from '../profile/profile.ts';
import type { Scope } from '../profile/scope.ts';
import { cut } from './names-of-classes.ts';
import type { RosterIndex, Whereabouts } from './roster-index.ts';

/** Graph's limit for the displayName of groups, in UTF-16 units. */
const longestName = 256;

export interface DesiredGroups {
  /** The people to look at, and the groups whose name may have changed. */
  people: ReadonlySet<PersonKey>;
  groups: ReadonlySet<GroupingId>;
  schools: ReadonlySet<SchoolId>;
  /** What people leave when they no longer belong there. */
  leavers: 'remove' | 'keep';
  /** Whether there is any group to look after. */
  isWanted: boolean;
  /** Whether the profile looks after the group: it does not change those of an option that was taken out again. */
  looksAfter(id: GroupingId): boolean;
  /** Where a person belongs; undefined for somebody who is left where they are. */
  placesOf(person: PersonKey): Places | undefined;
  /** What it is called; undefined if its school is gone, and cannot say. */
  nameOf(id: GroupingId): string | undefined;
  /** Whether it is for this profile to rename it: the first one by name decides what those of the district are called. */
  names(id: GroupingId): boolean;
}

interface Places {
  groups: readonly GroupingId[];
  /** At a school that this profile does not cover: they leave groups of its schools, and none of the district. */
  isElsewhere: boolean;
}

/** @param isUser whether a person has or will have an account by this profile */
export function desiredGroups(
  { roster, profile, scope }: { roster: RosterIndex; profile: Profile; scope: Scope },
  keys: Keys,
  isUser: (key: PersonKey, person: Whereabouts) => boolean,
): DesiredGroups {
  const { by, leavers } = profile.groups;
  const ways = new Set<WayToGroup>(by);
  const idOf = remembering();
  return {
    ...{ people: keys.people, groups: keys.groups, schools: keys.schools, leavers },
    isWanted: ways.size > 0,
    looksAfter(id) {
      const parts = groupingParts(id);
      return ways.has(wayOf(parts)) && (parts.schoolId === undefined || scope.covers(parts.schoolId));
    },
    placesOf(key) {
      const person = roster.people.get(key);
      if (person === undefined) return undefined;
      const covered = person.schoolIds.filter(scope.covers);
      if (covered.length === 0) return { groups: [], isElsewhere: true };
      if (!isUser(key, person)) return undefined;
      return { groups: partsFor(person, covered, ways).map(idOf), isElsewhere: false };
    },
    nameOf(id) {
      const parts = groupingParts(id);
      const { schoolId } = parts;
      const school = schoolId && roster.schools.get(schoolId);
      if (schoolId !== undefined && school === undefined) return undefined;
      return cut(groupName(parts, school, profile.groups, profile.grades), longestName);
    },
    names(id) {
      const parts = groupingParts(id);
      return parts.schoolId === undefined ? scope.isFirstTo(wayOf(parts)) : scope.covers(parts.schoolId);
    },
  };
}

/** @param schoolIds of the person, as far as the profile covers them */
export function partsFor(
  { role, grade }: Pick<Person, 'role' | 'grade'>,
  schoolIds: readonly SchoolId[],
  ways: ReadonlySet<WayToGroup>,
): GroupingParts[] {
  const ofGrade = role === 'students' && grade !== undefined ? [{ role, grade }] : [];
  return [
    ...(ways.has('role') ? [{ role }] : []),
    ...(ways.has('grade') ? ofGrade : []),
    ...schoolIds.flatMap((schoolId) => [
      ...(ways.has('school') ? [{ role, schoolId }] : []),
      ...(ways.has('schoolGrade') ? ofGrade.map((parts) => ({ ...parts, schoolId })) : []),
    ]),
  ];
}

/** Thousands of people share an id. */
function remembering(): (parts: GroupingParts) => GroupingId {
  const known = new Map<string, GroupingId>();
  return (parts) => {
    const name = JSON.stringify([parts.role, parts.schoolId, parts.grade]);
    const id = known.get(name) ?? groupingId(parts);
    known.set(name, id);
    return id;
  };
}
