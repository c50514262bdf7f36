/**
 * Taking over what School Data Sync, or a Hallpass that lost its database, left in Microsoft 365. Objects are read once
 * (graph/stamped.ts) and kept until a run of an enabled profile uses them; whose they are is decided again whenever the tenant
 * is loaded or its roster changes, so that a preview binds nobody.
 */

import { decideAdoption, type Unadopted } from '../../adoption/decide.ts';
import type { Adoption } from '../../adoption/open.ts';
import { schoolSisId, unadoptedClass, unadoptedPerson, unadoptedSchool } from '../../adoption/unadopted.ts';
import { listTest } from '../../identity/account-list.ts';
import type { Link } from '../../model/account-link.ts';
import { foundByStamp, readopted, recovered } from '../../model/account-link.ts';
import type { Applied, RelationKind } from '../../model/applied-state.ts';
import type { Body } from '../../model/body.ts';
import { commonPart } from '../../model/body.ts';
import type { Found } from '../../model/found.ts';
import {
  asSchoolId,
  asSectionId,
  classKey,
  type ObjectParts,
  type SchoolId,
  schoolIdOf,
  schoolKey,
} from '../../model/keys.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import { type Problem, problem } from '../../model/problem.ts';
import { licenseKey } from '../../operations/license-relation.ts';
import type { DesiredState } from '../../plan/desired.ts';
import { readingOf } from '../../profile/adoption.ts';
import type { ProfileState, TenantState } from './tenant-state.ts';

/**
 * Gives records without an object the one that is theirs: schools and classes in the applied state, accounts as links. In match mode
 * stamps of School Data Sync decide nothing, but an account that bears Hallpass's own stamp of the very record is theirs before any
 * identity rule: it was given to them once, and a person stays with an account whatever becomes of names.
 */
export function adopt(tenant: TenantState): void {
  const { found, links } = tenant.adoption;
  if (found.size === 0) return;
  const unadopted = new Map<string, Unadopted & { profile: string }>();
  for (const state of tenant.profiles.values()) {
    for (const one of unadoptedIn(state)) {
      if (!unadopted.has(one.key)) unadopted.set(one.key, { ...one, profile: state.profile.name });
    }
  }
  if (unadopted.size === 0) {
    tenant.adoption.conflicts = new Map();
    return;
  }
  const used = objectsInUse(tenant);
  const isNever = listTest([...tenant.profiles.values()].flatMap(({ profile }) => profile.identity.never));
  const isFree = (objectId: string) => {
    const user = tenant.directory.get(objectId);
    return user !== undefined && !tenant.exempt.has(objectId) && !isNever(user);
  };
  const open = found.values().filter(({ kind, objectId }) => {
    return !used.has(objectId) && (kind !== 'user' || isFree(objectId));
  });
  const { adopted, conflicts } = decideAdoption(open, unadopted.values(), schoolNames(tenant));
  for (const [key, objectId] of adopted) {
    const { kind = 'class', dcid = '' } = unadopted.get(key) ?? {};
    const object = { objectId, body: found.get(objectId)?.body ?? {} };
    if (kind === 'school') tenant.applied.schools.set(asSchoolId(dcid), object);
    else if (kind === 'class') tenant.applied.classes.set(asSectionId(dcid), object);
    else {
      const rule = unadopted.get(key)?.byOwnStampAlone ? foundByStamp : ruleOf(found.get(objectId));
      const link: Link = { role: kind, personId: dcid, objectId, rule };
      links.set(key, link);
      tenant.addLink(link);
    }
  }
  tenant.adoption.conflicts = new Map(
    [...conflicts.values()].map(({ key, code, objects, reason }) => {
      const details = { objects: objects.join(', '), count: objects.length, reason };
      return [key, { profile: unadopted.get(key)?.profile ?? '', problem: problem(key, code, details) }];
    }),
  );
}

function ruleOf(found: Found | undefined): string {
  if (found?.isForgotten === true) return recovered;
  return found?.stamp.bySds === true ? 'adopted' : readopted;
}

