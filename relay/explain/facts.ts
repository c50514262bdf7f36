/** The facts behind an explanation, read from the store in one transaction. */
import { isDeepStrictEqual } from 'node:util';
import type { Student, Teacher } from '../../shared/roster.ts';
import { type Drift, isOfMembership, membershipOf } from '../drift/ledger.ts';
import { isOfOurs } from '../model/account-link.ts';
import {
  asSchoolId,
  classKey,
  groupKey,
  type ObjectKey,
  objectOf,
  type SchoolId,
  schoolIdOf,
  schoolKey,
} from '../model/keys.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { licenseKey } from '../operations/license-relation.ts';
import { type Past, pastOfTerms } from '../plan/past.ts';
import { readDeletedAccounts } from '../store/accounts/deleted-accounts.ts';
import { findLink } from '../store/accounts/links.ts';
import { containersOf, isRelated } from '../store/applied/applied.ts';
import { readObject } from '../store/applied/objects.ts';
import { readDriftOf } from '../store/drift/drift.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { readPerson, readRecord, readRecords } from '../store/roster/mirror.ts';
import { problemsOf } from '../store/runs/problems.ts';
import type { StoredWaiting } from '../store/runs/waiting.ts';
import type { TenantScope } from '../store/store.ts';
import { concerns } from './by-hand.ts';
import { classFacts } from './class-facts.ts';
import { departureOf, frameOf, isNotOfDrift, type Responsible, responsibleFor, todayIn } from './frame.ts';
import { groupFacts } from './groups.ts';
import type { Facts, PersonFacts, Question } from './known.ts';

/** @param now milliseconds since the epoch */
export async function readFacts(scope: TenantScope, question: Question, now: number): Promise<Facts> {
  const today = await todayIn(scope, now);
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
  const groups = person.groups.map(({ id }) => groupKey(id));
  const isConcerned = (one: StoredWaiting) => one.people.includes(key) || one.key === ofClass;
  return {
    ...(await frameOf(scope, { today, profile, concerned, isConcerned })),
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
    byHand: await byHandOf(scope, question, [...concerned.map(schoolKey), ...groups]),
  };
}

/** Manual changes that concern the person, or the class. @param containers schools of both, and the person's groups */
async function byHandOf(
  scope: TenantScope,
  { role, personId, sectionId }: Question,
  containers: readonly ObjectKey[],
): Promise<Drift[]> {
  const subject = personKey(role, personId);
  const ofClass = sectionId === undefined ? [] : [classKey(sectionId)];
  const objects = [subject, ...ofClass, ...containers];
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

/** The schools that contain the person in Microsoft 365. */
async function schoolsWith(scope: TenantScope, key: PersonKey): Promise<SchoolId[]> {
  return (await containersOf(scope, 'schoolUser', key)).map(asSchoolId);
}

function isPreRegistered(record: Student | Teacher): boolean {
  return record.kind === 'student' && record.preRegistered === true;
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
    groups: await groupFacts(
      scope,
      {
        ...{
          subject: key,
          role,
          grade: gradeIn(records),
          hasAccount: link !== undefined,
          isGone: schoolIds.length === 0,
        },
        covered: rivals.length > 0 ? [] : schoolIds.filter(covers),
      },
      profile,
    ),
  };
}

function gradeIn(records: readonly (Student | Teacher)[]): string | undefined {
  return records.flatMap((one) => (one.kind === 'student' ? (one.grade ?? []) : []))[0];
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
