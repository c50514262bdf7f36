/** The journal: every run, every operation with its reason and outcome, and creations whose answer is still missing. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Body } from '../../model/body.ts';
import { asOperationKey, asSchoolId, type ObjectKey, type OperationKey, type SchoolId } from '../../model/keys.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import { operationKinds } from '../../operations/registry.ts';
import { slices } from '../engine/slices.ts';
import { oneOf, readJson, readKey, storedObject } from '../engine/stored-json.ts';
import { nextNumber } from '../sequence.ts';
import type { TenantScope } from '../store.ts';
import { addRunCounts } from './run-counts.ts';
import { forgetWaiting, forgetWaitingOfOpenRuns } from './waiting.ts';

export interface JournalEntry {
  id: string;
  runId: string;
  kind: OperationKind;
  key: string;
  reason: string;
  before: Body | undefined;
  after: unknown;
  state: 'intent' | 'done' | 'failed' | 'unknown';
  /** @property requestId Graph's id of the request that was refused */
  error?: { code: string; message: string; requestId?: string | undefined };
  /** The school in which it counts for the guard, where nobody approved it. */
  passedIn?: SchoolId;
}

/** Writes journal entries; an existing entry (the intent) gets the outcome. */
export async function writeJournal(scope: TenantScope, journal: readonly JournalEntry[], now: string): Promise<void> {
  if (journal.length === 0) return;
  const first = await nextNumber(scope, 'operation');
  const rows = journal.map((entry, index) => ({
    tenant_id: scope.tenantId,
    id: entry.id,
    seq: first + index,
    run_id: entry.runId,
    kind: entry.kind,
    key: entry.key,
    reason: entry.reason,
    before: entry.before === undefined ? null : JSON.stringify(entry.before),
    after: entry.after === undefined ? null : JSON.stringify(entry.after),
    state: entry.state,
    error_code: entry.error?.code ?? null,
    error_message: entry.error?.message ?? null,
    at: now,
    passed_in: entry.passedIn ?? null,
    request_id: entry.error?.requestId ?? null,
  }));
  for (const part of slices(rows)) {
    await scope.db
      .insertInto('operation')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          state: eb.ref('excluded.state'),
          after: eb.fn.coalesce('excluded.after', 'operation.after'),
          error_code: eb.ref('excluded.error_code'),
          error_message: eb.ref('excluded.error_message'),
          request_id: eb.ref('excluded.request_id'),
          at: eb.ref('excluded.at'),
        })),
      )
      .execute();
  }
  await addRunCounts(scope, journal);
}

export interface Intent {
  id: string;
  kind: OperationKind;
  key: OperationKey;
  /** The planned body of a creation or values of an update; the person keys of a relation. */
  after: unknown;
  passedIn: SchoolId | undefined;
}

/** Values of an object, or keys of people. */
export const storedValues = z.union([storedObject, z.array(z.string())]);

/** Operations of an earlier run or process whose answer never came. */
export async function readIntents(scope: TenantScope): Promise<Intent[]> {
  const rows = await scope.db
    .selectFrom('operation')
    .select(['id', 'kind', 'key', 'after', 'passed_in'])
    .where('tenant_id', '=', scope.tenantId)
    .where('state', '=', 'intent')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: readKey(oneOf(operationKinds), row.kind, 'operation', row.id),
    key: readKey(asOperationKey, row.key, 'operation', row.id),
    after: row.after === null ? undefined : readJson(storedValues, row.after, 'operation', row.id),
    passedIn: row.passed_in === null ? undefined : readKey(asSchoolId, row.passed_in, 'operation', row.id),
  }));
}

/** The outcome of an intent is unknown, or it did not happen: it is planned again. */
export async function giveUpIntent(scope: TenantScope, id: string): Promise<void> {
  await scope.db
    .updateTable('operation')
    .set({ state: 'unknown' })
    .where('tenant_id', '=', scope.tenantId)
    .where('id', '=', id)
    .execute();
}

/**
 * Closes interrupted runs, with what they had done so far.
 *
 * @param profile whose own run it is; undefined for all runs, those for one person included
 */
export async function endOpenRuns(
  { db, tenantId }: TenantScope,
  state: 'failed' | 'paused' | 'cancelled',
  now: string,
  profile?: string,
): Promise<void> {
  await forgetWaitingOfOpenRuns({ db, tenantId }, profile);
  await db
    .updateTable('run')
    .set(({ selectFrom }) => {
      const count = (outcome: 'done' | 'failed') =>
        selectFrom('operation')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('operation.tenant_id', '=', tenantId)
          .whereRef('operation.run_id', '=', 'run.id')
          .where('operation.state', '=', outcome)
          .$asScalar()
          .$notNull();
      return { state, finished_at: now, done: count('done'), failed: count('failed') };
    })
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'running')
    .$if(profile !== undefined, (query) => query.where('profile', '=', profile ?? '').where('person', 'is', null))
    .execute();
}

/** Code and sentence of the error catalog. */
export interface RunFailure {
  code: string;
  message: string;
  action?: string;
  /** What it was doing, as in "while {step}". */
  step?: string;
}

