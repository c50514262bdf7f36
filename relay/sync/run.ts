/** One run for one tenant: read, identify, decide, act. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import { peopleOf } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import { desiredState, type Roster } from '../plan/desired.ts';
import { countOperations, makePlan } from '../plan/plan.ts';
import type { Profile } from '../profile.ts';
import { readRecords } from '../roster/mirror.ts';
import { readApplied } from '../store/applied.ts';
import { readDirectory } from '../store/directory-mirror.ts';
import { beginRun, finishRun } from '../store/journal.ts';
import { addLinks, readLinks } from '../store/links.ts';
import { replaceProblems } from '../store/problems.ts';
import type { Store, TenantScope } from '../store/store.ts';
import { resolveAccounts } from './accounts.ts';
import { type ApplyResult, applyPlan } from './apply.ts';
import { adoptExisting, refreshDirectory, settleIntents } from './directory-step.ts';

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

/** @throws HallpassError when Graph or the store cannot be worked with; the next run begins where this one ended. */
export async function runOnce(context: RunContext): Promise<RunReport> {
  const { store, tenantId, profile, log } = context;
  await refreshDirectory(context);
  await adoptExisting(context, profile);
  await settleIntents(context);

  const { roster, links, directory, applied } = await store.withTenant(tenantId, readWorld);
  const people = peopleOf(roster.student.filter(inScope(profile)), roster.teacher.filter(inScope(profile)));
  const { accounts, newLinks, problems } = resolveAccounts(people, links, directory, profile);
  await store.withTenant(tenantId, (scope) => addLinks(scope, newLinks, isoNow(context.clock)));

  const desired = desiredState(roster, people, accounts, profile, today(context.clock));
  const plan = makePlan(desired, applied);
  const planned = countOperations(plan);
  const total = plan.flat().length;
  log.info({ event: 'run.planned', planned, total }, `planned ${total} operations`);

  const runId = await store.withTenant(tenantId, (scope) => beginRun(scope, planned, isoNow(context.clock)));
  const progress = progressLog(context);
  const result = await applyPlan(plan, {
    ...context,
    runId,
    applied,
    accounts: new Map(accounts.linked),
    onProgress: progress,
  });
  return finish(context, runId, result, [...problems, ...desired.problems]);
}

async function finish(context: RunContext, runId: string, result: ApplyResult, open: Problem[]): Promise<RunReport> {
  const problems = [...open, ...result.problems];
  const state = problems.length === 0 ? 'success' : 'errors';
  const { done, failed } = result;
  await context.store.withTenant(context.tenantId, async (scope) => {
    await replaceProblems(scope, problems, isoNow(context.clock));
    await finishRun(scope, runId, { state, done, failed }, isoNow(context.clock));
  });
  return { state, done, failed, problems: problems.length };
}

/** Everything a decision is made from, in one transaction: one consistent moment. */
async function readWorld(scope: TenantScope) {
  const roster: Roster = {
    school: await readRecords(scope, 'school'),
    term: await readRecords(scope, 'term'),
    section: await readRecords(scope, 'section'),
    student: await readRecords(scope, 'student'),
    teacher: await readRecords(scope, 'teacher'),
    studentEnrollment: await readRecords(scope, 'studentEnrollment'),
    teacherRoster: await readRecords(scope, 'teacherRoster'),
  };
  const links = await readLinks(scope);
  return { roster, links, directory: await readDirectory(scope), applied: await readApplied(scope) };
}

function inScope(profile: Profile) {
  return (record: { schoolId: string }) => profile.schools === 'all' || profile.schools.includes(record.schoolId);
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

function today(clock: Clock): string {
  const now = new Date(clock.now());
  const part = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${part(now.getMonth() + 1)}-${part(now.getDate())}`;
}

function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
