/**
 * The runs of one turn: each due profile is decided, and what the guard lets pass is admitted to one engine, so that none of them
 * waits for another. A profile that cannot be decided stops nobody.
 */
import { timestamp } from '../../shared/clock.ts';
import type { Applied } from '../model/applied-state.ts';
import { countOperations, type Plan } from '../model/operation.ts';
import type { Problem } from '../model/problem.ts';
import type { Guarded } from '../plan/guard.ts';
import { handOverLinks } from '../store/accounts/handover.ts';
import { addLinks } from '../store/accounts/links.ts';
import { record } from '../store/applied/applied.ts';
import { removeFound } from '../store/directory/found.ts';
import { beginRun, finishRun } from '../store/runs/journal.ts';
import { replaceProblems } from '../store/runs/problems.ts';
import type { HandedOver } from './accounts.ts';
import { Engine } from './apply/engine.ts';
import { decide } from './decide.ts';
import { type Checked, checkPlan, holdBack } from './guard-step.ts';
import { ProfileRun, type RunContext, type RunReport } from './run.ts';
import { countTakenOver, forgetFound, served } from './state/adoption.ts';
import { knownProblems, noteNames } from './state/memory.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';
import { takeDecision } from './take-decision.ts';

export class Runs {
  readonly #context: RunContext;
  readonly #tenant: TenantState;
  /** The district's date, YYYY-MM-DD. */
  readonly #today: string;
  readonly #engine: Engine;
  readonly #runs: ProfileRun[] = [];
  readonly #previews = new Map<string, RunReport>();

  constructor(context: RunContext, tenant: TenantState, today: string) {
    this.#context = context;
    this.#tenant = tenant;
    this.#today = today;
    const { applied, accounts, isEverythingRead, habits } = tenant;
    this.#engine = new Engine({ ...context, applied, accounts, isEverythingRead, habits });
  }

  /** Decides what there is to do for a profile, and begins its run; of one that does not write, it is the whole run. */
  async begin(state: ProfileState): Promise<void> {
    const log = this.#context.log.child({ profile: state.profile.name });
    const context = { ...this.#context, log };
    log.info({ event: 'run.started' }, 'run started');
    if (state.profile.state === 'enabled') await this.#admit(context, state);
    else this.#previews.set(state.profile.name, await preview(context, state, this.#today));
  }

  /** Works off what was admitted. @throws the signal's reason */
  async work(): Promise<void> {
    await this.#engine.work();
  }

  /** What they came to, by profile, of those that came to their end. */
  reports(): Map<string, RunReport> {
    const reports = new Map(this.#previews);
    for (const { profile, report } of this.#runs) if (report !== undefined) reports.set(profile.name, report);
    return reports;
  }

  /** Why runs ended before their time, by profile. */
  failures(): Map<string, unknown> {
    const broken = this.#runs.filter(({ report }) => report === undefined);
    return new Map(broken.map(({ profile, error }) => [profile.name, error]));
  }

  async #admit(context: RunContext, state: ProfileState): Promise<void> {
    const { store, tenantId, clock } = context;
    const tenant = this.#tenant;
    const decided = decide(state, this.#today);
    takeDecision(state, decided);
    const { plan, newLinks, handovers, there, problems } = decided;
    const readings = served(tenant, there);
    const { checked, runId } = await store.withTenant(tenantId, async (scope) => {
      const now = timestamp(clock);
      await handOverLinks(scope, handovers, now);
      await addLinks(scope, newLinks, now);
      await record(scope, there, [], now);
      await removeFound(scope, readings);
      const checked = await holdBack(scope, state, plan, now);
      return { checked, runId: await beginRun(scope, state.profile.name, countOperations(plan), now) };
    });
    for (const { from, link } of handovers) tenant.handOver(from, link);
    for (const link of newLinks) tenant.addLink(link);
    noteNames(checked.proceed, tenant);
    // What is touched from now on is for the next run.
    state.donePlanning();
    logHandovers(context, handovers);
    logTakenOver(context, state, there);
    forgetFound(tenant, readings, there);
    logPlan(context, plan, checked);
    logHolds(context, checked);
    const run = new ProfileRun(context, state, runId, { checked, problems });
    this.#runs.push(run);
    this.#engine.admit(checked.proceed, run, 'load');
  }
}

/**
 * A run in preview: counted and never applied. Links that were found are not kept either, so that another identity rule can still be
 * tried.
 */
async function preview(context: RunContext, state: ProfileState, today: string): Promise<RunReport> {
  const { store, tenantId, clock, client, log } = context;
  const { name } = state.profile;
  const startedAt = clock.now();
  const decided = decide(state, today);
  takeDecision(state, decided);
  const { plan, problems } = decided;
  const open: Problem[] = [...problems, ...knownProblems(state)];
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

function logPlan({ log }: RunContext, plan: Plan, { held }: Guarded): void {
  const facts = { planned: countOperations(plan), total: plan.length, held: held.length };
  log.info({ event: 'run.planned', ...facts }, `planned ${plan.length} operations`);
}

function logHolds({ log }: RunContext, { news }: Checked): void {
  for (const { event, hold } of news) {
    const { key, kind, schoolId: school, rule, count, reason } = hold;
    log.warn({ event, hold: key, kind, school, rule, count }, `${count} operations are held: ${reason}`);
  }
}

function logHandovers({ log }: RunContext, { length: count }: readonly HandedOver[]): void {
  if (count > 0)
    log.info({ event: 'run.handed-over', count }, `${count} accounts were handed over to new records of their people`);
}

function logTakenOver({ log }: RunContext, state: ProfileState, there: readonly Applied[]): void {
  if (there.length === 0) return;
  const takenOver = countTakenOver(state, there);
  const { schools, classes, accounts, memberships } = takenOver;
  const what = `${schools} schools, ${classes} classes, ${accounts} accounts, ${memberships} memberships`;
  log.info({ event: 'run.adopted', ...takenOver }, `adopted as they are: ${what}`);
}