/** The profile's records that have no object. */
function* unadoptedIn({ profile, scope, tenant }: ProfileState): Iterable<Unadopted> {
  const { roster, applied, accounts } = tenant;
  const ofSchools = readingOf(profile.adoption, 'schools');
  const ofSections = readingOf(profile.adoption, 'sections');
  for (const [id, school] of roster.schools) {
    if (scope.covers(id) && !applied.schools.has(id)) yield unadoptedSchool(school, ofSchools);
  }
  for (const [id, section] of roster.sections) {
    const schoolId = schoolIdOf(section);
    if (!scope.covers(schoolId) || applied.classes.has(id)) continue;
    yield unadoptedClass(section, roster.schools.get(schoolId), ofSections, ofSchools);
  }
  for (const [key, person] of roster.people) {
    if (accounts.has(key)) continue;
    if (!person.schoolIds.some(scope.covers) || scope.othersOf(person.schoolIds).length > 0) continue;
    const one = unadoptedPerson(person, readingOf(profile.adoption, person.role));
    yield profile.mode[person.role] === 'create' ? one : { ...one, byOwnStampAlone: true };
  }
}

function schoolNames({ profiles, roster }: TenantState): Set<string> {
  const readings = [...profiles.values()].map(({ profile }) => readingOf(profile.adoption, 'schools'));
  return new Set(
    [...roster.schools.values()].flatMap((school) => readings.map((reading) => schoolSisId(school, reading))),
  );
}

function objectsInUse({ applied, taken }: TenantState): Set<string> {
  const objects = [...applied.schools.values(), ...applied.classes.values()];
  return new Set([...objects.map(({ objectId }) => objectId), ...taken.keys()]);
}

/** Takes out of the desired state what must not be touched before it is clear whose it is. */
export function withoutConflicts(desired: DesiredState, { conflicts }: Adoption): DesiredState {
  if (conflicts.size === 0) return desired;
  const isFreeSchool = (id: SchoolId) => !conflicts.has(schoolKey(id));
  return {
    ...desired,
    allSchools: new Set([...desired.allSchools].filter(isFreeSchool)),
    schools: only(desired.schools, isFreeSchool),
    schoolUsers: only(desired.schoolUsers, isFreeSchool),
    classes: only(desired.classes, (id) => !conflicts.has(classKey(id))),
  };
}

function only<K, V>(map: ReadonlyMap<K, V>, passes: (key: K) => boolean): Map<K, V> {
  return new Map([...map].filter(([key]) => passes(key)));
}

/** Their problems, for the profile that would have them. */
export function conflictsOf({ profile, tenant }: ProfileState): Problem[] {
  const mine = tenant.adoption.conflicts.values().filter((conflict) => conflict.profile === profile.name);
  return [...mine.map((conflict) => conflict.problem)];
}

/**
 * What of the desired state is there already, as far as it was read and is not kept: values, people in classes, what is in
 * schools, licenses. Members who are not in the roster's class are nobody's business: a teacher may have added them.
 *
 * @param linked object id by person key
 */
