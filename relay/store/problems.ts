/** What is wrong now, per person or object. */
import type { Problem } from '../identity/problem.ts';
import { slices } from './slices.ts';
import type { TenantScope } from './store.ts';

/** Replaces the problems of a profile: those that are still there keep their first time, those that are gone vanish. */
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
  // Told by what they are and not by when they were last seen: a clock may stand still for two runs, or go back.
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

/** How many there are of each code. */
export async function countProblems(scope: TenantScope): Promise<Record<string, number>> {
  const rows = await scope.db
    .selectFrom('problem')
    .select(({ fn }) => ['code', fn.countAll<number>().as('count')])
    .where('tenant_id', '=', scope.tenantId)
    .groupBy('code')
    .orderBy('code')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.code, Number(row.count)]));
}

export type OpenProblem = Problem & { profile: string; firstAt: string; lastAt: string };

/** All of them, by subject. */
export async function readProblems(scope: TenantScope): Promise<OpenProblem[]> {
  const rows = await scope.db
    .selectFrom('problem')
    .selectAll()
    .where('tenant_id', '=', scope.tenantId)
    .orderBy('subject')
    .execute();
  return rows.map(({ profile, subject, code, message, action, first_at: firstAt, last_at: lastAt }) => {
    return { profile, subject, code, message, action, firstAt, lastAt };
  });
}

/** Those of one person or object. */
export async function problemsOf(scope: TenantScope, subject: string): Promise<OpenProblem[]> {
  return (await readProblems(scope)).filter((problem) => problem.subject === subject);
}
