/** A tenant's turn: know the directory, know the roster, and let each of its profiles run. */

import { isDeepStrictEqual } from 'node:util';
import { calendarOf } from '../../shared/calendar.ts';
import { timestamp } from '../../shared/clock.ts';
import { HallpassError } from '../../shared/errors.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { blackoutOn } from '../profile/blackout.ts';
import type { Profile } from '../profile/profile.ts';
import { readExempt } from '../store/accounts/exempt.ts';
import { districtTimeZone } from '../store/agents/agents.ts';
import { readBasis } from '../store/changes/basis.ts';
import { readDirectoryState } from '../store/directory/mirror.ts';
import { judgeProfile } from '../store/profiles/quarantine.ts';
import { endOpenRuns, noteFailure } from '../store/runs/journal.ts';
import { beginRestart } from '../store/runs/run-control.ts';
import { readClassNames } from './class-names.ts';
import { followDepartures } from './departures.ts';
import { readExisting, refreshDirectory } from './directory-step.ts';
import { followDrift } from './drift/step.ts';
import { failRequests } from './failed-requests.ts';
import { type OpenCreation, takeIntents } from './intents.ts';
import { News } from './news.ts';
import { logQuarantine, type RunContext, type RunReport } from './run.ts';
import { Runs } from './runs.ts';
import { loadTenantState, refreshRoster } from './state/load.ts';
import { type DirectoryNews, knownProblems, takeDirectoryNews } from './state/memory.ts';
import type { TenantState } from './state/tenant-state.ts';
import { followActivation } from './team-activation.ts';
import type { Wakes } from './wakes.ts';

export interface TurnContext extends RunContext {
  /** Every profile of the tenant: what one covers depends on the others. */
  profiles: readonly Profile[];
  /** Those that run now, by name. */
  due: readonly string[];
  /** Whether somebody is to be provisioned at once. */
  isAsked: boolean;
  /** What is noticed while the turn is under way. */
  wakes: Wakes;
}

export interface Turn {
  /** By the profile's name, in the order of the runs. */
  reports: Map<string, RunReport>;
  /** What is known now: makes the next turn cheap. After a failure there is none, and where it is not true anymore: everything is read again. */
  memory: TenantState | undefined;
  /** When the next turn is due, milliseconds; undefined where nothing says so. */
  dueAt: number | undefined;
}

/**
 * One run of each profile that is due, side by side: they share the tenant's limits. One that fails does not keep the others from
 * running; what is known is read again by the next turn then, because nobody can tell how much of it is still true.
 *
 * @param memory of the last turn, if it ended well
 * @returns undefined when there is no whole state of PowerSchool to provision from
 * @throws HallpassError the first failure: Graph or the store could not be worked with
 */
export async function takeTurn(context: TurnContext, memory?: TenantState): Promise<Turn | undefined> {
  const { store, tenantId, clock } = context;
  const { timeZone, basis } = await store.withTenant(tenantId, async (scope) => {
    return { timeZone: await districtTimeZone(scope), basis: await readBasis(scope) };
  });
  const dateIn = calendarOf(timeZone);
  const today = dateIn(clock.now(), 0);
  const mayWrite = () => blackoutOn(dateIn(clock.now(), 0), basis.blackouts) === undefined;
  const progress = { step: 'beginning' };
  const found = await lookAround(context, memory, today, progress).catch(async (error: unknown) => {
    context.signal.throwIfAborted();
    for (const name of context.due) await noteFailed(context, name, error, progress.step);
    if (context.isAsked) await failRequests(context, error, progress.step);
    throw error;
  });
  if (found === undefined) return undefined;
  const { state, creations } = found;
  const enabled = context.due.filter((name) => state.profiles.get(name)?.profile.state === 'enabled');
  const news = new News(context.wakes, basis, enabled);
  const { isAsked } = context;
  const runs = new Runs(context, { tenant: state, today, news, mayWrite, basis, isAsked });
  runs.lookUp(creations);
  const failures: unknown[] = [];
  const failed = async (name: string, error: unknown, step: string) => {
    context.signal.throwIfAborted();
    failures.push(error);
    await noteFailed(context, name, error, step);
  };
  for (const name of context.due) {
    const profile = state.profiles.get(name);
    if (profile === undefined) continue;
    if (
      profile.profile.state === 'enabled' &&
      !(await mayWriteTo(context, (error) => failed(name, error, 'signing in')))
    )
      continue;
    await runs.begin(profile).catch((error) => failed(name, error, 'planning'));
  }
  await runs.work();
  for (const [name, error] of runs.failures()) await failed(name, error, 'carrying out the plan');
  if (failures.length > 0) throw failures[0];
  if (news.replacedBy === undefined && context.due.length > 0) await followActivation(context, state);
  const reports = runs.reports();
  const isCurrent = writes(reports) < manyWrites || (await readOwnChanges(context, state));
  return { reports, memory: isCurrent ? state : undefined, dueAt: runs.dueAt };
}

/** Whether the tenant has consented to more than reading, which is enough for a preview. */
async function mayWriteTo({ client }: TurnContext, refused: (error: unknown) => Promise<void>): Promise<boolean> {
  return await client.needWrite().then(
    () => true,
    async (error: unknown) => {
      await refused(error);
      return false;
    },
  );
}

/** So many that the directory's changes of the turn itself would keep the next edit waiting. */
const manyWrites = 1000;

