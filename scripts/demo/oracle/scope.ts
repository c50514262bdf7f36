/**
 * Which profile a school and a person belong to when a district has several: a school to the profile that names it,
 * else to the one with all schools; a person to the profile that has all of the person's schools that any profile has.
 */
import type { District, Person } from './district.ts';
import { type Rules, rests } from './rules.ts';

export interface Scope {
  /** Schools, by DCID, that belong to exactly one profile. */
  ruling: Map<string, Rules>;
  /** People who belong to exactly one profile, with those of their schools that are in it. */
  people: { person: Person; rules: Rules }[];
  /** By person key or `school:<DCID>`. */
  problems: Map<string, string>;
}

/**
 * A profile outside its dates keeps its schools and people from the others, and does nothing for them.
 *
 * @param today local date, YYYY-MM-DD
 */
export function scopeOf({ schools, people }: District, profiles: readonly Rules[], today: string): Scope {
  const works = (rules: Rules) => !rests(rules, today);
  const scope: Scope = { ruling: new Map(), people: [], problems: new Map() };
  const claims = new Map<string, Rules[]>();
  for (const { dcid } of schools) {
    const naming = profiles.filter((rules) => rules.schools !== 'all' && rules.schools.has(dcid));
    const claiming = naming.length > 0 ? naming : profiles.filter((rules) => rules.schools === 'all');
    claims.set(dcid, claiming);
    const [only, ...more] = claiming;
    if (more.length > 0) {
      if (claiming.some(works)) scope.problems.set(`school:${dcid}`, 'SchoolInTwoProfiles');
    } else if (only !== undefined) scope.ruling.set(dcid, only);
  }
  for (const person of people) {
    const [rules, ...others] = new Set(person.schools.flatMap((school) => claims.get(school) ?? []));
    const covered = person.schools.filter((school) => scope.ruling.has(school));
    if (rules === undefined || covered.length === 0) continue;
    if (person.preRegistered && !rules.takesPreRegistered && others.length === 0) continue;
    if (others.length > 0) {
      if ([rules, ...others].some(works)) scope.problems.set(person.key, 'PersonInTwoProfiles');
    } else if (works(rules)) scope.people.push({ person: { ...person, schools: covered }, rules });
  }
  for (const [dcid, rules] of [...scope.ruling]) if (!works(rules)) scope.ruling.delete(dcid);
  return scope;
}
