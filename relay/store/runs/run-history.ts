/** Reads the journal: what every run did, operation by operation, for as long as it is kept. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { asOperationKey, type OperationKey } from '../../model/keys.ts';
import { readJson, readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';
import { storedValues } from './journal.ts';
import { pruneRunCounts } from './run-counts.ts';

/** Number of operations by kind. */
const storedPlan = z.record(z.string(), z.number());

export interface PastRun {
  /** The number of the run, which grows with every run of the tenant. */
  number: number;
  id: string;
  profile: string;
  /** Key of the only person that it was for; null for a run of the profile as a whole. */
  person: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Null while it is in progress. */
  finishedAt: string | null;
  state: string;
  /** Operations by kind. */
  planned: Record<string, number>;
  done: number;
  failed: number;
  held: number;
  /** Operations left undone because they wait, or need something that is missing. */
  waiting: number;
  problems: number;
  error: RunError | null;
}

export interface RunError {
  code: string;
  message: string;
  /** What the run was doing; null if unknown. */
  step: string | null;
  action: string | null;
}

/**
 * Newest first. @param wanted `profile`: only of this profile; `whole`: without those for one person; `before`: older than this
 *   number; `limit`: maximum number
 */
export async function listRuns(
  scope: TenantScope,
  {
    profile,
    whole = false,
    before,
    limit,
  }: { profile?: string | undefined; whole?: boolean; before?: number | undefined; limit: number },
): Promise<PastRun[]> {
  const rows = await runs(scope)
    .$if(profile !== undefined, (query) => query.where('profile', '=', profile ?? ''))
    .$if(whole, (query) => query.where('person', 'is', null))
    .$if(before !== undefined, (query) => query.where('seq', '<', before ?? 0))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(asRun);
}

/** @param name its number or its id @throws HallpassError RUN_UNKNOWN */
export async function findRun(scope: TenantScope, name: string): Promise<PastRun> {
  const number = /^\d{1,15}$/.test(name) ? Number(name) : -1;
  const row = await runs(scope)
    .where((where) => where.or([where('id', '=', name), where('seq', '=', number)]))
    .executeTakeFirst();
  if (row === undefined) throw fail('RUN_UNKNOWN', { run: name });
  return asRun(row);
}

export interface JournaledOperation {
  /** Its position in the district's journal. */
  seq: number;
  /** When it was answered, or else announced, ISO 8601. */
  at: string;
  kind: string;
  key: OperationKey;
  /** `intent` if there is no answer yet, `unknown` if it never came and the operation was planned again. */
  state: string;
  reason: string;
  before: unknown;
  after: unknown;
  /** @property requestId Graph's id of the request that was refused; null if Graph refused none */
  error: { code: string; message: string; requestId: string | null } | null;
}

export interface OperationFilter {
  /** Only operations that did not succeed. */
  failed?: boolean;
  /** Only operations of this kind. */
  kind?: string | undefined;
  /** Maximum number after skipping `offset`; by default, everything. */
  limit?: number;
  offset?: number;
  /** Only operations after this position. */
  after?: number | undefined;
}

/** The operations of a run, in the order in which they were sent. */
export async function operationsOf(
  { db, tenantId }: TenantScope,
  runId: string,
  { failed = false, kind, limit = -1, offset = 0, after }: OperationFilter = {},
): Promise<JournaledOperation[]> {
  const rows = await db
    .selectFrom('operation')
    .select(['seq', 'id', 'at', 'kind', 'key', 'state', 'reason', 'before', 'after'])
    .select(['error_code', 'error_message', 'request_id'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .$if(failed, (query) => query.where('state', '!=', 'done'))
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
    .$if(after !== undefined, (query) => query.where('seq', '>', after ?? 0))
    .orderBy('seq')
    .$if(limit >= 0, (query) => query.limit(limit).offset(offset))
    .execute();
  return rows.map(({ id, key, before, after, error_code: code, error_message, request_id: requestId, ...rest }) => ({
    ...rest,
    key: readKey(asOperationKey, key, 'operation', id),
    before: before === null ? null : readJson(storedValues, before, 'operation', id),
    after: after === null ? null : readJson(storedValues, after, 'operation', id),
    error: code === null ? null : { code, message: error_message ?? '', requestId },
  }));
}

/** Operations deleted in one transaction: about 10 ms, so nothing else waits longer. */
const pruneBatch = 1000;

/**
 * Deletes runs that began before a time, with their operations. Unanswered operations stay, and so does the newest run of
 * each profile: no later decision depends on the rest.
 *
 * @param before ISO 8601
 * @returns whether there is more to delete
 */
export async function pruneJournal({ db, tenantId }: TenantScope, before: string): Promise<boolean> {
  const old = db
    .selectFrom('run')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('started_at', '<', before)
    .where('state', '!=', 'running')
    .where('seq', 'not in', ({ selectFrom }) =>
      selectFrom('run as newest')
        .select(({ fn }) => fn.max('newest.seq').as('seq'))
        .where('newest.tenant_id', '=', tenantId)
        .where('newest.person', 'is', null)
        .groupBy('newest.profile'),
    );
  const operations = await db
    .selectFrom('operation')
    .select('seq')
    .where('tenant_id', '=', tenantId)
    .where('run_id', 'in', old)
    .where('state', '!=', 'intent')
    .orderBy('seq')
    .limit(pruneBatch)
    .execute();
  const last = operations.at(-1);
  if (last !== undefined) {
    await db
      .deleteFrom('operation')
      .where('tenant_id', '=', tenantId)
      .where('run_id', 'in', old)
      .where('state', '!=', 'intent')
      .where('seq', '<=', last.seq)
      .execute();
  }
  if (operations.length === pruneBatch) return true;
  await db
    .deleteFrom('run')
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', old)
    .where('id', 'not in', ({ selectFrom }) =>
      selectFrom('operation')
        .select('run_id')
        .where('operation.tenant_id', '=', tenantId)
        .where('state', '=', 'intent'),
    )
    .execute();
  await pruneRunCounts({ db, tenantId });
  return false;
}

function runs({ db, tenantId }: TenantScope) {
  return db
    .selectFrom('run')
    .select([
      'seq',
      'id',
      'profile',
      'person',
      'started_at',
      'finished_at',
      'state',
      'planned',
      'done',
      'failed',
      'held',
      'waiting',
      'problems',
    ])
    .select(['error_code', 'error_message', 'error_step', 'error_action'])
    .where('tenant_id', '=', tenantId);
}

type RunRow = Awaited<ReturnType<ReturnType<typeof runs>['executeTakeFirstOrThrow']>>;

function asRun(row: RunRow): PastRun {
  const { seq: number, id, profile, person, state, done, failed, held, waiting, problems, error_code: code } = row;
  return {
    number,
    id,
    profile,
    person,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    state,
    planned: readJson(storedPlan, row.planned, 'run', id),
    done,
    failed,
    held,
    waiting,
    problems,
    error:
      code === null ? null : { code, message: row.error_message ?? '', step: row.error_step, action: row.error_action },
  };
}
