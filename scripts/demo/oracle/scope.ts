/**
 * Which profile a school and a person belong to, when a district has several: the school to the one that names it, else to
 * the one with all; the person to the one that has all schools of the person that any profile has.
 */
import type { District, Person } from './district.ts';
import type { Rules } from './rules.ts';

export interface Scope {
  /** Schools, by DCID, that belong to exactly one profile. */
  ruling: Map<string, Rules>;
  /** People who belong to exactly one, with those of their schools that are in it. */
  people: { person: Person; rules: Rules }[];
  /** By person key or `school:<DCID>`. */
  problems: Map<string, string>;
}

export function scopeOf({ schools, people }: District, profiles: readonly Rules[]): Scope {
  const scope: Scope = { ruling: new Map(), people: [], problems: new Map() };
  const claims = new Map<string, Rules[]>();
  for (const { dcid } of schools) {
    const naming = profiles.filter((rules) => rules.schools !== 'all' && rules.schools.has(dcid));
    const claiming = naming.length > 0 ? naming : profiles.filter((rules) => rules.schools === 'all');
    claims.set(dcid, claiming);
    const [only, ...more] = claiming;
    if (more.length > 0) scope.problems.set(`school:${dcid}`, 'SchoolInTwoProfiles');
    else if (only !== undefined) scope.ruling.set(dcid, only);
  }
  for (const person of people) {
    const [rules, ...others] = new Set(person.schools.flatMap((school) => claims.get(school) ?? []));
    const covered = person.schools.filter((school) => scope.ruling.has(school));
    if (rules === undefined || covered.length === 0) continue;
    if (others.length > 0) scope.problems.set(person.key, 'PersonInTwoProfiles');
    else scope.people.push({ person: { ...person, schools: covered }, rules });
  }
  return scope;
}
