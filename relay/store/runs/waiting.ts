/** Waiting operations and the progress of a turn, available at any time, also after a kill. */
import { z } from 'zod';
import { asOperationKey } from '../../model/keys.ts';
import { asMemberKey } from '../../model/person-key.ts';
import { doubts, type TurnProgress, type WaitingOperation, type WaitReason, waitStates } from '../../model/waiting.ts';
import { operationKinds } from '../../operations/registry.ts';
import { slices } from '../engine/slices.ts';
import { oneOf, readJson, readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** Maximum number of listed operations: nobody reads through more. */
export const mostNamed = 1000;

export interface NumberedWaiting extends WaitingOperation {
  /** Unique in its run. */
  number: number;
}

export interface StoredWaiting extends WaitingOperation {
  profile: string;
  runId: string;
}

/** Replaces the waiting operations of a run. */
export async function replaceWaiting(
  { db, tenantId }: TenantScope,
  { runId, profile }: { runId: string; profile: string },
  waiting: readonly NumberedWaiting[],
): Promise<void> {
  await db.deleteFrom('waiting_operation').where('tenant_id', '=', tenantId).where('run_id', '=', runId).execute();
  const rows = waiting.map(({ number, kind, key, people, brings = null, reason }) => ({
    ...{ tenant_id: tenantId, run_id: runId, number, profile, kind, key, brings },
    people: JSON.stringify(people),
    reason: reason.for,
    thing: 'thing' in reason ? reason.thing : null,
    detail: detailOf(reason),
    until: 'until' in reason ? reason.until : null,
  }));
  for (const part of slices(rows)) await db.insertInto('waiting_operation').values(part).execute();
}

function detailOf(reason: WaitReason): string | null {
  switch (reason.for) {
    case 'look':
      return reason.doubt;
    case 'retry':
      return reason.code;
    case 'hold':
      return reason.hold;
    case 'need':
    case 'missing':
    case 'team':
      return null;
  }
}

/** Removes these operations, and those that waited for these things. */
export async function endWaiting(
  { db, tenantId }: TenantScope,
  runId: string,
  numbers: readonly number[],
  things: readonly string[],
): Promise<void> {
  if (numbers.length > 0) {
    await db
      .deleteFrom('waiting_operation')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .where('number', 'in', numbers)
      .execute();
  }
  if (things.length === 0) return;
  await db.deleteFrom('waiting_operation').where('tenant_id', '=', tenantId).where('thing', 'in', things).execute();
}

/** For a new run of the profile, which plans everything again, or a removed profile. */
export async function forgetWaiting({ db, tenantId }: TenantScope, profile: string): Promise<void> {
  await db.deleteFrom('waiting_operation').where('tenant_id', '=', tenantId).where('profile', '=', profile).execute();
}

/** Removes what interrupted runs recorded, which may be outdated. @param profile undefined for every profile */
export async function forgetWaitingOfOpenRuns({ db, tenantId }: TenantScope, profile?: string): Promise<void> {
  await db
    .deleteFrom('waiting_operation')
    .where('tenant_id', '=', tenantId)
    .where('run_id', 'in', ({ selectFrom }) =>
      selectFrom('run')
        .select('id')
        .where('run.tenant_id', '=', tenantId)
        .where('run.state', '=', 'running')
        .$if(profile !== undefined, (query) =>
          query.where('run.profile', '=', profile ?? '').where('run.person', 'is', null),
        ),
    )
    .execute();
  if (profile !== undefined) return;
  await db.deleteFrom('waiting_operation').where('tenant_id', '=', tenantId).where('run_id', '=', '').execute();
  await db.deleteFrom('turn_progress').where('tenant_id', '=', tenantId).execute();
}

/** In the order of planning. @param runId undefined for all runs */
export async function readWaiting({ db, tenantId }: TenantScope, runId?: string): Promise<StoredWaiting[]> {
  const rows = await db
    .selectFrom('waiting_operation')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(runId !== undefined, (query) => query.where('run_id', '=', runId ?? ''))
    .orderBy('run_id')
    .orderBy('number')
    .execute();
  return rows.map(({ run_id: runId, number, profile, people, ...row }) => {
    const id = `${runId} ${number}`;
    return {
      ...{ runId, profile, brings: row.brings ?? undefined },
      kind: readKey(oneOf(operationKinds), row.kind, 'waiting_operation', id),
      key: readKey(asOperationKey, row.key, 'waiting_operation', id),
      people: readJson(z.array(z.string()), people, 'waiting_operation', id).map((one) =>
        readKey(asMemberKey, one, 'waiting_operation', id),
      ),
      reason: reasonOf(row, id),
    };
  });
}

function reasonOf(
  {
    reason,
    thing,
    detail,
    until,
  }: { reason: WaitReason['for']; thing: string | null; detail: string | null; until: string | null },
  id: string,
): WaitReason {
  switch (reason) {
    case 'need':
    case 'missing':
      return { for: reason, thing: thing ?? '' };
    case 'look':
      return {
        for: reason,
        doubt: readKey(oneOf(doubts), detail ?? '', 'waiting_operation', id),
        until: until ?? '',
      };
    case 'team':
      return { for: reason, until: until ?? '' };
    case 'retry':
      return { for: reason, code: detail ?? '', until: until ?? '' };
    case 'hold':
      return { for: reason, hold: detail ?? '' };
  }
}

const storedCounts = z.record(z.enum(waitStates), z.int());

export async function noteProgress({ db, tenantId }: TenantScope, progress: TurnProgress): Promise<void> {
  const { at, waiting, perMinute = null } = progress;
  const row = { at, waiting: JSON.stringify(waiting), per_minute: perMinute };
  await db
    .insertInto('turn_progress')
    .values({ tenant_id: tenantId, ...row })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
    .execute();
}

/** The turn is over. */
export async function endProgress({ db, tenantId }: TenantScope): Promise<void> {
  await db.deleteFrom('turn_progress').where('tenant_id', '=', tenantId).execute();
}

/** Undefined if no turn is in progress. */
export async function readProgress({ db, tenantId }: TenantScope): Promise<TurnProgress | undefined> {
  const row = await db.selectFrom('turn_progress').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst();
  if (row === undefined) return undefined;
  const waiting = readJson(storedCounts, row.waiting, 'turn_progress', row.at);
  return { at: row.at, waiting, perMinute: row.per_minute ?? undefined };
}
