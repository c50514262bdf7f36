/** The audit log: who changed what in a tenant. Rows are added and read; the database refuses anything else. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readJson, storedObject } from '../engine/stored-json.ts';
import { nextNumber } from '../sequence.ts';
import type { TenantScope } from '../store.ts';

/**
 * Whose log the relay's own is: what was done to no single district, or to one that is gone. No district has this id, which is no UUID.
 */
export const ofTheRelay = 'relay';

export interface AuditEntry {
  /** ISO 8601, UTC. */
  at: string;
  who: string;
  /** `hold.approved`, `profile.enabled` … */
  action: string;
  detail: object;
  /** What they want to be remembered besides. */
  note: string | null;
  /** What `who` was, and by which right; null of entries that earlier versions made. */
  actor: AuditedActor | null;
}

export interface AuditedActor {
  kind: string;
  /** Of a token. */
  id?: string;
  role: string;
}

const storedActor: z.ZodType<AuditedActor | null> = z
  .object({ kind: z.string(), id: z.string().exactOptional(), role: z.string() })
  .nullable();

/** With its place in the log. */
export type PlacedEntry = AuditEntry & { seq: number };

/** Adds an entry, in the transaction of the change that it speaks of. */
export async function writeAudit(scope: TenantScope, entry: AuditEntry): Promise<void> {
  const { at, who, action, note } = entry;
  const [detail, actor] = [JSON.stringify(entry.detail), JSON.stringify(entry.actor)];
  const seq = await nextNumber(scope, 'audit');
  await scope.db
    .insertInto('audit')
    .values({ tenant_id: scope.tenantId, id: randomUUID(), seq, at, who, action, detail, note, actor })
    .execute();
}

/**
 * In the order in which things were done, the newest first.
 *
 * @param range `since`: ISO 8601, the earliest that is wanted; `before`: those alone that stand before this place; `limit`: the
 *   most that are wanted
 */
export async function readAudit(
  { db, tenantId }: TenantScope,
  { since, before, limit }: { since?: string | undefined; before?: number | undefined; limit: number },
): Promise<PlacedEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['seq', 'id', 'at', 'who', 'action', 'detail', 'note', 'actor'])
    .where('tenant_id', '=', tenantId)
    .$if(since !== undefined, (query) => query.where('at', '>=', since ?? ''))
    .$if(before !== undefined, (query) => query.where('seq', '<', before ?? 0))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id, detail, actor, ...rest }) => ({
    ...rest,
    detail: readJson(storedObject, detail, 'audit', id),
    actor: actor === null ? null : readJson(storedActor, actor, 'audit', id),
  }));
}

/** Of two states of a thing, the parts that differ: `{"schools": {"before": "all", "after": ["1"]}}`. Null is "not there". */
export function changesBetween(before: object | undefined, after: object): Record<string, Change> {
  const [old, now] = [before, after].map((value) => new Map(Object.entries(value ?? {})));
  const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return Object.fromEntries(
    [...names]
      .filter((name) => !isDeepStrictEqual(old?.get(name), now?.get(name)))
      .map((name) => [name, { before: old?.get(name) ?? null, after: now?.get(name) ?? null }]),
  );
}

interface Change {
  before: unknown;
  after: unknown;
}
