/**
 * A run in preview: counted and never applied. Matched links are not stored either, so another identity rule can still be
 * tried.
 */
import { timestamp } from '../../shared/clock.ts';
import { countOperations } from '../model/operation.ts';
import { beginRun, finishRun } from '../store/runs/journal.ts';
import { replaceProblems } from '../store/runs/problems.ts';
import { decide } from './decide.ts';
import { checkPlan } from './guard-step.ts';
import type { RunContext, RunReport } from './run.ts';
import { logPlan } from './run-log.ts';
import { knownProblems } from './state/memory.ts';
import type { ProfileState } from './state/tenant-state.ts';
import { takeDecision } from './take-decision.ts';

/** @param today the district's date, YYYY-MM-DD */
export async function preview(context: RunContext, state: ProfileState, today: string): Promise<RunReport> {
  const { store, tenantId, clock, client, log } = context;
  const { name } = state.profile;
  const startedAt = clock.now();
  const decided = decide(state, today);
  takeDecision(state, decided);
  const { plan, problems } = decided;
  const open = [...problems, ...knownProblems(state)];
  const report = await store.withTenant(tenantId, async (scope) => {
    const now = timestamp(clock);
    const guarded = await checkPlan(scope, state, plan, now);
    logPlan(context, plan, guarded);
    const { length: held } = guarded.held;
    const report: RunReport = { state: 'preview', done: 0, failed: 0, held, waiting: 0, problems: open.length };
    const runId = await beginRun(scope, name, countOperations(plan), now);
    await replaceProblems(scope, name, open, now);
    await finishRun(scope, runId, report, now);
    return report;
  });
  const seconds = (clock.now() - startedAt) / 1000;
  log.info({ event: 'run.finished', ...report, seconds, graph: client.stats }, `run finished: ${report.state}`);
  return report;
}