function writes(reports: ReadonlyMap<string, RunReport>): number {
  return [...reports.values()].reduce((sum, { done }) => sum + done, 0);
}

/**
 * Takes in what the directory says of the accounts that the turn has written, a hundred thousand after a first sync. What cannot be read
 * now is read by the next turn.
 *
 * @returns whether what is known of the tenant is still true
 */
async function readOwnChanges(context: TurnContext, state: TenantState): Promise<boolean> {
  try {
    const news = await refreshDirectory(context);
    takeDirectoryNews(state, news);
    return !news.hasForgotten;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof HallpassError) || !error.code.startsWith('GRAPH_')) throw error;
    context.log.warn({ event: 'directory.unread', code: error.code }, `accounts could not be read: ${error.message}`);
    return true;
  }
}

/** What is known of the tenant once the directory has been read. */
async function lookAround(
  context: TurnContext,
  memory: TenantState | undefined,
  today: string,
  progress: { step: string },
): Promise<{ state: TenantState; creations: OpenCreation[] } | undefined> {
  const isRestart = await context.store.withTenant(context.tenantId, async (scope) => {
    // No other turn of the tenant is under way: they belong to a process that was killed.
    await endOpenRuns(scope, 'failed', timestamp(context.clock));
    return await beginRestart(scope);
  });
  progress.step = 'signing in';
  if (isRestart || memory === undefined || wasDenied(memory)) await context.client.signInAgain();
  progress.step = 'reading the accounts in Microsoft 365';
  const news = await refreshDirectory(context);
  logOlder(context, news);
  progress.step = 'looking for existing objects';
  const wasRead = await readExisting(context, memory?.adoption.conflicts.size ?? 0);
  const intents = await context.store.withTenant(context.tenantId, (scope) =>
    takeIntents(scope, timestamp(context.clock)),
  );
  progress.step = 'reading the roster';
  const isOutOfDate = intents.hasOthers || wasRead || isRestart || news.hasForgotten;
  const state = await currentState(context, isOutOfDate ? undefined : memory, news);
  if (state === undefined) return undefined;
  state.isEverythingRead = wasRead;
  // Who is where was read just now, for what is taken over. A restart is asked for to have it compared.
  if (wasRead && !isRestart && memory === undefined) state.driftAt = context.clock.now();
  progress.step = 'comparing with Microsoft 365';
  await followChanges(context, state, today);
  return { state, creations: intents.creations };
}

function logOlder({ log }: TurnContext, { hasForgotten }: DirectoryNews): void {
  if (!hasForgotten) return;
  log.warn(
    { event: 'state.older' },
    `accounts have stamps that this database does not know, so the database is older than the relay's last writes. The journal since then is lost, and perhaps first passwords: see "passwords list"`,
  );
}

/** Notices who and what is gone from PowerSchool, and what people changed in Microsoft 365. */
async function followChanges(context: TurnContext, state: TenantState, today: string): Promise<void> {
  await followDepartures(context, state, today);
  await readClassNames(context, state);
  await followDrift(context, state, today);
}

/** Whether Graph refused something that a permission granted since may allow: the token at hand would not have it for an hour. */
function wasDenied({ profiles }: TenantState): boolean {
  const codes = ['GRAPH_DENIED', 'PermissionMissing', 'DriftUnreadable'];
  return [...profiles.values()].some((profile) => knownProblems(profile).some(({ code }) => codes.includes(code)));
}

/** Writes down why the run of a profile failed, and quarantines it when that happens again and again. */
async function noteFailed(context: TurnContext, name: string, error: unknown, step: string): Promise<void> {
  const { store, tenantId, clock, profiles } = context;
  const profile = profiles.find((one) => one.name === name);
  if (profile === undefined) return;
  const now = timestamp(clock);
  const quarantine = await store.withTenant(tenantId, async (scope) => {
    const known = toHallpassError(error);
    const isSignIn = known.code === 'GRAPH_SIGN_IN_REFUSED' || known.code === 'GRAPH_CONSENT_MISSING';
    const { code, message, action } = known;
    await noteFailure(scope, name, { code, message, action, step: isSignIn ? 'signing in' : step }, now);
    return profile.state === 'enabled' ? await judgeProfile(scope, profile, now) : undefined;
  });
  logQuarantine(context, quarantine);
}

function loadState({ store, tenantId, profiles }: TurnContext): Promise<TenantState | undefined> {
  return store.readTenant(tenantId, (scope) => loadTenantState(scope, profiles));
}

async function currentState(
  context: TurnContext,
  memory: TenantState | undefined,
  news: DirectoryNews,
): Promise<TenantState | undefined> {
  const { store, tenantId, profiles } = context;
  if (memory === undefined || !isAboutThese(memory, profiles)) return loadState(context);
  takeDirectoryNews(memory, news);
  return await store.readTenant(tenantId, async (scope) => {
    const { linksEditedAt } = await readDirectoryState(scope);
    const isExemptOther = !isDeepStrictEqual(await readExempt(scope), memory.exempt.list);
    if (linksEditedAt !== memory.linksEditedAt || isExemptOther) return await loadTenantState(scope, profiles);
    await refreshRoster(scope, memory);
    return memory;
  });
}

function isAboutThese({ profiles }: TenantState, now: readonly Profile[]): boolean {
  return isDeepStrictEqual(
    [...profiles.values()].map(({ profile }) => profile),
    now,
  );
}
