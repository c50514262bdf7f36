/** Current problems, per person or object. */
import { sql } from 'kysely';
import { asSchoolId, recordIn } from '../../model/keys.ts';
import { type Problem, problem } from '../../model/problem.ts';
import { memberOf } from '../../plan/memberships.ts';
import { membershipWords } from '../../plan/strangers.ts';
import { type Claim, scopeOf } from '../../profile/scope.ts';
import { slices } from '../engine/slices.ts';
import { readProfiles } from '../profiles/profiles.ts';
import { type KnownLeftOut, problemOfRow, readLeftOut, unlistedLeftOut } from '../roster/left-out.ts';
import { readPerson } from '../roster/mirror.ts';
import type { TenantScope } from '../store.ts';

/** Replaces the problems of a profile: those that persist keep their first time, those that are gone are deleted. */
export async function replaceProblems(
  scope: TenantScope,
  profile: string,
  problems: readonly Problem[],
  now: string,
): Promise<void> {
  const common = { tenant_id: scope.tenantId, profile, first_at: now, last_at: now };
  const rows = problems.map((problem) => ({ ...problem, ...common }));
  for (const part of slices(rows)) {
    await scope.db
      .insertInto('problem')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'profile', 'subject', 'code']).doUpdateSet((eb) => ({
          message: eb.ref('excluded.message'),
          action: eb.ref('excluded.action'),
          last_at: eb.ref('excluded.last_at'),
        })),
      )
      .execute();
  }
  // Compared by content and not by time: a clock may show the same time for two runs, or go back.
  const open = new Set(problems.map(({ subject, code }) => `${code} ${subject}`));
  const known = await scope.db
    .selectFrom('problem')
    .select(['subject', 'code'])
    .where('tenant_id', '=', scope.tenantId)
    .where('profile', '=', profile)
    .execute();
  for (const { subject, code } of known.filter((one) => !open.has(`${one.code} ${one.subject}`))) {
    await scope.db
      .deleteFrom('problem')
      .where('tenant_id', '=', scope.tenantId)
      .where('profile', '=', profile)
      .where('subject', '=', subject)
      .where('code', '=', code)
      .execute();
  }
}

/** The number of problems by code, sorted by code. */
export async function countProblems(scope: TenantScope): Promise<Record<string, number>> {
  // Left-out rows change what other problems report, so all have to be read.
  const hasRows = (await problemsOfRows(scope)).length > 0;
  return Object.fromEntries(hasRows ? countByCode(await readProblems(scope)) : await countFound(scope));
}

function countByCode(problems: readonly Problem[]): [code: string, count: number][] {
  const byCode = Map.groupBy(problems, ({ code }) => code);
  const counts = [...byCode].map(([code, those]): [string, number] => [code, those.length]);
  return counts.sort(([a], [b]) => (a < b ? -1 : 1));
}

async function countFound({ db, tenantId }: TenantScope): Promise<[code: string, count: number][]> {
  const rows = await db
    .selectFrom('problem')
    .select(({ fn }) => ['code', fn.countAll<number>().as('count')])
    .where('tenant_id', '=', tenantId)
    .groupBy('code')
    .orderBy('code')
    .execute();
  return rows.map(({ code, count }) => [code, Number(count)]);
}

export type OpenProblem = Problem & { profile: string; firstAt: string; lastAt: string };

/** Where a problem is in their order. */
export interface ProblemPlace {
  subject: string;
  profile: string;
  code: string;
}

/** A part of them; without anything it is all of them. */
export interface PartOfProblems {
  profile?: string | undefined;
  subject?: string | undefined;
  /** Of a code for which this is true. */
  isWanted?(code: string): boolean;
  /** The last one of the part before. */
  after?: ProblemPlace | undefined;
  limit?: number | undefined;
}

/**
 * A part as the database has it; undefined where rows of PowerSchool are left out, which change what others report: then all of them
 * have to be read, and {@link readProblems} reads them.
 */
export async function readProblemPart(scope: TenantScope, part: PartOfProblems): Promise<OpenProblem[] | undefined> {
  return (await problemsOfRows(scope)).length > 0 ? undefined : await readFound(scope, part);
}

