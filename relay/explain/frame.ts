/** The part of the facts that is the same for a person and a class: the district, its profiles, runs and holds. */
import { calendarOf } from '../../shared/calendar.ts';
import { otherSchools } from '../model/hold.ts';
import { type ClassKey, idIn, isClassKey, type SchoolId } from '../model/keys.ts';
import { isStudent, type PersonKey } from '../model/person-key.ts';
import { daysBefore } from '../plan/dates.ts';
import { noPolicies } from '../profile/life.ts';
import type { Profile } from '../profile/profile.ts';
import { scopeOf } from '../profile/scope.ts';
import { districtTimeZone, sourceKind } from '../store/agents/agents.ts';
import { isRelated } from '../store/applied/applied.ts';
import { readDeparture } from '../store/applied/departures.ts';
import { readHolds } from '../store/guard/holds.ts';
import { mirrorState } from '../store/roster/mirror.ts';
import { lastRun } from '../store/runs/journal.ts';
import type { StoredWaiting } from '../store/runs/waiting.ts';
import type { TenantScope } from '../store/store.ts';
import type { Departure, Facts, Frame } from './known.ts';
import { readWaits } from './wait-facts.ts';

export interface Responsible {
  profile: Profile | undefined;
  covers(schoolId: SchoolId): boolean;
  /** Other profiles that cover a school of the person. */
  rivals: string[];
}

/** The profile responsible for the person; the first profile if there is none. */
export function responsibleFor(schoolIds: readonly SchoolId[], profiles: readonly Profile[]): Responsible {
  const scopes = profiles.map((profile) => ({ profile, scope: scopeOf(profile, profiles) }));
  const [mine] = [...scopes.filter(({ scope }) => schoolIds.some(scope.covers)), ...scopes];
  if (mine === undefined) return { profile: undefined, covers: () => false, rivals: [] };
  const { profile, scope } = mine;
  const rivals = new Set([...scope.othersOf(schoolIds), ...schoolIds.flatMap(scope.rivalsOf)]);
  return { profile, covers: scope.covers, rivals: [...rivals] };
}

/** YYYY-MM-DD in the district's time zone. @param now milliseconds since the epoch */
export async function todayIn(scope: TenantScope, now: number): Promise<string> {
  return calendarOf(await districtTimeZone(scope))(now, 0);
}

export async function frameOf(
  scope: TenantScope,
  {
    today,
    profile,
    concerned,
    isConcerned,
  }: {
    today: string;
    profile: Profile | undefined;
    concerned: readonly SchoolId[];
    isConcerned(operation: StoredWaiting): boolean;
  },
): Promise<Omit<Frame, 'byHand'>> {
  const mirror = await mirrorState(scope);
  return {
    today,
    committedAt: mirror.committedAt,
    arriving: mirror.committedAt !== null && !mirror.settled,
    profile,
    source: await sourceKind(scope),
    lastRun: await lastRun(scope, profile?.name),
    waits: await readWaits(scope, isConcerned),
    holds: await openHolds(scope, concerned),
  };
}

/** Without approved holds: the next run carries them out. @param schoolIds of the person and the class */
async function openHolds(scope: TenantScope, schoolIds: readonly SchoolId[]): Promise<Facts['holds']> {
  const concerned = [...schoolIds, otherSchools];
  return (await readHolds(scope)).filter(({ state, schoolId }) => state !== 'approved' && concerned.includes(schoolId));
}

/** Problems about drift are omitted, because the drifts themselves say it in full. */
export function isNotOfDrift({ code }: { code: string }): boolean {
  return code !== 'ChangedByHand' && code !== 'DeletedByHand' && code !== 'DriftContended';
}

/** @param object `students:123`, `class:77` */
export async function departureOf(
  scope: TenantScope,
  object: ClassKey | PersonKey,
  profile: Profile | undefined,
): Promise<Departure | undefined> {
  const since = await readDeparture(scope, object);
  if (since === undefined) return undefined;
  const { studentGone, teacherGone, revokeSessions, sectionGone, goneForDays } = profile?.policies ?? noPolicies;
  const from = daysBefore(since, -goneForDays);
  if (isClassKey(object)) {
    const isArchived = await isRelated(scope, 'retired', 'archived', idIn(object));
    const policy =
      sectionGone === 'keep'
        ? undefined
        : { what: sectionGone.join(', '), from, removesStudents: sectionGone.includes('removeStudents') };
    return { since, policy, done: isArchived ? 'Its team is archived.' : undefined };
  }
  const isKept = (isStudent(object) ? studentGone : teacherGone) === 'keep';
  const isDisabled = await isRelated(scope, 'retired', 'disabled', object);
  const isSignedOut = await isRelated(scope, 'retired', 'signedOut', object);
  return {
    since,
    policy: isKept ? undefined : { what: `the account is disabled${revokeSessions ? ' and signed out' : ''}`, from },
    done: isDisabled
      ? `The account is disabled until the person is back${isSignedOut ? ', and was signed out everywhere' : ''}.`
      : undefined,
  };
}
