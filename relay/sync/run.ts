/** One run for one tenant: know the directory, know the roster, decide, act, remember. */
import type { Logger } from 'pino';
import { calendarOf } from '../../shared/calendar.ts';
import type { Clock } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import { personKey } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import type { Guarded } from '../plan/guard.ts';
import { countOperations, type Plan } from '../plan/plan.ts';
import type { Profile } from '../profile.ts';
import type { Vault } from '../secrets/vault.ts';
import { districtTimeZone } from '../store/agents.ts';
import { readDirectoryState } from '../store/directory-mirror.ts';
import { beginRun, finishRun } from '../store/journal.ts';
import { addLinks, forgetApplied, readLinks } from '../store/links.ts';
import { replaceProblems } from '../store/problems.ts';
import type { Store, TenantScope } from '../store/store.ts';
import { type ApplyResult, applyPlan } from './apply.ts';
import { decide } from './decide.ts';
import { adoptExisting, type DirectoryNews, refreshDirectory, settleIntents } from './directory-step.ts';
import { type Checked, checkPlan, holdBack, settleGuard } from './guard-step.ts';
import { knownProblems, rememberOutcome, takeDirectoryNews } from './memory.ts';
import { loadTenantState, refreshRoster, type TenantState } from './tenant-state.ts';

export interface RunContext {
  store: Store;
  tenantId: string;
  profile: Profile;
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
  problems: number;
}

export interface RunOutcome {
  report: RunReport;
  /** What is known now: makes the next run cheap. After a failed run there is none, and everything is read again. */
  memory: TenantState;
}

/**
 * @param memory of the last run, if it ended well with the same profile
 * @returns undefined when there is no whole state of PowerSchool to provision from
 * @throws HallpassError when Graph or the store cannot be worked with; the next run begins where this one ended.
 */
export async function runOnce(context: RunContext, memory?: TenantState): Promise<RunOutcome | undefined> {
  const { store, tenantId } = context;
  const news = await refreshDirectory(context);
  await adoptExisting(context, context.profile);
  await settleIntents(context);

  const state = await currentState(context, memory, news);
  if (state === undefined) return undefined;
  const timeZone = await store.withTenant(tenantId, districtTimeZone);
  const today = calendarOf(timeZone)(context.clock.now(), 0);
  const { plan, newLinks, problems } = decide(state, today);
  if (context.profile.state !== 'enabled') return previewed(context, state, plan, problems);

  const checked = await store.withTenant(tenantId, async (scope) => {
    await addLinks(scope, newLinks, isoNow(context.clock));
    return holdBack(scope, state, plan, isoNow(context.clock));
  });
  const runId = await begin(context, plan, checked);
  tellHolds(context, checked);
  const { applied, accounts } = state;
  const apply = { ...context, runId, applied, accounts, onProgress: progressLog(context) };
  const result = await applyPlan(checked.proceed, apply);
  rememberOutcome(state, checked, result);
  const open = [...problems, ...knownProblems(state)];
  const report = reportOf(open.length === 0 ? 'success' : 'errors', result, checked, open);
  await store.withTenant(tenantId, async (scope) => {
    await heedLinkEdits(scope, state);
    await settleGuard(scope, state, checked, result.failed, isoNow(context.clock));
    await finish(scope, runId, report, open, isoNow(context.clock));
  });
  return { report, memory: state };
}

/**
 * The end of a run in preview: counted and never applied. Links that were found are not kept either, so that another
 * identity rule can still be tried.
 */
async function previewed(
  context: RunContext,
  state: TenantState,
  plan: Plan,
  problems: readonly Problem[],
): Promise<RunOutcome> {
  const { store, tenantId, clock } = context;
  const guarded = await store.withTenant(tenantId, (scope) => checkPlan(scope, state, plan, isoNow(clock)));
  const runId = await begin(context, plan, guarded);
  const open = [...problems, ...knownProblems(state)];
  const report = reportOf('preview', { done: 0, failed: 0 }, guarded, open);
  await store.withTenant(tenantId, (scope) => finish(scope, runId, report, open, isoNow(clock)));
  return { report, memory: state };
}

/** Links that somebody changed during the run: what it did to the accounts of before says nothing about those of now. */
async function heedLinkEdits(scope: TenantScope, state: TenantState): Promise<void> {
  if ((await readDirectoryState(scope)).linksEditedAt === state.linksEditedAt) return;
  const links = await readLinks(scope);
  await forgetApplied(
    scope,
    links.filter(({ role, personId, objectId }) => state.accounts.get(personKey(role, personId)) !== objectId),
  );
}

async function currentState(
  { store, tenantId, profile }: RunContext,
  memory: TenantState | undefined,
  news: DirectoryNews,
): Promise<TenantState | undefined> {
  if (memory === undefined) return store.withTenant(tenantId, (scope) => loadTenantState(scope, profile));
  takeDirectoryNews(memory, news);
  return await store.withTenant(tenantId, async (scope) => {
    const { linksEditedAt } = await readDirectoryState(scope);
    if (linksEditedAt !== memory.linksEditedAt) return await loadTenantState(scope, profile);
    await refreshRoster(scope, memory);
    return memory;
  });
}

/** Opens the run in the journal. */
async function begin({ store, tenantId, clock, log }: RunContext, plan: Plan, { held }: Guarded): Promise<string> {
  const planned = countOperations(plan);
  const total = plan.flat().length;
  log.info({ event: 'run.planned', planned, total, held: held.flat().length }, `planned ${total} operations`);
  return await store.withTenant(tenantId, (scope) => beginRun(scope, planned, isoNow(clock)));
}

function tellHolds({ log }: RunContext, { news }: Checked): void {
  for (const { event, hold } of news) {
    const { key, kind, schoolId: school, rule, count, reason } = hold;
    log.warn({ event, hold: key, kind, school, rule, count }, `${count} operations are held: ${reason}`);
  }
}

function reportOf(
  state: RunReport['state'],
  { done, failed }: Pick<ApplyResult, 'done' | 'failed'>,
  { held }: Guarded,
  problems: readonly Problem[],
): RunReport {
  return { state, done, failed, held: held.flat().length, problems: problems.length };
}

async function finish(
  scope: TenantScope,
  runId: string,
  { state, done, failed, held }: RunReport,
  problems: readonly Problem[],
  now: string,
): Promise<void> {
  await replaceProblems(scope, problems, now);
  await finishRun(scope, runId, { state, done, failed, held }, now);
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

function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
