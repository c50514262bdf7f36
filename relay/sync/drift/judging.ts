/** Judges differences by the state of the tenant: which profile is responsible, and what should exist. */

import { type Judgment, judge } from '../../drift/judge.ts';
import { type Drift, type DriftLedger, membershipOf } from '../../drift/ledger.ts';
import { groupingParts, wayOf } from '../../model/grouping.ts';
import { keysOfObjects, type ObjectKey, objectOf } from '../../model/keys.ts';
import { isAccountKey, type PersonKey } from '../../model/person-key.ts';
import { type DesiredState, desiredState } from '../../plan/desired.ts';
import { memberOf } from '../../plan/memberships.ts';
import type { ProfileState, TenantState } from '../state/tenant-state.ts';
import { objectsIn } from './correct.ts';

export interface Judged {
  drift: Drift;
  judgment: Judgment;
}

/**
 * Decides about every difference, open or under repair.
 *
 * @param written when we last wrote to objects, ISO 8601, by `class:77`
 * @param today the district's date, YYYY-MM-DD
 */
export function judgeAll(
  ledger: DriftLedger,
  state: TenantState,
  { written, nowMs, today }: { written: ReadonlyMap<string, string>; nowMs: number; today: string },
): Judged[] {
  const open = [...ledger.values()].filter((drift) => drift.state !== 'repaired');
  const result: Judged[] = [];
  for (const [profile, drifts] of Map.groupBy(open, (drift) => profileOf(drift.object, state))) {
    if (profile === undefined) {
      // No longer in a school of any profile: like everything that is gone, it stays as it is.
      for (const drift of drifts) result.push({ drift, judgment: 'kept' });
      continue;
    }
    const enabled = profile.profile.state === 'enabled';
    const policy = profile.profile.drift;
    const parts = Map.groupBy(drifts, (drift) => mayMatter(drift, profile));
    for (const drift of parts.get(false) ?? []) result.push({ drift, judgment: 'kept' });
    const asked = parts.get(true) ?? [];
    const desired = desiredOf(profile, asked, today);
    const judged: Judged[] = [];
    for (const drift of asked) {
      const at = [drift.object, ...objectsIn([drift])]
        .flatMap((object) => written.get(object) ?? [])
        .sort()
        .at(-1);
      const writtenAt = at === undefined ? undefined : Date.parse(at);
      judged.push({ drift, judgment: judge(drift, { policy, enabled, desired, writtenAt, nowMs }) });
    }
    result.push(...keepLastOwners(judged, desired));
  }
  return result;
}

/**
 * Graph does not allow the last owner of a class to be removed. An owner added by hand stays if no teacher of the class
 * is an owner or becomes one by the same plan; also as a member, because teachers must be both.
 */
function keepLastOwners(judged: readonly Judged[], desired: DesiredState): Judged[] {
  const lost = new Set(
    judged
      .filter(({ drift, judgment }) => drift.kind === 'missing' && judgment !== 'repair')
      .map(({ drift }) => `${drift.object}|${drift.item}`),
  );
  const hasOther = (object: ObjectKey) =>
    ownersOf(object, desired).some((person) => !lost.has(`${object}|owner:${person}`));
  const goes = ({ drift, judgment }: Judged) => drift.kind === 'foreign' && judgment === 'repair';
  const nameOf = ({ object, item }: Drift) => `${object}|${membershipOf(item).target}`;
  const isOwner = ({ item }: Drift) => membershipOf(item).relation === 'owner';
  const stay = new Set(
    judged
      .filter((one) => goes(one) && isOwner(one.drift) && !hasOther(one.drift.object))
      .map(({ drift }) => nameOf(drift)),
  );
  return judged.map((one) => (goes(one) && stay.has(nameOf(one.drift)) ? { drift: one.drift, judgment: 'kept' } : one));
}

function ownersOf(object: ObjectKey, { owners }: DesiredState): PersonKey[] {
  const { kind, key } = objectOf(object);
  return kind === 'class' ? [...(owners.get(key) ?? [])] : [];
}

/** Some districts add many people by hand: those who are kept and are not in the roster cost nothing. */
function mayMatter({ kind, object, item }: Drift, { profile, tenant }: ProfileState): boolean {
  if (kind !== 'foreign' || profile.drift.foreignMembers !== 'keep') return true;
  const link = membershipOf(item);
  const { kind: what, key } = objectOf(object);
  const { roster } = tenant;
  if (link.relation === 'schoolClass') return roster.placeOf(link.target)?.schoolId === key;
  const { target } = link;
  if (isAccountKey(target)) return false;
  if (what === 'school') return roster.whereaboutsOf(target)?.schoolIds.includes(key) === true;
  if (what === 'group') return true;
  return what === 'class' && [...roster.membershipsOf(key)].some((membership) => memberOf(membership) === target);
}

/** The desired state of these objects, by the current profile. */
function desiredOf({ profile, scope, tenant }: ProfileState, drifts: readonly Drift[], today: string): DesiredState {
  const { roster, directory } = tenant;
  const onPremises = (objectId: string) => directory.get(objectId)?.onPremises === true;
  const accounts = { linked: tenant.accounts, createdByUs: tenant.createdByUs, toCreate: new Map(), onPremises };
  const made = tenant.applied;
  return desiredState({ roster, accounts, profile, scope, made, today }, keysOfObjects(objectsIn(drifts)));
}

/**
 * The profile responsible for an object: the one that covers its school; for a security group of the whole district, the
 * one that names it.
 */
export function profileOf(object: ObjectKey, { profiles, roster }: TenantState): ProfileState | undefined {
  const { kind, key } = objectOf(object);
  if (kind === 'group') {
    const parts = groupingParts(key);
    const { schoolId } = parts;
    return profiles.values().find(({ profile, scope }) => {
      if (schoolId !== undefined) return scope.covers(schoolId);
      return profile.groups.by.includes(wayOf(parts)) && scope.isFirstTo(wayOf(parts));
    });
  }
  const place = kind === 'class' ? roster.placeOf(key) : undefined;
  const schoolIds =
    kind === 'school'
      ? [key]
      : kind === 'user'
        ? (roster.whereaboutsOf(key)?.schoolIds ?? [])
        : place
          ? [place.schoolId]
          : [];
  return profiles.values().find(({ scope }) => schoolIds.some(scope.covers));
}
