/**
 * How many operations of each kind runs carried out, counted as they are answered: a run can have a million of them, and
 * pages show their number every few seconds.
 */
import type { TenantScope } from '../store.ts';

export interface KindCount {
  kind: string;
  done: number;
  failed: number;
}

/** Call it in the transaction that journals the outcomes. @param outcomes of any kinds and runs; others than done and failed do not count */
export async function addRunCounts(
  { db, tenantId }: TenantScope,
  outcomes: readonly { runId: string; kind: string; state: string }[],
): Promise<void> {
  const counted = outcomes.filter(({ state }) => state === 'done' || state === 'failed');
  for (const [runId, ofRun] of Map.groupBy(counted, (one) => one.runId)) {
    for (const [kind, ofKind] of Map.groupBy(ofRun, (one) => one.kind)) {
      const done = ofKind.filter(({ state }) => state === 'done').length;
      await db
        .insertInto('run_count')
        .values({ tenant_id: tenantId, run_id: runId, kind, done, failed: ofKind.length - done })
        .onConflict((conflict) =>
          conflict.columns(['tenant_id', 'run_id', 'kind']).doUpdateSet((eb) => ({
            done: eb('run_count.done', '+', eb.ref('excluded.done')),
            failed: eb('run_count.failed', '+', eb.ref('excluded.failed')),
          })),
        )
        .execute();
    }
  }
}

/** What one run has done up to now; kinds of which nothing is answered are missing. */
export async function readRunCounts({ db, tenantId }: TenantScope, runId: string): Promise<KindCount[]> {
  return await db
    .selectFrom('run_count')
    .select(['kind', 'done', 'failed'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .execute();
}

/** @property day of the runs' beginning, in UTC: `2026-09-01` */
export interface DayCount extends KindCount {
  day: string;
}

/** What runs did that began at or after a time, by day and kind, in the order of days. @param since ISO 8601 */
export async function readDayCounts({ db, tenantId }: TenantScope, since: string): Promise<DayCount[]> {
  const rows = await db
    .selectFrom('run')
    .innerJoin('run_count', (join) =>
      join.onRef('run_count.tenant_id', '=', 'run.tenant_id').onRef('run_count.run_id', '=', 'run.id'),
    )
    .select(({ fn, val }) => [
      fn<string>('substr', ['run.started_at', val(1), val(10)]).as('day'),
      'run_count.kind',
      fn.sum<number>('run_count.done').as('done'),
      fn.sum<number>('run_count.failed').as('failed'),
    ])
    .where('run.tenant_id', '=', tenantId)
    .where('run.started_at', '>=', since)
    .groupBy(['day', 'run_count.kind'])
    .orderBy('day')
    .execute();
  return rows;
}

/** One day of a district. */
export interface RunDay {
  /** UTC: `2026-09-01`. */
  day: string;
  runs: number;
  /** Seconds of the runs that changed something, from beginning to end; null without one. */
  seconds: { mean: number; most: number } | null;
}

/** In the order of days; those without a run are missing. @param since ISO 8601 */
export async function readRunDays({ db, tenantId }: TenantScope, since: string): Promise<RunDay[]> {
  const rows = await db
    .selectFrom('run')
    .select(['started_at', 'finished_at', 'done'])
    .where('tenant_id', '=', tenantId)
    .where('started_at', '>=', since)
    .orderBy('seq')
    .execute();
  const days = Map.groupBy(rows, ({ started_at: at }) => at.slice(0, 10));
  return [...days].map(([day, ofDay]) => {
    const seconds = ofDay.flatMap(({ started_at: from, finished_at: to, done }) =>
      to === null || done === 0 ? [] : [Math.max(0, Date.parse(to) - Date.parse(from)) / 1000],
    );
    const sum = seconds.reduce((total, one) => total + one, 0);
    return {
      day,
      runs: ofDay.length,
      seconds: seconds.length === 0 ? null : { mean: sum / seconds.length, most: Math.max(...seconds) },
    };
  });
}

/** Open problems at the end of each day: of the last run of every profile on it. @param since ISO 8601 */
export async function readProblemDays(
  { db, tenantId }: TenantScope,
  since: string,
): Promise<{ day: string; problems: number }[]> {
  const last = db
    .selectFrom('run')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where('tenant_id', '=', tenantId)
    .where('started_at', '>=', since)
    .where('finished_at', 'is not', null)
    .where('state', 'in', ['success', 'errors', 'preview'])
    .where('person', 'is', null)
    .groupBy(({ fn, val }) => [fn('substr', ['started_at', val(1), val(10)]), 'profile']);
  return await db
    .selectFrom('run')
    .select(({ fn, val }) => [
      fn<string>('substr', ['started_at', val(1), val(10)]).as('day'),
      fn.sum<number>('problems').as('problems'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('seq', 'in', last)
    .groupBy('day')
    .orderBy('day')
    .execute();
}

/** Of runs that were deleted. */
export async function pruneRunCounts({ db, tenantId }: TenantScope): Promise<void> {
  await db
    .deleteFrom('run_count')
    .where('tenant_id', '=', tenantId)
    .where('run_id', 'not in', ({ selectFrom }) => selectFrom('run').select('id').where('run.tenant_id', '=', tenantId))
    .execute();
}
