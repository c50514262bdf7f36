/** Everything that is known about one person, and why: values, account, classes, problems, and the way from PowerSchool to Graph. */
import { fail } from '../../../shared/errors.ts';
import type { RecordOf } from '../../../shared/roster.ts';
import { answerOf, explain } from '../../explain/explain.ts';
import { readFacts } from '../../explain/facts.ts';
import { todayIn } from '../../explain/frame.ts';
import type { Step } from '../../explain/step.ts';
import { asSectionId, type SectionId } from '../../model/keys.ts';
import { type Person, personOf, personProperties } from '../../model/person.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import { fixerOf } from '../../model/problem.ts';
import type { Role } from '../../model/role.ts';
import { presence } from '../../plan/dates.ts';
import { noDates } from '../../profile/life.ts';
import { accountsFor, type KnownAccount } from '../../store/accounts/account-search.ts';
import { findLink } from '../../store/accounts/links.ts';
import { relationsOf } from '../../store/applied/relations-of.ts';
import { membershipsOf, placesOf, recordsWith } from '../../store/roster/lookup.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import { operationsOn, type PastOperation } from '../../store/runs/journal.ts';
import { type OpenProblem, problemsOf } from '../../store/runs/problems.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { seesProblem, sightIn } from '../sight.ts';
import { type InSight, inSight } from './in-sight.ts';

/** Operations of the journal that are shown. */
const mostOperations = 10;

export interface ClassOfPerson {
  sectionId: string;
  /** Undefined for a section that PowerSchool no longer has. */
  name: string | undefined;
  schoolId: string | undefined;
  /** Today. */
  inPowerSchool: boolean;
  /** In Microsoft 365. */
  isMember: boolean;
  isOwner: boolean;
  /** Whether whoever asks sees the class itself. */
  isOpen: boolean;
}

export interface PersonAnswer {
  key: PersonKey;
  role: Role;
  person: Person | undefined;
  schools: { id: string; name: string }[];
  /** Values from PowerSchool, by the name of the property. */
  values: { name: string; value: string }[];
  account: (KnownAccount & { rule: string; linkedAt: string }) | undefined;
  classes: ClassOfPerson[];
  problems: OpenProblem[];
  operations: PastOperation[];
  /** About the person, or about the person in a class if one was asked for. */
  steps: Step[];
  answer: Step | undefined;
  /** The class that was asked for. */
  asked: { sectionId: string; name: string | undefined } | undefined;
}

/** @throws HallpassError PERSON_NOT_FOUND, also for somebody whom the actor does not see; ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function personNow(
  { store, clock }: Pick<AppContext, 'store' | 'clock'>,
  actor: Actor,
  tenant: TenantRef,
  { role: named, id, section }: { role: string; id: string; section?: string | undefined },
): Promise<PersonAnswer> {
  return await ask({ store }, actor, { question: 'people', tenant }, async (scope, { id: tenantId }) => {
    const sight = sightIn(actor, tenantId);
    const role = named === 'students' || named === 'teachers' ? named : undefined;
    const kind = role === 'teachers' ? 'teacher' : 'student';
    const places = role === undefined ? [] : ((await placesOf(scope, kind, [id])).get(id) ?? []);
    const link = role && (await findLink(scope, role, id));
    const unknown = fail('PERSON_NOT_FOUND', { asked: `${named}:${id}`, who: 'Nobody', hint: '' });
    if (role === undefined || (places.length === 0 && link === undefined)) throw unknown;
    const key = personKey(role, id);
    const seen = await inSight(scope, sight);
    if (!seen.seesPerson(key, places)) throw unknown;
    const records = (await recordsWith<'student' | 'teacher'>(scope, kind, [id])).get(id) ?? [];
    const person = records.length === 0 ? undefined : personOf(role, id, records);
    const account = (await accountsFor(scope, [key])).get(key);
    const sectionId = section === undefined || section === '' ? undefined : asSectionId(section);
    if (sectionId !== undefined && !sight.isWhole) await needClass(scope, seen, sectionId);
    const steps = explain(await readFacts(scope, { role, personId: id, sectionId }, clock.now()));
    const names = new Map((await readRecords(scope, 'school')).map((school) => [school.id, school.name]));
    const all = await classesOf(scope, { role, id, key, places }, await todayIn(scope, clock.now()));
    const problems = (await problemsOf(scope, key)).filter(({ code }) => seesProblem(sight, fixerOf(code), places));
    return {
      ...{ key, role, person, steps, problems },
      schools: (person?.schoolIds ?? []).map((school) => ({ id: school, name: names.get(school) ?? school })),
      values: valuesOf(role, person),
      account: account && link && { ...account, rule: link.rule, linkedAt: link.linkedAt },
      classes: all
        .map((one) => ({
          ...one,
          isOpen: seen.seesClass(one.sectionId, one.schoolId === undefined ? [] : [one.schoolId]),
        }))
        .filter(({ isOpen }) => isOpen || sight.hasFixable),
      operations: (await operationsOn(scope, key)).slice(0, mostOperations),
      answer: answerOf(steps),
      asked: sectionId && { sectionId, name: all.find((one) => one.sectionId === sectionId)?.name },
    };
  });
}

/** @throws HallpassError CLASS_NOT_FOUND for one that the actor does not see */
async function needClass(scope: TenantScope, seen: InSight, sectionId: SectionId): Promise<void> {
  const places = (await placesOf(scope, 'section', [sectionId])).get(sectionId) ?? [];
  if (!seen.seesClass(sectionId, places)) throw fail('CLASS_NOT_FOUND', { asked: sectionId });
}

function valuesOf(role: Role, person: Person | undefined): PersonAnswer['values'] {
  if (person === undefined) return [];
  return personProperties(role).flatMap(({ name, key }) => {
    const value = person[key];
    return value === undefined ? [] : [{ name, value }];
  });
}

/** By name: those of PowerSchool at the person's own schools, which are quickly read, and those of Microsoft 365 anywhere. */
async function classesOf(
  scope: TenantScope,
  { role, id, key, places }: { role: Role; id: string; key: PersonKey; places: readonly string[] },
  today: string,
): Promise<Omit<ClassOfPerson, 'isOpen'>[]> {
  const kind = role === 'students' ? 'studentEnrollment' : 'teacherRoster';
  const ever = await membershipsOf(scope, kind, { personId: id, schools: places });
  const now = ever.filter((one) => presence(one, undefined, noDates, today) === 'in');
  const inPowerSchool = new Set(now.map(({ sectionId }) => sectionId));
  const { member, owner } = await relationsOf(scope, key);
  const ids = [...new Set([...inPowerSchool, ...member, ...owner])];
  const sections = await recordsWith(scope, 'section', ids);
  const classes = ids.map((sectionId): Omit<ClassOfPerson, 'isOpen'> => {
    const [section] = sections.get(sectionId) ?? [];
    return {
      sectionId,
      name: section && nameOfSection(section),
      schoolId: section?.schoolId,
      inPowerSchool: inPowerSchool.has(sectionId),
      isMember: member.has(sectionId),
      isOwner: owner.has(sectionId),
    };
  });
  const order = ({ name, sectionId }: Pick<ClassOfPerson, 'name' | 'sectionId'>) => name ?? `~${sectionId}`;
  return classes.sort((a, b) => order(a).localeCompare(order(b), 'en'));
}

export function nameOfSection({ courseName, sectionNumber }: RecordOf<'section'>): string {
  return `${courseName} - ${sectionNumber}`;
}
