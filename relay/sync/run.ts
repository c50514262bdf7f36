/** One run of one profile: decide, act, remember. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Applied } from '../model/applied-state.ts';
import { countOperations, type Plan } from '../model/operation.ts';
import { personKey } from '../model/person-key.ts';
import type { Problem } from '../model/problem.ts';
import type { Guarded } from '../plan/guard.ts';
import type { Quarantine } from '../profile/standing.ts';
import type { Vault } from '../secrets/vault.ts';
import { handOverLinks } from '../store/accounts/handover.ts';
import { addLinks, forgetApplied, readLinks } from '../store/accounts/links.ts';
import { record } from '../store/applied/applied.ts';
import { removeFound } from '../store/directory/found.ts';
import { noteOwnersOneByOne, readDirectoryState } from '../store/directory/mirror.ts';
import { noteAppliedProfile } from '../store/profiles/profiles.ts';
import { judgeProfile } from '../store/profiles/quarantine.ts';
import { beginRun, finishRun } from '../store/runs/journal.ts';
import { replaceProblems } from '../store/runs/problems.ts';
import type { Store, TenantScope } from '../store/store.ts';
import type { HandedOver } from './accounts.ts';
import { applyPlan } from './apply/apply.ts';
import type { ApplyResult } from './apply/applying.ts';
import { decide } from './decide.ts';
import { type Checked, checkPlan, holdBack, settleGuard } from './guard-step.ts';
import { countTakenOver, forgetFound, served } from './state/adoption.ts';
import { knownProblems, rememberOutcome } from './state/memory.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';

export interface RunContext {
  store: Store;
  tenantId: string;
  client: GraphClient;
  /** Base of `@odata.id` references, for instance `https://graph.microsoft.com/v1.0`. */
  root: string;
  /** Seals first passwords of new accounts. */
  vault: Vault;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  log: Logger;
}

export interface RunReport {
  state: 'success' | 'errors' | 'preview';
  done: number;
  failed: number;
  /** Operations that wait for a person's decision. */
  held: number;
  /** Operations that wait for Microsoft, which is no failure: teams of classes that it does not know yet or still makes. */
  waiting: number;
  problems: number;
}

/**
 * @param today the district's date, YYYY-MM-DD
 * @throws HallpassError when Graph or the store cannot be worked with; what is known of the tenant is no longer true
 *   then, and the next run begins where this one ended.
 */
export async function runProfile(context: RunContext, state: ProfileState, today: string): Promise<RunReport> {
  const { store, tenantId, clock } = context;
  const { profile, tenant } = state;
  const { plan, newLinks, handovers, there, problems } = decide(state, today);
  if (profile.state !== 'enabled') return previewed(context, state, plan, problems);

  const readings = served(tenant, there);
  const checked = await store.withTenant(tenantId, async (scope) => {
    await handOverLinks(scope, handovers, timestamp(clock));
    await addLinks(scope, newLinks, timestamp(clock));
    await record(scope, there, [], timestamp(clock));
    await removeFound(scope, readings);
    return holdBack(scope, state, plan, timestamp(clock));
  });
  for (const { from, link } of handovers) tenant.handOver(from, link);
  for (const link of newLinks) tenant.addLink(link);
  logHandovers(context, handovers);
  logTakenOver(context, state, there);
  forgetFound(tenant, readings, there);
  const runId = await begin(context, profile.name, plan, checked);
  logHolds(context, checked);
  const { applied, accounts, isEverythingRead, habits } = tenant;
  const wasOneByOne = habits.ownersOneByOne;
  const known = { applied, accounts, isEverythingRead, habits };
  const result = await applyPlan(checked.proceed, {
    ...context,
    ...known,
    runId,
    profile,
    onProgress: progressLog(context),
  });
  rememberOutcome(state, checked, result);
  const open = [...problems, ...knownProblems(state)];
  const report = reportOf(open.length === 0 ? 'success' : 'errors', result, checked, open);
  const isCarriedOut =
    state.carriedOut !== profile &&
    result.failed + result.waiting === 0 &&
    !checked.held.flat().some(({ byProfile }) => byProfile === true);
  let quarantine: Quarantine | undefined;
  await store.withTenant(tenantId, async (scope) => {
    await applyLinkEdits(scope, tenant);
    if (habits.ownersOneByOne && !wasOneByOne) await noteOwnersOneByOne(scope);
    await settleGuard(scope, state, checked, result.failed, timestamp(clock));
    if (isCarriedOut) await noteAppliedProfile(scope, profile);
    await finish(scope, { runId, profile: profile.name }, report, open, timestamp(clock));
    quarantine = await judgeProfile(scope, profile, timestamp(clock));
  });
  if (isCarriedOut) state.carriedOut = profile;
  logQuarantine(context, quarantine);
  return report;
}

