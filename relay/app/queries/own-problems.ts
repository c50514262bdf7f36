/** The problems that somebody sees, by cause and one by one, a page at a time. */
import type { Fixer } from '../../../shared/errors/entry.ts';
import type { Kind } from '../../../shared/roster.ts';
import { fixerOf } from '../../model/problem.ts';
import { readSubject } from '../../model/subject.ts';
import { placesOf } from '../../store/roster/lookup.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import { type PersonName, readNames } from '../../store/roster/people-names.ts';
import { type OpenProblem, type ProblemPlace, readProblemPart, readProblems } from '../../store/runs/problems.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { type Sight, seesProblem, sightIn } from '../sight.ts';
import { type Cause, Causes, causeOf } from './causes.ts';
import { type NamedSubject, nameSubjects } from './named-subjects.ts';

/** So many are read for the causes: 5,000 took 0.25 s of CPU in a district of 100,000 students. */
export const mostGrouped = 20_000;
/** Read at a time: few at first for a page of rows; all at once for the causes, since finding the schools of many costs as much as of some. */
const chunks = { first: 200, next: mostGrouped };

export interface ProblemSearch {
  /** See {@link Cause.key}. */
  cause?: string | undefined;
  role?: Fixer | undefined;
  /** Id of a school. */
  school?: string | undefined;
}

export type SeenProblem = OpenProblem & { role: Fixer; schoolIds: readonly string[] };

export interface OwnProblems {
  causes: Cause[];
  count: number;
  /** Whether there are more than were counted. */
  isCut: boolean;
  rows: (SeenProblem & { named: NamedSubject })[];
  /** Where the next page begins; undefined at the end. */
  next: ProblemPlace | undefined;
  /** Names of schools, by id. */
  schools: ReadonlyMap<string, string>;
}

/** @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function ownProblems(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef,
  { after, limit, ...search }: ProblemSearch & { after?: ProblemPlace | undefined; limit: number },
): Promise<OwnProblems> {
  return await ask({ store }, actor, { question: 'ownProblems', tenant }, async (scope, { id }) => {
    const sight = sightIn(actor, id);
    const causes = new Causes();
    let isCut = false;
    for await (const problem of seenProblems(scope, sight, {}, { first: mostGrouped })) {
      isCut = causes.count >= mostGrouped;
      if (isCut) break;
      causes.add(problem);
    }
    const found: SeenProblem[] = [];
    for await (const problem of seenProblems(scope, sight, search, { after })) {
      if (found.push(problem) > limit) break;
    }
    const shown = found.slice(0, limit);
    const named = await nameSubjects(scope, shown);
    const schools = await readRecords(scope, 'school');
    return {
      ...{ causes: causes.list(), count: causes.count, isCut },
      rows: shown.map((problem, at) => ({ ...problem, named: named[at] ?? { text: problem.subject } })),
      next: found.length > limit ? shown.at(-1) : undefined,
      schools: new Map(schools.map((school) => [school.id, school.name])),
    };
  });
}

/** Every problem that somebody sees and searches for, and names of people by key. @throws as {@link ownProblems} */
export async function allOwnProblems(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef,
  search: ProblemSearch,
): Promise<{ problems: SeenProblem[]; names: ReadonlyMap<string, PersonName> }> {
  return await ask({ store }, actor, { question: 'ownProblems', tenant }, async (scope, { id }) => {
    const all: SeenProblem[] = [];
    for await (const problem of seenProblems(scope, sightIn(actor, id), search)) all.push(problem);
    return { problems: all, names: await readNames(scope) };
  });
}

/** By subject, profile and code. */
export async function* seenProblems(
  scope: TenantScope,
  sight: Sight,
  { cause, role, school }: ProblemSearch,
  { after, first = chunks.first }: { after?: ProblemPlace | undefined; first?: number } = {},
): AsyncGenerator<SeenProblem, undefined> {
  const code = cause?.split('~', 1)[0];
  const isWanted = (one: string) =>
    (code === undefined || one === code) && (role === undefined || fixerOf(one) === role);
  for await (const part of parts(scope, isWanted, { begin: after, first })) {
    const fitting = cause === undefined ? part : part.filter((one) => causeOf(one) === cause);
    const places = await placesOfSubjects(scope, fitting);
    for (const [at, problem] of fitting.entries()) {
      const schoolIds = places[at] ?? [];
      const seen = { ...problem, role: fixerOf(problem.code), schoolIds };
      const isThere = school === undefined || schoolIds.includes(school);
      if (isThere && seesProblem(sight, seen.role, schoolIds)) yield seen;
    }
  }
}

async function* parts(
  scope: TenantScope,
  isWanted: (code: string) => boolean,
  { begin, first }: { begin: ProblemPlace | undefined; first: number },
): AsyncGenerator<OpenProblem[], undefined> {
  let after = begin;
  for (let limit = first; ; limit = chunks.next) {
    const part = await readProblemPart(scope, { isWanted, after, limit });
    if (part === undefined) {
      yield await allAtOnce(scope, isWanted, after);
      return;
    }
    yield part;
    if (part.length < limit) return;
    after = part.at(-1);
  }
}

/** Where rows of PowerSchool are left out: they change what others report. */
async function allAtOnce(
  scope: TenantScope,
  isWanted: (code: string) => boolean,
  after: ProblemPlace | undefined,
): Promise<OpenProblem[]> {
  const all = (await readProblems(scope)).filter(({ code }) => isWanted(code)).sort(compare);
  return after === undefined ? all : all.filter((one) => compare(one, after) > 0);
}

function compare(a: ProblemPlace, b: ProblemPlace): number {
  for (const part of ['subject', 'profile', 'code'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  return 0;
}

/** The schools of each subject, in the same order. */
async function placesOfSubjects(
  scope: TenantScope,
  problems: readonly { subject: string }[],
): Promise<readonly string[][]> {
  const records = problems.map(({ subject }) => readSubject(subject).record);
  const ids = new Map<Kind, Set<string>>();
  for (const record of records) {
    if (record !== undefined) ids.set(record.kind, (ids.get(record.kind) ?? new Set()).add(record.id));
  }
  const places = new Map<Kind, Map<string, string[]>>();
  for (const [kind, some] of ids) {
    if (kind !== 'school') places.set(kind, await placesOf(scope, kind, [...some]));
  }
  return records.map((record) => {
    if (record === undefined) return [];
    return record.kind === 'school' ? [record.id] : (places.get(record.kind)?.get(record.id) ?? []);
  });
}