async function readFound(
  { db, tenantId }: TenantScope,
  { profile, subject, isWanted, after, limit }: PartOfProblems,
): Promise<OpenProblem[]> {
  const codes = isWanted && (await countFound({ db, tenantId })).flatMap(([code]) => (isWanted(code) ? [code] : []));
  const rows = await db
    .selectFrom('problem')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(profile !== undefined, (query) => query.where('profile', '=', profile ?? ''))
    .$if(subject !== undefined, (query) => query.where('subject', '=', subject ?? ''))
    .$if(codes !== undefined, (query) => query.where('code', 'in', codes ?? []))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(subject, profile, code) > (${after?.subject}, ${after?.profile}, ${after?.code})`),
    )
    .orderBy('subject')
    .orderBy('profile')
    .orderBy('code')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
  return rows.map(({ profile, subject, code, message, action, first_at: firstAt, last_at: lastAt }) => {
    return { profile, subject, code, message, action, firstAt, lastAt };
  });
}

/** All problems, by subject: those found by runs, and PowerSchool rows that agents leave out. */
export async function readProblems(scope: TenantScope): Promise<OpenProblem[]> {
  const found = await readFound(scope, {});
  const ofRows = await problemsOfRows(scope);
  if (ofRows.length === 0) return found;
  const subjects = new Set(ofRows.map(({ subject }) => subject));
  // A missing section is redundant if its row is left out.
  const rest = found.filter(({ code, subject }) => code !== 'SectionNotInRoster' || !subjects.has(subject));
  const rowOf = new Map(ofRows.filter(({ code }) => code === 'RowLeftOut').map((one) => [one.subject, one]));
  const reported: OpenProblem[] = [];
  for (const one of rest) {
    const isReference = one.code === 'InvalidLookupReference';
    reported.push((isReference ? await ofItsRow(scope, one, rowOf) : undefined) ?? one);
  }
  return [...reported, ...ofRows].sort((a, b) => (a.subject < b.subject ? -1 : 1));
}

/** For a member of a class whose own row is left out: the row, if it is the reason why they are missing. */
async function ofItsRow(
  scope: TenantScope,
  { profile, subject, firstAt, lastAt }: OpenProblem,
  rowOf: ReadonlyMap<string, OpenProblem>,
): Promise<OpenProblem | undefined> {
  const { kind, id } = recordIn(subject);
  if (!isMembership(kind)) return undefined;
  const { records } = await readPerson(scope, kind, id);
  for (const membership of records) {
    const reference = memberOf(membership);
    const row = rowOf.get(reference);
    if (row === undefined) continue;
    const details = { reference, section: membership.sectionId, complaint: row.message.replace(/\.$/, '') };
    const what = membershipWords[kind];
    return { profile, ...problem(subject, 'MemberRowLeftOut', { kind: what, ...details }), firstAt, lastAt };
  }
  return undefined;
}

function isMembership(kind: string): kind is keyof typeof membershipWords {
  return Object.hasOwn(membershipWords, kind);
}

/** The number of left-out rows in the schools of each profile. */
export async function countLeftOut(scope: TenantScope): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { profile } of await problemsOfRows(scope)) counts.set(profile, (counts.get(profile) ?? 0) + 1);
  return counts;
}

/** Reported under the profile that covers the school, or under none. */
async function problemsOfRows(scope: TenantScope): Promise<OpenProblem[]> {
  const rows = await readLeftOut(scope);
  const unlisted = await unlistedLeftOut(scope);
  if (rows.length === 0 && unlisted === undefined) return [];
  const profileOf = profileFinder(await readProfiles(scope));
  const problems = rows.map((row) => {
    const { firstAt, lastAt } = row;
    return { profile: profileOf(row), ...problemOfRow(row), firstAt, lastAt };
  });
  if (unlisted !== undefined) {
    const { count, ...times } = unlisted;
    problems.push({ profile: '', ...problem('district', 'MoreRowsLeftOut', { count }), ...times });
  }
  return problems;
}

function profileFinder(profiles: readonly Claim[]): (row: KnownLeftOut) => string {
  const scopes = profiles.map((profile) => ({ name: profile.name, scope: scopeOf(profile, profiles) }));
  return ({ kind, id, schoolId }) => {
    return scopes.find(({ scope }) => scope.covers(asSchoolId(kind === 'school' ? id : schoolId)))?.name ?? '';
  };
}

/** The problems of one person or object. */
export async function problemsOf(scope: TenantScope, subject: string): Promise<OpenProblem[]> {
  const part = await readProblemPart(scope, { subject });
  return part ?? (await readProblems(scope)).filter((problem) => problem.subject === subject);
}