/** Records why the newest run of a profile failed, or adds a run that failed before planning. */
export async function noteFailure(
  scope: TenantScope,
  profile: string,
  { code, message, action = '', step = '' }: RunFailure,
  now: string,
): Promise<void> {
  const error = { error_code: code, error_message: message, error_action: action || null, error_step: step || null };
  const open = await scope.db
    .selectFrom('run')
    .select('id')
    .where('tenant_id', '=', scope.tenantId)
    .where('profile', '=', profile)
    .where('person', 'is', null)
    .where('state', '=', 'running')
    .executeTakeFirst();
  const id = open?.id ?? (await beginRun(scope, profile, {}, now));
  await endOpenRuns(scope, 'failed', now, profile);
  await scope.db.updateTable('run').set(error).where('tenant_id', '=', scope.tenantId).where('id', '=', id).execute();
}

/** A run for one person ended before its time. */
export async function endRunFor(
  { db, tenantId }: TenantScope,
  id: string,
  { code, message, action = '', step = '' }: RunFailure,
  now: string,
): Promise<void> {
  const error = { error_code: code, error_message: message, error_action: action || null, error_step: step || null };
  await db
    .updateTable('run')
    .set({ state: 'failed', finished_at: now, ...error })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

/** Opens a run; another open run of the profile belongs to a killed process. Returns the run's id. */
export async function beginRun(scope: TenantScope, profile: string, planned: object, now: string): Promise<string> {
  await endOpenRuns(scope, 'failed', now, profile);
  await forgetWaiting(scope, profile);
  return await insertRun(scope, { profile, person: null, planned, now });
}

/** Opens a run for one person beside those of profiles. Returns the run's id. */
export async function beginRunFor(
  scope: TenantScope,
  { profile, person, planned, now }: { profile: string; person: PersonKey; planned: object; now: string },
): Promise<string> {
  return await insertRun(scope, { profile, person, planned, now });
}

async function insertRun(
  scope: TenantScope,
  { profile, person, planned, now }: { profile: string; person: PersonKey | null; planned: object; now: string },
): Promise<string> {
  const id = randomUUID();
  const row = {
    tenant_id: scope.tenantId,
    id,
    seq: await nextNumber(scope, 'run'),
    profile,
    person,
    started_at: now,
    finished_at: null,
    done: 0,
    failed: 0,
    held: 0,
    problems: 0,
    error_code: null,
    error_message: null,
  };
  await scope.db
    .insertInto('run')
    .values({ ...row, state: 'running', planned: JSON.stringify(planned) })
    .execute();
  return id;
}

/** A run got more operations. @param planned all operations, by kind */
export async function notePlanned({ db, tenantId }: TenantScope, id: string, planned: object): Promise<void> {
  const row = { planned: JSON.stringify(planned) };
  await db.updateTable('run').set(row).where('tenant_id', '=', tenantId).where('id', '=', id).execute();
}

export async function finishRun(
  scope: TenantScope,
  id: string,
  {
    state,
    done,
    failed,
    held,
    waiting = 0,
    problems,
  }: {
    state: 'success' | 'errors' | 'preview' | 'replaced';
    done: number;
    failed: number;
    held: number;
    waiting?: number;
    problems: number;
  },
  now: string,
): Promise<void> {
  await scope.db
    .updateTable('run')
    .set({ state, done, failed, held, waiting, problems, finished_at: now })
    .where('tenant_id', '=', scope.tenantId)
    .where('id', '=', id)
    .execute();
}

export interface RunSummary {
  profile: string;
  startedAt: string;
  finishedAt: string | null;
  state: string;
  done: number;
  failed: number;
  held: number;
}

/** The newest run of a profile, or of any, apart from those for one person; undefined before the first. */
export async function lastRun(scope: TenantScope, profile?: string): Promise<RunSummary | undefined> {
  const row = await scope.db
    .selectFrom('run')
    .select(['profile', 'started_at', 'finished_at', 'state', 'done', 'failed', 'held'])
    .where('tenant_id', '=', scope.tenantId)
    .where('person', 'is', null)
    .$if(profile !== undefined, (query) => query.where('profile', '=', profile ?? ''))
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (
    row && {
      profile: row.profile,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      state: row.state,
      done: row.done,
      failed: row.failed,
      held: row.held,
    }
  );
}

export interface PastOperation {
  kind: string;
  state: string;
  at: string;
  reason: string;
  /** Person keys that the operation was about. */
  people: string[];
  error: string | undefined;
}

/** Past operations on one object, newest first. */
export async function operationsOn(scope: TenantScope, key: ObjectKey): Promise<PastOperation[]> {
  const rows = await scope.db
    .selectFrom('operation')
    .select(['id', 'kind', 'state', 'at', 'reason', 'after', 'error_code', 'error_message'])
    .where('tenant_id', '=', scope.tenantId)
    .where('key', '=', key)
    .orderBy('seq', 'desc')
    .execute();
  return rows.map(({ id, kind, state, at, reason, after, error_code: code, error_message: message }) => {
    const value: unknown = after === null ? [] : readJson(storedValues, after, 'operation', id);
    const people = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    return { kind, state, at, reason, people, error: code === null ? undefined : `${code}: ${message ?? ''}` };
  });
}
