/** The facts that a profile is checked against: from the mirror, and from the Microsoft tenant. */

import { calendarOf } from '../../shared/calendar.ts';
import { HallpassError } from '../../shared/errors.ts';
import { fitReadings } from '../adoption/readings.ts';
import type { GraphClient } from '../graph/client.ts';
import { readDomains, readLicenseGroup, readSkus } from '../graph/tenant.ts';
import { schoolIdOf } from '../model/keys.ts';
import { type Person, personProperties } from '../model/person.ts';
import { personKey } from '../model/person-key.ts';
import type { Role } from '../model/role.ts';
import type { GroupFacts } from '../model/tenant-facts.ts';
import { permissionProblems } from '../operations/needed-permissions.ts';
import { pastOfTerms } from '../plan/past.ts';
import type { Profile } from '../profile/profile.ts';
import { scopeOf } from '../profile/scope.ts';
import type { PeopleFacts, TenantFacts } from '../profile/tenant-facts.ts';
import { readLinks } from '../store/accounts/links.ts';
import { districtTimeZone } from '../store/agents/agents.ts';
import { readFound } from '../store/directory/found.ts';
import { readRecords } from '../store/roster/mirror.ts';
import type { TenantScope } from '../store/store.ts';
import { readPeople } from './read-people.ts';

/** The half of the facts that the store has. */
export async function readMirrorFacts(
  scope: TenantScope,
  profile: Profile,
  profiles: readonly Profile[],
  nowMs: number,
): Promise<Pick<TenantFacts, 'today' | 'schools' | 'ended' | 'people' | 'contested' | 'inOtherProfiles' | 'stamps'>> {
  const schoolRecords = new Map((await readRecords(scope, 'school')).map((school) => [schoolIdOf(school), school]));
  const schools = new Map([...schoolRecords].map(([id, { name }]) => [id, name]));
  // As it would be once enabled: others that are only tried do not stand in its way.
  const covered = scopeOf({ ...profile, state: 'enabled' }, profiles);
  const everybody = await readPeople(scope, covered.covers);
  const linked = new Set((await readLinks(scope)).map(({ role, personId }) => personKey(role, personId)));
  const of = (role: Role): PeopleFacts => {
    const people = everybody.filter((person) => person.role === role);
    const withoutAccount = people.filter(({ id }) => !linked.has(personKey(role, id))).length;
    return { total: people.length, withoutAccount, having: countValues(role, people) };
  };
  const today = calendarOf(await districtTimeZone(scope))(nowMs, 0);
  const past = pastOfTerms(await readRecords(scope, 'term'), today);
  const found = await readFound(scope);
  const sections = found.length === 0 ? [] : await readRecords(scope, 'section');
  const known = { schools: schoolRecords, sections, people: everybody };
  const rivals = [...schools.keys()].map((id) => [id, covered.rivalsOf(id)] as const);
  return {
    today,
    schools,
    ended: new Map(
      [...schools.keys()].filter(covered.covers).flatMap((id) => {
        const lastDay = past.lastDayOf(id);
        return lastDay === undefined ? [] : [[id, lastDay] as const];
      }),
    ),
    people: { students: of('students'), teachers: of('teachers') },
    contested: new Map(rivals.filter(([, others]) => others.length > 0)),
    stamps: fitReadings(found, known, profile.adoption),
    inOtherProfiles: everybody.filter(({ schoolIds }) => covered.othersOf(schoolIds).length > 0).length,
  };
}

function countValues(role: Role, people: readonly Person[]): Record<string, number> {
  return Object.fromEntries(
    personProperties(role).map(({ name, key }) => [name, people.filter((person) => person[key]).length]),
  );
}

/**
 * The half that Microsoft has.
 *
 * @param roles application permissions in the token
 * @throws as {@link GraphClient.get}, but not where a permission is missing
 */
export async function readCloudFacts(
  client: GraphClient,
  profile: Profile,
  roles: readonly string[],
): Promise<Pick<TenantFacts, 'domains' | 'skus' | 'groups' | 'notPermitted'>> {
  const groups = new Map<string, GroupFacts | undefined>();
  for (const license of [profile.licenses.students, profile.licenses.teachers]) {
    if (license !== null && 'group' in license)
      groups.set(license.group, await readLicenseGroup(client, license.group));
  }
  const notPermitted = [...permissionProblems(profile, roles)];
  return { domains: await allowed(readDomains(client)), skus: await allowed(readSkus(client)), groups, notPermitted };
}

/** Undefined where the application may not ask. */
async function allowed<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'GRAPH_DENIED') return undefined;
    throw error;
  }
}
