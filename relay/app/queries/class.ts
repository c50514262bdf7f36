/** Everything that is known about one class, and why: the section, the group, the team, and who is in it. */
import { fail } from '../../../shared/errors.ts';
import type { Section, Student, Teacher, Term } from '../../../shared/roster.ts';
import { readClass } from '../../explain/class-facts.ts';
import { answerOf, explainClass } from '../../explain/explain.ts';
import { todayIn } from '../../explain/frame.ts';
import type { ClassItself } from '../../explain/known.ts';
import type { Step } from '../../explain/step.ts';
import { asSectionId, classKey, type SectionId } from '../../model/keys.ts';
import { isAccountKey, type MemberKey, personIn } from '../../model/person-key.ts';
import { fixerOf } from '../../model/problem.ts';
import { presence } from '../../plan/dates.ts';
import { memberOf } from '../../plan/memberships.ts';
import { noDates } from '../../profile/life.ts';
import { relatedTo } from '../../store/applied/applied.ts';
import { readObject } from '../../store/applied/objects.ts';
import { placesOf, recordsWith } from '../../store/roster/lookup.ts';
import { readBySection, readRecord } from '../../store/roster/mirror.ts';
import { operationsOn, type PastOperation } from '../../store/runs/journal.ts';
import { type OpenProblem, problemsOf } from '../../store/runs/problems.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { seesProblem, seesSchools, sightIn } from '../sight.ts';
import { type InSight, inSight } from './in-sight.ts';

const mostOperations = 10;

export interface MemberOfClass {
  /** `students:123`, or `account:GUID` for somebody who is not in PowerSchool. */
  key: MemberKey;
  name: string;
  /** Today. */
  inPowerSchool: boolean;
  isMember: boolean;
  isOwner: boolean;
  /** Whether whoever asks sees the person's own page. */
  isOpen: boolean;
}

export interface ClassAnswer {
  sectionId: string;
  section: Section | undefined;
  school: { id: string; name: string } | undefined;
  term: Term | undefined;
  /** As last written to Microsoft 365. */
  displayName: string | undefined;
  objectId: string | undefined;
  team: ClassItself['team'];
  steps: Step[];
  answer: Step | undefined;
  problems: OpenProblem[];
  operations: PastOperation[];
  counts: { teachers: number; students: number };
  /** Teachers first, by key, a page of them. */
  members: MemberOfClass[];
  /** Whether there are more. */
  next: string | undefined;
}

/** @throws HallpassError CLASS_NOT_FOUND, also for a class that the actor does not see; ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function classNow(
  { store, clock }: Pick<AppContext, 'store' | 'clock'>,
  actor: Actor,
  tenant: TenantRef,
  { id, after, limit }: { id: string; after?: string | undefined; limit: number },
): Promise<ClassAnswer> {
  return await ask({ store }, actor, { question: 'people', tenant }, async (scope, { id: tenantId }) => {
    const sight = sightIn(actor, tenantId);
    const sectionId = asSectionId(id);
    const places = (await placesOf(scope, 'section', [id])).get(id) ?? [];
    const object = await readObject(scope, 'class', sectionId);
    const isKnown = places.length > 0 || object !== undefined;
    const seen = await inSight(scope, sight);
    if (!isKnown || !seen.seesClass(id, places)) throw fail('CLASS_NOT_FOUND', { asked: id });
    // A registrar, who sees the class for a problem of its own, learns no other names from it.
    const seesAll = seesSchools(sight, places);
    const isNamed = ({ key }: { key: string }) => seesAll || seen.seesPerson(key, []);
    const section = await readRecord(scope, 'section', id);
    const school = section && (await readRecord(scope, 'school', section.schoolId));
    const { frame, class: itself } = await readClass(scope, sectionId, clock.now());
    const steps = explainClass(frame, itself);
    const everybody = await everybodyIn(scope, { sectionId, section }, await todayIn(scope, clock.now()));
    const seenOnes = everybody.filter(isNamed);
    const rest = after === undefined ? seenOnes : seenOnes.filter(({ key }) => orderOf(key) > orderOf(after));
    const displayName = object?.body.displayName;
    const problems = await problemsOf(scope, classKey(sectionId));
    return {
      ...{ sectionId, section, steps, objectId: object?.objectId, team: itself.team },
      school: section && { id: section.schoolId, name: school?.name ?? section.schoolId },
      term: section && (await readRecord(scope, 'term', section.termId)),
      displayName: typeof displayName === 'string' ? displayName : undefined,
      answer: answerOf(steps),
      problems: problems.filter(({ code }) => seesProblem(sight, fixerOf(code), places)),
      operations: (await operationsOn(scope, classKey(sectionId))).slice(0, mostOperations),
      counts: {
        teachers: everybody.filter(({ key }) => key.startsWith('teachers:')).length,
        students: everybody.filter(({ key }) => key.startsWith('students:')).length,
      },
      members: await named(scope, rest.slice(0, limit), seen),
      next: rest.length > limit ? rest[limit - 1]?.key : undefined,
    };
  });
}

type Unnamed = Omit<MemberOfClass, 'name' | 'isOpen'>;

async function everybodyIn(
  scope: TenantScope,
  { sectionId, section }: { sectionId: SectionId; section: Section | undefined },
  today: string,
): Promise<Unnamed[]> {
  const ever = section === undefined ? [] : await readBySection(scope, section);
  const now = ever.filter((one) => presence(one, undefined, noDates, today) === 'in');
  const inPowerSchool = new Set<string>(now.map(memberOf));
  const members = new Set(await relatedTo(scope, 'member', sectionId));
  const owners = new Set(await relatedTo(scope, 'owner', sectionId));
  const keys = [...new Set([...inPowerSchool, ...members, ...owners])];
  const everybody = keys.map((key) => ({
    key: key as MemberKey,
    inPowerSchool: inPowerSchool.has(key),
    isMember: members.has(key),
    isOwner: owners.has(key),
  }));
  return everybody.sort((a, b) => (orderOf(a.key) < orderOf(b.key) ? -1 : 1));
}

function orderOf(key: string): string {
  return `${key.startsWith('teachers:') ? 0 : 1}${key}`;
}

async function named(scope: TenantScope, members: readonly Unnamed[], seen: InSight): Promise<MemberOfClass[]> {
  const ids = (role: string) =>
    members.flatMap(({ key }) => (!isAccountKey(key) && key.startsWith(role) ? [personIn(key).id] : []));
  const students = await recordsWith(scope, 'student', ids('students:'));
  const teachers = await recordsWith(scope, 'teacher', ids('teachers:'));
  return members.map((one) => {
    const { key } = one;
    if (isAccountKey(key)) return { ...one, name: 'Somebody who is not in PowerSchool', isOpen: false };
    const { role, id } = personIn(key);
    const records: readonly (Student | Teacher)[] = (role === 'students' ? students : teachers).get(id) ?? [];
    const [record] = records;
    const name = [record?.givenName, record?.surname].filter((part) => part !== undefined).join(' ') || key;
    const places = records.map(({ schoolId }) => schoolId);
    return { ...one, name, isOpen: seen.seesPerson(key, places) };
  });
}
