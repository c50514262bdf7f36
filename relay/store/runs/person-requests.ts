/** Requests to provision one person at once. One that is open is taken up by the next turn, also after a kill. */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { asPersonKey, type PersonKey } from '../../model/person-key.ts';
import { type PersonTrace, personTrace, type RequestOutcome, requestOutcomes } from '../../model/person-trace.ts';
import type { Database } from '../engine/schema.ts';
import { oneOf, readJson, readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** Somebody waits for it: after an hour, they have forgotten it, and it is not carried out anymore. Milliseconds. */
export const requestLifeMs = 3_600_000;

export interface PersonRequest {
  id: string;
  person: PersonKey;
  /** ISO 8601. */
  askedAt: string;
  askedBy: string;
  /** The run that carries it out; null before it, and where nothing is written. */
  runId: string | null;
  /** Null before a relay has looked. */
  trace: PersonTrace | null;
  /** Null while it is open. */
  outcome: RequestOutcome | null;
  finishedAt: string | null;
}

/** @returns the new request, or the open one of the same person */
export async function askFor(
  scope: TenantScope,
  { person, askedAt, askedBy }: Pick<PersonRequest, 'person' | 'askedAt' | 'askedBy'>,
): Promise<{ id: string; isNew: boolean }> {
  const { db, tenantId } = scope;
  const open = (await openRequests(scope)).find((one) => one.person === person);
  if (open !== undefined) return { id: open.id, isNew: false };
  const id = randomUUID();
  const { last } = await db
    .selectFrom('person_request')
    .select(({ fn }) => fn.max('asked_at').as('last'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  // Requests of the same moment, or of a clock that was set back, keep their order.
  const after = last === null ? '' : new Date(Date.parse(last) + 1).toISOString();
  const at = askedAt > after ? askedAt : after;
  const rest = { run_id: null, trace: null, outcome: null, finished_at: null };
  await db
    .insertInto('person_request')
    .values({ tenant_id: tenantId, id, person, asked_at: at, asked_by: askedBy, ...rest })
    .execute();
  return { id, isNew: true };
}

/** The oldest first. */
export async function openRequests({ db, tenantId }: TenantScope): Promise<PersonRequest[]> {
  const rows = await db
    .selectFrom('person_request')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('outcome', 'is', null)
    .orderBy('asked_at')
    .orderBy('id')
    .execute();
  return rows.map(asRequest);
}

/** Undefined for one that does not exist, or was deleted with the journal. */
export async function findRequest({ db, tenantId }: TenantScope, id: string): Promise<PersonRequest | undefined> {
  const row = await db
    .selectFrom('person_request')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && asRequest(row);
}

/** It was decided. @param runId null where nothing is written */
export async function noteTrace(
  { db, tenantId }: TenantScope,
  id: string,
  { trace, runId }: { trace: PersonTrace; runId: string | null },
): Promise<void> {
  await db
    .updateTable('person_request')
    .set({ trace: JSON.stringify(trace), run_id: runId })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

export async function endRequest(
  { db, tenantId }: TenantScope,
  id: string,
  outcome: RequestOutcome,
  now: string,
): Promise<void> {
  await db
    .updateTable('person_request')
    .set({ outcome, finished_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
}

/** Those that were asked for before a time. @param before ISO 8601 */
export async function expireRequests({ db, tenantId }: TenantScope, before: string, now: string): Promise<void> {
  await db
    .updateTable('person_request')
    .set({ outcome: 'expired', finished_at: now })
    .where('tenant_id', '=', tenantId)
    .where('outcome', 'is', null)
    .where('asked_at', '<', before)
    .execute();
}

/** Goes with the journal: a trace has values of a person. @param before ISO 8601 */
export async function pruneRequests({ db, tenantId }: TenantScope, before: string): Promise<void> {
  await db
    .deleteFrom('person_request')
    .where('tenant_id', '=', tenantId)
    .where('asked_at', '<', before)
    .where('outcome', 'is not', null)
    .execute();
}

function asRequest(row: Selectable<Database['person_request']>): PersonRequest {
  const { id } = row;
  return {
    id,
    person: readKey(asPersonKey, row.person, 'person_request', id),
    askedAt: row.asked_at,
    askedBy: row.asked_by,
    runId: row.run_id,
    trace: row.trace === null ? null : readJson(personTrace, row.trace, 'person_request', id),
    outcome: row.outcome === null ? null : readKey(oneOf(requestOutcomes), row.outcome, 'person_request', id),
    finishedAt: row.finished_at,
  };
}