/**
 * The end of a run in preview: counted and never applied. Links that were found are not kept either, so that another
 * identity rule can still be tried.
 */
async function previewed(
  context: RunContext,
  state: ProfileState,
  plan: Plan,
  problems: readonly Problem[],
): Promise<RunReport> {
  const { store, tenantId, clock } = context;
  const { name } = state.profile;
  const guarded = await store.withTenant(tenantId, (scope) => checkPlan(scope, state, plan, timestamp(clock)));
  const runId = await begin(context, name, plan, guarded);
  const open = [...problems, ...knownProblems(state)];
  const report = reportOf('preview', { done: 0, failed: 0, waiting: 0 }, guarded, open);
  await store.withTenant(tenantId, (scope) => finish(scope, { runId, profile: name }, report, open, timestamp(clock)));
  return report;
}

/** Links that somebody changed during the run: what it did to the accounts of before says nothing about those of now. */
async function applyLinkEdits(scope: TenantScope, tenant: TenantState): Promise<void> {
  if ((await readDirectoryState(scope)).linksEditedAt === tenant.linksEditedAt) return;
  const links = await readLinks(scope);
  await forgetApplied(
    scope,
    links.filter(({ role, personId, objectId }) => tenant.accounts.get(personKey(role, personId)) !== objectId),
  );
}

/** Opens the run in the journal. */
async function begin(
  { store, tenantId, clock, log }: RunContext,
  profile: string,
  plan: Plan,
  { held }: Guarded,
): Promise<string> {
  const planned = countOperations(plan);
  const total = plan.flat().length;
  log.info({ event: 'run.planned', planned, total, held: held.flat().length }, `planned ${total} operations`);
  return await store.withTenant(tenantId, (scope) => beginRun(scope, profile, planned, timestamp(clock)));
}

function logHolds({ log }: RunContext, { news }: Checked): void {
  for (const { event, hold } of news) {
    const { key, kind, schoolId: school, rule, count, reason } = hold;
    log.warn({ event, hold: key, kind, school, rule, count }, `${count} operations are held: ${reason}`);
  }
}

/** @param quarantine undefined when the profile may go on */
export function logQuarantine({ log }: Pick<RunContext, 'log'>, quarantine: Quarantine | undefined): void {
  if (quarantine === undefined) return;
  const { code, message, action } = quarantine;
  log.error({ event: 'profile.quarantined', code, action }, message);
}

function logHandovers({ log }: RunContext, { length: count }: readonly HandedOver[]): void {
  if (count > 0)
    log.info({ event: 'run.handed-over', count }, `${count} accounts went over to new records of their people`);
}

function logTakenOver({ log }: RunContext, state: ProfileState, there: readonly Applied[]): void {
  if (there.length === 0) return;
  const takenOver = countTakenOver(state, there);
  const { schools, classes, accounts, memberships } = takenOver;
  const what = `${schools} schools, ${classes} classes, ${accounts} accounts, ${memberships} memberships`;
  log.info({ event: 'run.adopted', ...takenOver }, `adopted as they are: ${what}`);
}

function reportOf(
  state: RunReport['state'],
  { done, failed, waiting }: Pick<ApplyResult, 'done' | 'failed' | 'waiting'>,
  { held }: Guarded,
  problems: readonly Problem[],
): RunReport {
  return { state, done, failed, held: held.flat().length, waiting, problems: problems.length };
}

async function finish(
  scope: TenantScope,
  { runId, profile }: { runId: string; profile: string },
  report: RunReport,
  problems: readonly Problem[],
  now: string,
): Promise<void> {
  await replaceProblems(scope, profile, problems, now);
  await finishRun(scope, runId, report, now);
}

/** A line at most twice a second, and one at the end. */
function progressLog({ log, clock }: RunContext): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const now = clock.now();
    if (now - last < 500 && done < total) return;
    last = now;
    log.info({ event: 'run.progress', done, total }, `${done} of ${total} operations done`);
  };
}
