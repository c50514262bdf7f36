/** The facts behind an explanation, read from the store in one transaction. */
import { isDeepStrictEqual } from 'node:util';
import { calendarOf } from '../../shared/calendar.ts';
import type { Section, Student, Teacher } from '../../shared/roster.ts';
import { type Drift, isOfMembership, membershipOf } from '../drift/ledger.ts';
import { isOfOurs } from '../model/account-link.ts';
import { otherSchools } from '../model/hold.ts';
import {
  asSchoolId,
  type ClassKey,
  classKey,
  idIn,
  isClassKey,
  objectOf,
  type SchoolId,
  type SectionId,
  schoolIdOf,
  schoolKey,
} from '../model/keys.ts';
import { isStudent, type PersonKey, personKey } from '../model/person-key.ts';
import type { Role } from '../model/role.ts';
import { licenseKey } from '../operations/license-relation.ts';
import { daysBefore, isOver, presence, wentToTheEnd } from '../plan/dates.ts';
import { memberOf } from '../plan/memberships.ts';
import { type Past, pastOfTerms } from '../plan/past.ts';
import { noDates, noPolicies } from '../profile/life.ts';
import type { Profile } from '../profile/profile.ts';
import { scopeOf } from '../profile/scope.ts';
import { readDeletedAccounts } from '../store/accounts/deleted-accounts.ts';
import { findLink } from '../store/accounts/links.ts';
import { districtTimeZone, sourceKind } from '../store/agents/agents.ts';
import { containersOf, isRelated, relatedTo } from '../store/applied/applied.ts';
import { readDeparture } from '../store/applied/departures.ts';
import { readObject } from '../store/applied/objects.ts';
import { readDriftOf } from '../store/drift/drift.ts';
import { readHolds } from '../store/guard/holds.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { mirrorState, readBySection, readPerson, readRecord, readRecords } from '../store/roster/mirror.ts';
import { lastRun, operationsOn } from '../store/runs/journal.ts';
import { problemsOf } from '../store/runs/problems.ts';
import type { TenantScope } from '../store/store.ts';
import { readActivation } from '../store/teams/team-activation.ts';
import { readTeam } from '../store/teams/teams.ts';
import { concerns } from './by-hand.ts';
import type { ClassFacts, Departure, Facts, PersonFacts } from './known.ts';
import { readWaits } from './wait-facts.ts';

export interface Question {
  role: Role;
  /** The person's DCID. */
  personId: string;
  /** The section's DCID, to ask about one class. */
  sectionId: SectionId | undefined;
}

/** @param now milliseconds since the epoch */
export async function readFacts(scope: TenantScope, question: Question, now: number): Promise<Facts> {
  const today = calendarOf(await districtTimeZone(scope))(now, 0);
  const mirror = await mirrorState(scope);
  const found = await readPerson(scope, question.role === 'students' ? 'student' : 'teacher', question.personId);
  const key = personKey(question.role, question.personId);
  const here = found.records.map(schoolIdOf);
  // A former person belongs to the profile of the school that they were in.
  const schoolIds = here.length > 0 ? here : await schoolsWith(scope, key);
  const responsible = responsibleFor(schoolIds, await readProfiles(scope));
  const past = pastOfTerms(await readRecords(scope, 'term'), today);
  const person = await personFacts(scope, question, found, { ...responsible, past });
  const { profile } = responsible;
  const { sectionId } = question;
  const section = sectionId === undefined ? undefined : await readRecord(scope, 'section', sectionId);
  const ofClass = sectionId === undefined ? undefined : classKey(sectionId);
  const concerned = section === undefined ? schoolIds : [...schoolIds, schoolIdOf(section)];
  return {
    today,
    committedAt: mirror.committedAt,
    arriving: mirror.committedAt !== null && !mirror.settled,
    profile,
    source: await sourceKind(scope),
    lastRun: await lastRun(scope, profile?.name),
    waits: await readWaits(scope, ({ key: object, people }) => people.includes(key) || object === ofClass),
    holds: await openHolds(scope, concerned),
    person,
    class:
      sectionId === undefined
        ? undefined
        : await classFacts(
            scope,
            question,
            { sectionId, section, today, preRegistered: person.preRegistered },
            { ...responsible, past },
          ),
    byHand: await byHandOf(scope, question, concerned),
  };
}

