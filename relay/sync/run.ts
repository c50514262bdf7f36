/** One run for one tenant: know the directory, know the roster, decide, act, remember. */
import type { Logger } from 'pino';
import { type Clock, localDate } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import type { Person } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import { desiredState } from '../plan/desired.ts';
import { countOperations, makePlan, type Plan } from '../plan/plan.ts';
import type { Profile } from '../profile.ts';
import { beginRun, finishRun } from '../store/journal.ts';
import { addLinks } from '../store/links.ts';
import { replaceProblems } from '../store/problems.ts';
import type { Store } from '../store/store.ts';
import { resolveAccounts } from './accounts.ts';
import { type ApplyResult, applyPlan } from './apply.ts';
import { adoptExisting, type DirectoryNews, refreshDirectory, settleIntents } from './directory-step.ts';
import { knownProblems, rememberOutcome, renewProblems, takeDirectoryNews } from './memory.ts';
import { loadTenantState, refreshRoster, type TenantState } from './tenant-state.ts';

export interface RunContext {
  store: Store;
  tenantId: string;
  profile: Profile;
  client: GraphClient;
  /** Base of `@odata.id` references, for instance `https://graph.microsoft.com/v1.0`. */
  root: string;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  log: Logger;
}

export interface RunReport {
  state: 'success' | 'errors';
  done: number;
  failed: number;
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
  const { plan, problems } = await decide(context, state);
  const planned = countOperations(plan);
  const total = plan.flat().length;
  context.log.info({ event: 'run.planned', planned, total }, `planned ${total} operations`);

  const runId = await store.withTenant(tenantId, (scope) => beginRun(scope, planned, isoNow(context.clock)));
  const { applied, accounts } = state;
  const result = await applyPlan(plan, { ...context, runId, applied, accounts, onProgress: progressLog(context) });
  rememberOutcome(state, plan, result);
  const report = await finish(context, runId, result, [...problems, ...knownProblems(state)]);
  return { report, memory: state };
}

async function currentState(
  { store, tenantId, profile }: RunContext,
  memory: TenantState | undefined,
  news: DirectoryNews,
): Promise<TenantState | undefined> {
  if (memory === undefined) return store.withTenant(tenantId, (scope) => loadTenantState(scope, profile));
  takeDirectoryNews(memory, news);
  await store.withTenant(tenantId, (scope) => refreshRoster(scope, memory));
  return memory;
}

/** Who has which account, what should be, and the difference to what is. */
async function decide(context: RunContext, state: TenantState): Promise<{ plan: Plan; problems: Problem[] }> {
  const { store, tenantId, profile, clock } = context;
  const { newLinks, toCreate, problems } = resolveAccounts(openPeople(state), state.directory, profile, state.taken);
  await store.withTenant(tenantId, (scope) => addLinks(scope, newLinks, isoNow(clock)));
  for (const link of newLinks) {
    state.addLink(link);
    state.touchPerson(`${link.role}:${link.personId}`);
  }
  for (const key of toCreate.keys()) state.touchPerson(key);

  // Memberships begin and end by date, so a new day concerns everybody.
  const today = localDate(clock);
  if (state.today !== today) state.pending = state.roster.allKeys();
  state.today = today;

  const accounts = { linked: state.accounts, createdByUs: state.createdByUs, toCreate };
  const desired = desiredState({ roster: state.roster, accounts, profile, today }, state.pending);
  renewProblems(state, state.pending, desired);
  return { plan: makePlan(desired, state.applied), problems };
}

function openPeople({ roster, accounts, profile }: TenantState): Person[] {
  const open: Person[] = [];
  for (const [key, person] of roster.people) {
    if (accounts.has(key)) continue;
    if (profile.schools === 'all' || person.schoolIds.some((id) => profile.schools.includes(id))) open.push(person);
  }
  return open;
}

async function finish(
  context: RunContext,
  runId: string,
  { done, failed }: ApplyResult,
  problems: Problem[],
): Promise<RunReport> {
  const state = problems.length === 0 ? 'success' : 'errors';
  await context.store.withTenant(context.tenantId, async (scope) => {
    await replaceProblems(scope, problems, isoNow(context.clock));
    await finishRun(scope, runId, { state, done, failed }, isoNow(context.clock));
  });
  return { state, done, failed, problems: problems.length };
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
