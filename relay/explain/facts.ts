/** The facts behind an explanation, read from the store in one transaction. */
import { calendarOf } from '../../shared/calendar.ts';
import { personKey } from '../identity/people.ts';
import { standing } from '../plan/dates.ts';
import { otherSchools } from '../plan/guard.ts';
import { licenceKey } from '../plan/licences.ts';
import { memberOf } from '../plan/roster-index.ts';
import { noDates } from '../profile/life.ts';
import { scopeOf } from '../profile/scope.ts';
import type { Profile, Role } from '../profile.ts';
import { mirrorState, readBySection, readPerson, readRecord } from '../roster/mirror.ts';
import { districtTimeZone } from '../store/agents.ts';
import { isRelated, readObject } from '../store/applied.ts';
import { readHolds } from '../store/holds.ts';
import { lastRun, operationsOn } from '../store/journal.ts';
import { findLink } from '../store/links.ts';
import { problemsOf } from '../store/problems.ts';
import { readProfiles } from '../store/profiles.ts';
import type { TenantScope } from '../store/store.ts';
import { readTeam } from '../store/teams.ts';
import type { ClassFacts, Facts, PersonFacts } from './explain.ts';

export interface Question {
  role: Role;
  /** DCID of the person. */
  personId: string;
  /** DCID of the section, to ask about one class. */
  sectionId: string | undefined;
}

/** @param now milliseconds since the epoch */
export async function readFacts(scope: TenantScope, question: Question, now: number): Promise<Facts> {
  const today = calendarOf(await districtTimeZone(scope))(now, 0);
  const mirror = await mirrorState(scope);
  const found = await readPerson(scope, question.role === 'students' ? 'student' : 'teacher', question.personId);
  const responsible = responsibleFor(found.records, await readProfiles(scope));
  const person = await personFacts(scope, question, found, responsible);
  const { profile } = responsible;
  return {
    today,
    committedAt: mirror.committedAt,
    arriving: mirror.committedAt !== null && !mirror.settled,
    profile,
    lastRun: await lastRun(scope, profile?.name),
    holds: await openHolds(scope, question, person.schoolIds),
    person,
    class:
      question.sectionId === undefined
        ? undefined
        : await classFacts(scope, question, { sectionId: question.sectionId, today }, responsible),
  };
}

/** Without those that were approved: the next run carries them out. */
async function openHolds(
  scope: TenantScope,
  { sectionId }: Question,
  schoolIds: readonly string[],
): Promise<Facts['holds']> {
  const section = sectionId === undefined ? undefined : await readRecord(scope, 'section', sectionId);
  const concerned = [...schoolIds, section?.schoolId ?? otherSchools, otherSchools];
  return (await readHolds(scope)).filter(({ state, schoolId }) => state !== 'approved' && concerned.includes(schoolId));
}

interface Responsible {
  profile: Profile | undefined;
  covers(schoolId: string): boolean;
  /** Other profiles that cover a school of the person. */
  rivals: string[];
}

/** The profile that looks after the person; the first one where none does. */
function responsibleFor(records: readonly { schoolId: string }[], profiles: readonly Profile[]): Responsible {
  const schoolIds = records.map(({ schoolId }) => schoolId);
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
  { profile, covers, rivals }: Responsible,
): Promise<PersonFacts> {
  const key = personKey(role, personId);
  const schoolIds = records.map((record) => record.schoolId);
  const link = await findLink(scope, role, personId);
  const licence = profile?.licences[role] ?? null;
  const skuId = licence === null ? null : licenceKey(licence);
  const ours = link?.rule === 'created' || link?.rule === 'adopted';
  return {
    asked: personId,
    subject: key,
    schoolIds,
    wasThere,
    inScope: schoolIds.some(covers),
    rivals,
    link,
    problems: await problemsOf(scope, key),
    licence: skuId === null || !ours ? undefined : { skuId, assigned: await isRelated(scope, 'licence', skuId, key) },
    stamped: (await readObject(scope, 'user', key)) !== undefined,
  };
}

async function classFacts(
  scope: TenantScope,
  { role, personId }: Question,
  { sectionId, today }: { sectionId: string; today: string },
  { profile, covers }: Responsible,
): Promise<ClassFacts> {
  const key = personKey(role, personId);
  const section = await readRecord(scope, 'section', sectionId);
  const all = section === undefined ? [] : await readBySection(scope, section);
  const term = section && (await readRecord(scope, 'term', section.termId));
  const operations = await operationsOn(scope, `class:${sectionId}`);
  return {
    sectionId,
    name: section && `${section.courseName} - ${section.sectionNumber}`,
    inScope: section !== undefined && covers(section.schoolId),
    objectId: (await readObject(scope, 'class', sectionId))?.objectId,
    memberships: all
      .filter((membership) => memberOf(membership) === key)
      .map((membership) => ({
        id: membership.id,
        startDate: membership.startDate,
        endDate: membership.endDate,
        current: standing(membership, term, profile?.dates ?? noDates, today) === 'in',
      })),
    isMember: await isRelated(scope, 'member', sectionId, key),
    problems: await problemsOf(scope, `class:${sectionId}`),
    team: profile?.classes.createTeam
      ? { known: await readTeam(scope, sectionId), problems: await problemsOf(scope, `class:${sectionId}/team`) }
      : undefined,
    operations: operations.filter((operation) => operation.people.includes(key)),
  };
}
