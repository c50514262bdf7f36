/** Where people begin who see a part of a district: the schools of a school viewer, and what a registrar has to correct. */
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { type Sight, sightIn } from '../sight.ts';
import { type Cause, Causes } from './causes.ts';
import { type NamedSubject, nameSubjects } from './named-subjects.ts';
import { mostGrouped, type SeenProblem, seenProblems } from './own-problems.ts';
import { countWaitingTeams } from './own-teams.ts';
import { schoolsNow } from './schools.ts';

/** Whom a cause is about, by name. */
const mostNamed = 5;

export interface OwnSchool {
  id: string;
  name: string;
  students: number;
  teachers: number;
  classes: number;
  problems: number;
  /** Teams that no teacher has activated. */
  teams: number;
}

export interface OwnCause {
  cause: Cause;
  /** The first ones, by subject. */
  concerned: (SeenProblem & { named: NamedSubject })[];
}

export interface OwnHome {
  /** Of a school viewer, by name. */
  schools: OwnSchool[];
  /** What is wrong in these schools, most first. */
  inSchools: Cause[];
  /** Undefined for whoever is no registrar. */
  toCorrect: { causes: OwnCause[]; count: number; isCut: boolean } | undefined;
  /** Names of all schools, by id. */
  schoolNames: ReadonlyMap<string, string>;
}

/** @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function ownHome({ store }: Pick<AppContext, 'store'>, actor: Actor, tenant: TenantRef): Promise<OwnHome> {
  return await ask({ store }, actor, { question: 'home', tenant }, async (scope, { id }) => {
    const sight = sightIn(actor, id);
    const { schools: all } = await schoolsNow(scope);
    const own = all.filter((school) => sight.schools.has(school.id));
    const inSchools = own.length === 0 ? [] : (await causesOf(scope, { ...sight, hasFixable: false })).list();
    const teams = await countWaitingTeams(scope, sight);
    const problemsAt = (school: string) =>
      inSchools.reduce((sum, { schools }) => sum + (schools.find((one) => one.id === school)?.count ?? 0), 0);
    return {
      schools: own.map(({ id: school, name, students, teachers, sections }) => ({
        ...{ id: school, name, students, teachers, classes: sections },
        ...{ problems: problemsAt(school), teams: teams.get(school) ?? 0 },
      })),
      inSchools,
      toCorrect: sight.hasFixable ? await correctionsFor(scope, sight) : undefined,
      schoolNames: new Map(all.map((school) => [school.id, school.name])),
    };
  });
}

async function causesOf(scope: TenantScope, sight: Sight, role?: 'sis'): Promise<Causes> {
  const causes = new Causes();
  for await (const problem of seenProblems(scope, sight, { role }, { first: mostGrouped })) {
    if (causes.count >= mostGrouped) break;
    causes.add(problem);
  }
  return causes;
}

async function correctionsFor(scope: TenantScope, sight: Sight): Promise<NonNullable<OwnHome['toCorrect']>> {
  const causes = await causesOf(scope, sight, 'sis');
  const named: OwnCause[] = [];
  for (const cause of causes.list()) {
    const some: SeenProblem[] = [];
    for await (const problem of seenProblems(scope, sight, { cause: cause.key, role: 'sis' })) {
      if (some.push(problem) >= mostNamed) break;
    }
    const names = await nameSubjects(scope, some);
    const concerned = some.map((one, at) => ({ ...one, named: names[at] ?? { text: one.subject } }));
    named.push({ cause, concerned });
  }
  return { causes: named, count: causes.count, isCut: causes.count >= mostGrouped };
}