/** Manual changes that concern the person, or the class. @param schoolIds of both */
async function byHandOf(
  scope: TenantScope,
  { role, personId, sectionId }: Question,
  schoolIds: readonly SchoolId[],
): Promise<Drift[]> {
  const subject = personKey(role, personId);
  const ofClass = sectionId === undefined ? [] : [classKey(sectionId)];
  const objects = [subject, ...ofClass, ...schoolIds.map(schoolKey)];
  const found = (await readDriftOf(scope, objects)).filter((drift) => concerns(drift, subject, sectionId));
  const byHand: Drift[] = [];
  for (const drift of found) byHand.push((await isDoneAgain(scope, drift)) ? { ...drift, state: 'repaired' } : drift);
  return byHand;
}

/** Whether a repair has been carried out since the last comparison, which will record it the next time. */
async function isDoneAgain(scope: TenantScope, { state, kind, object, item, theirs }: Drift): Promise<boolean> {
  if (state !== 'repairing') return false;
  const { kind: what, key } = objectOf(object);
  if (isOfMembership({ kind })) {
    const { relation, target } = membershipOf(item);
    return (await isRelated(scope, relation, key, target)) === (kind === 'missing');
  }
  const there = await readObject(scope, what, key);
  return kind === 'deleted' ? there !== undefined : !isDeepStrictEqual(there?.body[item], theirs);
}

/** Without approved holds: the next run carries them out. @param schoolIds of the person and the class */
async function openHolds(scope: TenantScope, schoolIds: readonly SchoolId[]): Promise<Facts['holds']> {
  const concerned = [...schoolIds, otherSchools];
  return (await readHolds(scope)).filter(({ state, schoolId }) => state !== 'approved' && concerned.includes(schoolId));
}

/** The schools that contain the person in Microsoft 365. */
async function schoolsWith(scope: TenantScope, key: PersonKey): Promise<SchoolId[]> {
  return (await containersOf(scope, 'schoolUser', key)).map(asSchoolId);
}

function isPreRegistered(record: Student | Teacher): boolean {
  return record.kind === 'student' && record.preRegistered === true;
}

interface Responsible {
  profile: Profile | undefined;
  covers(schoolId: SchoolId): boolean;
  /** Other profiles that cover a school of the person. */
  rivals: string[];
}

/** The profile responsible for the person; the first profile if there is none. */
function responsibleFor(schoolIds: readonly SchoolId[], profiles: readonly Profile[]): Responsible {
  const scopes = profiles.map((profile) => ({ profile, scope: scopeOf(profile, profiles) }));
  const [mine] = [...scopes.filter(({ scope }) => schoolIds.some(scope.covers)), ...scopes];
  if (mine === undefined) return { profile: undefined, covers: () => false, rivals: [] };
  const { profile, scope } = mine;
  const rivals = new Set([...scope.othersOf(schoolIds), ...schoolIds.flatMap(scope.rivalsOf)]);
  return { profile, covers: scope.covers, rivals: [...rivals] };
}

async function personFacts(
  scope: TenantScope,
  { role, personId }: Question,
  { records, wasThere }: Awaited<ReturnType<typeof readPerson<'student' | 'teacher'>>>,
  { profile, covers, rivals, past }: Responsible & { past: Past },
): Promise<PersonFacts> {
  const key = personKey(role, personId);
  const schoolIds = records.map(schoolIdOf);
  const link = await findLink(scope, role, personId);
  const license = profile?.licenses[role] ?? null;
  const skuId = license === null ? null : licenseKey(license);
  const ours = link !== undefined && isOfOurs(link);
  return {
    asked: personId,
    subject: key,
    schoolIds,
    wasThere,
    departure: await departureOf(scope, key, profile),
    goneSchools: schoolIds.length > 0 ? [] : await goneAmong(scope, await schoolsWith(scope, key)),
    inScope: schoolIds.some(covers),
    preRegistered: records.some(isPreRegistered),
    schoolsEnded: await endOf(scope, schoolIds.filter(covers), past),
    rivals,
    link,
    deleted: (await readDeletedAccounts(scope)).find((one) => one.role === role && one.personId === personId),
    problems: (await problemsOf(scope, key)).filter(isNotOfDrift),
    license: skuId === null || !ours ? undefined : { skuId, assigned: await isRelated(scope, 'licence', skuId, key) },
    stamped: (await readObject(scope, 'user', key)) !== undefined,
  };
}