export function alreadyThere(
  desired: DesiredState,
  { applied, adoption }: Pick<TenantState, 'applied' | 'adoption'>,
  linked: ReadonlyMap<PersonKey, string>,
): Applied[] {
  const { found, links } = adoption;
  if (found.size === 0) return [];
  const there: Applied[] = [];
  const object = (of: ObjectParts, { objectId, body }: Found, wanted: Body) =>
    there.push({ object: { ...of, objectId, body: commonPart(body, wanted) } });
  const related = (kind: RelationKind, container: string, items: string[]) => {
    if (items.length > 0) there.push({ relations: { kind, container, items } });
  };
  const among = (people: Iterable<PersonKey>, ids: readonly string[] = []): string[] => {
    const known = new Set(ids);
    return [...people].filter((key) => known.has(linked.get(key) ?? ''));
  };
  for (const [schoolId, body] of desired.schools) {
    const school = found.get(applied.schools.get(schoolId)?.objectId ?? '');
    if (school === undefined) continue;
    object({ kind: 'school', key: schoolId }, school, body);
    related('schoolUser', schoolId, among(desired.schoolUsers.get(schoolId) ?? [], school.related.users));
  }
  for (const [sectionId, { schoolId, body }] of desired.classes) {
    const group = found.get(applied.classes.get(sectionId)?.objectId ?? '');
    if (group === undefined) continue;
    object({ kind: 'class', key: sectionId }, group, body);
    const isIn = group.related.schools?.includes(applied.schools.get(schoolId)?.objectId ?? '') === true;
    related('schoolClass', schoolId, isIn ? [sectionId] : []);
    related('member', sectionId, among(desired.members.get(sectionId) ?? [], group.related.members));
    related('owner', sectionId, among(desired.owners.get(sectionId) ?? [], group.related.owners));
  }
  for (const [key, { objectId = '', body }] of desired.users) {
    const user = found.get(objectId);
    if (user === undefined) continue;
    const link = links.get(key);
    const values = commonPart(user.body, body);
    there.push({ object: { kind: 'user', key, objectId, body: values }, ...(link === undefined ? {} : { link }) });
    const license = desired.licenses.get(key);
    if (license === undefined) continue;
    const wanted = licenseKey(license);
    if (user.related.licenses?.includes(wanted.toLowerCase())) related('licence', wanted, [key]);
  }
  return there;
}

/**
 * Objects whose readings have served, at the end of a run that writes: what is kept now; and where there is one profile,
 * which creates no accounts, all accounts. Those of people who are matched later would save a write each, but most are of
 * people who left long ago, and may be as many as those who are there.
 */
export function served({ profiles, adoption }: TenantState, there: readonly Applied[]): string[] {
  const kept = there.flatMap(({ object }) => (object === undefined ? [] : [object.objectId]));
  const [only, ...others] = [...profiles.values()].map(({ profile }) => profile);
  if (others.length > 0 || only?.mode.students === 'create' || only?.mode.teachers === 'create') return kept;
  const accounts = [...adoption.found.values()].filter(({ kind }) => kind === 'user');
  return [...new Set([...kept, ...accounts.map(({ objectId }) => objectId)])];
}

/** They are kept: nothing more is to be learned from what was read of them. */
export function forgetFound({ adoption }: TenantState, objectIds: readonly string[], there: readonly Applied[]): void {
  for (const objectId of objectIds) adoption.found.delete(objectId);
  for (const { link } of there) if (link !== undefined) adoption.links.delete(personKey(link.role, link.personId));
}

/** For people: how much a run takes over. */
export interface TakenOver {
  schools: number;
  classes: number;
  /** Those of the classes that School Data Sync made. */
  classesOfSds: number;
  accounts: number;
  memberships: number;
  conflicts: number;
}

export function countTakenOver(state: ProfileState, there: readonly Applied[]): TakenOver {
  const { found } = state.tenant.adoption;
  const of = (kind: Found['kind']) => there.flatMap(({ object }) => (object?.kind === kind ? [object] : []));
  const classes = of('class');
  const people = there.flatMap(({ relations }) =>
    relations?.kind === 'member' || relations?.kind === 'owner' ? relations.items : [],
  );
  return {
    schools: of('school').length,
    classes: classes.length,
    classesOfSds: classes.filter(({ objectId }) => found.get(objectId)?.stamp.bySds === true).length,
    accounts: of('user').length,
    memberships: people.length,
    conflicts: conflictsOf(state).length,
  };
}

/** The person's account is gone before it was kept. */
export function endAdoptedLink(tenant: TenantState, objectId: string): Link | undefined {
  tenant.adoption.found.delete(objectId);
  const key = tenant.taken.get(objectId);
  if (key === undefined) return undefined;
  const link = tenant.adoption.links.get(key);
  tenant.adoption.links.delete(key);
  return link;
}
