/** The facts about a class: whoever is in it, and with one person in it. */
import type { Section } from '../../shared/roster.ts';
import { isOfMembership } from '../drift/ledger.ts';
import { classKey, type SectionId, schoolIdOf } from '../model/keys.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import type { Role } from '../model/role.ts';
import { isOver, presence, wentToTheEnd } from '../plan/dates.ts';
import { memberOf } from '../plan/memberships.ts';
import { type Past, pastOfTerms } from '../plan/past.ts';
import { noDates, noPolicies } from '../profile/life.ts';
import type { Profile } from '../profile/profile.ts';
import { isRelated, relatedTo } from '../store/applied/applied.ts';
import { readObject } from '../store/applied/objects.ts';
import { readDriftOf } from '../store/drift/drift.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { readBySection, readRecord, readRecords } from '../store/roster/mirror.ts';
import { operationsOn, type PastOperation } from '../store/runs/journal.ts';
import { problemsOf } from '../store/runs/problems.ts';
import type { TenantScope } from '../store/store.ts';
import { readActivation } from '../store/teams/team-activation.ts';
import { readTeam } from '../store/teams/teams.ts';
import { departureOf, frameOf, isNotOfDrift, type Responsible, responsibleFor, todayIn } from './frame.ts';
import type { ClassFacts, ClassItself, Frame, Question } from './known.ts';
/** The facts about a class, whoever is in it. @param now milliseconds since the epoch */
export async function readClass(
  scope: TenantScope,
  sectionId: SectionId,
  now: number,
): Promise<{ frame: Frame; class: ClassItself }> {
  const today = await todayIn(scope, now);
  const section = await readRecord(scope, 'section', sectionId);
  const concerned = section === undefined ? [] : [schoolIdOf(section)];
  const responsible = responsibleFor(concerned, await readProfiles(scope));
  const { profile } = responsible;
  const past = pastOfTerms(await readRecords(scope, 'term'), today);
  const key = classKey(sectionId);
  const byHand = (await readDriftOf(scope, [key])).filter((drift) => !isOfMembership(drift));
  const frame = await frameOf(scope, { today, profile, concerned, isConcerned: (one) => one.key === key });
  const { operations: _operations, ...itself } = await classItself(
    scope,
    { sectionId, section },
    { ...responsible, past },
  );
  return { frame: { ...frame, byHand }, class: itself };
}

/** A class with what is known of one person in it. */
export async function classFacts(
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
  const itself = await classItself(scope, { sectionId, section }, { profile, covers, past });
  const own = await problemsOf(scope, `${classKey(sectionId)}/${key}`);
  return {
    ...itself,
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
    problems: [...own.filter(isNotOfDrift), ...itself.problems],
    operations: itself.operations.filter((operation) => operation.people.includes(key)),
  };
}

/** @param asked the section, if PowerSchool has it */
async function classItself(
  scope: TenantScope,
  { sectionId, section }: { sectionId: SectionId; section: Section | undefined },
  { profile, covers, past }: Omit<Responsible, 'rivals'> & { past: Past },
): Promise<ClassItself & { operations: PastOperation[] }> {
  const term = section && (await readRecord(scope, 'term', section.termId));
  const operations = await operationsOn(scope, classKey(sectionId));
  return {
    sectionId,
    name: section && `${section.courseName} - ${section.sectionNumber}`,
    departure: await departureOf(scope, classKey(sectionId), profile),
    inScope: section !== undefined && covers(schoolIdOf(section)),
    termEnded: section !== undefined && past.section(section) ? term?.endDate : undefined,
    objectId: (await readObject(scope, 'class', sectionId))?.objectId,
    madeAt: operations.find(({ kind, state }) => kind === 'createClass' && state === 'done')?.at,
    problems: (await problemsOf(scope, classKey(sectionId))).filter(isNotOfDrift),
    team: await teamOf(scope, sectionId, profile?.classes.createTeam === true),
    operations,
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