async function goneAmong(scope: TenantScope, schoolIds: readonly SchoolId[]): Promise<string[]> {
  const gone: string[] = [];
  for (const id of schoolIds) if ((await readRecord(scope, 'school', id)) === undefined) gone.push(id);
  return gone;
}

/** The last day of schools that were all over before this school year; undefined if one was not, or already exists. */
async function endOf(scope: TenantScope, schoolIds: readonly SchoolId[], past: Past): Promise<string | undefined> {
  const lastDays: string[] = [];
  for (const id of schoolIds) {
    const lastDay = past.lastDayOf(id);
    if (lastDay === undefined || (await readObject(scope, 'school', id)) !== undefined) return undefined;
    lastDays.push(lastDay);
  }
  return lastDays.sort().at(-1);
}

/** Problems about drift are omitted, because the drifts themselves say it in full. */
function isNotOfDrift({ code }: { code: string }): boolean {
  return code !== 'ChangedByHand' && code !== 'DeletedByHand' && code !== 'DriftContended';
}

/** @param object `students:123`, `class:77` */
async function departureOf(
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

async function classFacts(
  scope: TenantScope,
  { role, personId }: Question,
  {
    sectionId,
    section,
    today,
    preRegistered,
  }: { sectionId: SectionId; section: Section | undefined; today: string; preRegistered: boolean },
  { profile, covers, past }: Responsible & { past: Past },
): Promise<ClassFacts> {
  const key = personKey(role, personId);
  const all = section === undefined ? [] : await readBySection(scope, section);
  const term = section && (await readRecord(scope, 'term', section.termId));
  const operations = await operationsOn(scope, classKey(sectionId));
  return {
    sectionId,
    name: section && `${section.courseName} - ${section.sectionNumber}`,
    departure: await departureOf(scope, classKey(sectionId), profile),
    inScope: section !== undefined && covers(schoolIdOf(section)),
    termEnded: section !== undefined && past.section(section) ? term?.endDate : undefined,
    objectId: (await readObject(scope, 'class', sectionId))?.objectId,
    memberships: all
      .filter((membership) => memberOf(membership) === key)
      .map((membership) => ({
        id: membership.id,
        startDate: membership.startDate,
        endDate: membership.endDate,
        current: presence(membership, term, profile?.dates ?? noDates, today, preRegistered) === 'in',
      })),
    openDaysBefore: profile?.dates.openDaysBefore ?? 0,
    isMember: await isRelated(scope, 'member', sectionId, key),
    leavers: leaversOf(
      role,
      all.some((one) => memberOf(one) === key && wentToTheEnd(one, term)) || isOver(term, today),
      profile?.policies ?? noPolicies,
    ),
    isLastOwner: await isLastOwner(scope, sectionId, key),
    problems: [
      ...(await problemsOf(scope, `${classKey(sectionId)}/${key}`)),
      ...(await problemsOf(scope, classKey(sectionId))),
    ].filter(isNotOfDrift),
    team: await teamOf(scope, sectionId, profile?.classes.createTeam === true),
    operations: operations.filter((operation) => operation.people.includes(key)),
  };
}

/** @param isTermOver whether they were in the class until its end */
function leaversOf(role: Role, isTermOver: boolean, policies: Profile['policies']): ClassFacts['leavers'] {
  const who = role === 'students' ? 'student' : 'teacher';
  const ended = policies[`${who}TermEnded`];
  if (isTermOver && ended !== null) return { what: ended, option: `${who}TermEnded` };
  return { what: policies[`${who}LeftClass`], option: `${who}LeftClass` };
}

async function isLastOwner(scope: TenantScope, sectionId: SectionId, key: PersonKey): Promise<boolean> {
  const owners = await relatedTo(scope, 'owner', sectionId);
  return owners.length === 1 && owners[0] === key;
}

/** @param isWanted whether the profile creates teams: an existing team still counts */
async function teamOf(scope: TenantScope, sectionId: SectionId, isWanted: boolean): Promise<ClassFacts['team']> {
  const known = await readTeam(scope, sectionId);
  if (!isWanted && known?.state !== 'there') return undefined;
  const problems = await problemsOf(scope, `${classKey(sectionId)}/team`);
  return { known, activation: await readActivation(scope, sectionId), problems };
}
