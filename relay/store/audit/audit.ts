/** The audit log: who changed what in a tenant. Rows are added and read; the database refuses anything else. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { nextNumber } from '../sequence.ts';
import type { TenantScope } from '../store.ts';

export interface AuditEntry {
  /** ISO 8601, UTC. */
  at: string;
  who: string;
  /** `hold.approve`, `profile.enable` … */
  action: string;
  detail: object;
}

/** Adds an entry, in the transaction of the change that it speaks of. */
export async function writeAudit(scope: TenantScope, entry: AuditEntry): Promise<void> {
  const { at, who, action, detail } = entry;
  const seq = await nextNumber(scope, 'audit');
  await scope.db
    .insertInto('audit')
    .values({ tenant_id: scope.tenantId, id: randomUUID(), seq, at, who, action, detail: JSON.stringify(detail) })
    .execute();
}

/**
 * In the order in which things were done, the newest first.
 *
 * @param range `since`: ISO 8601, the earliest that is wanted; `limit`: the most that are
 */
export async function readAudit(
  { db, tenantId }: TenantScope,
  { since, limit }: { since?: string | undefined; limit: number },
): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['at', 'who', 'action', 'detail'])
    .where('tenant_id', '=', tenantId)
    .$if(since !== undefined, (query) => query.where('at', '>=', since ?? ''))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ at, who, action, detail }) => ({ at, who, action, detail: JSON.parse(detail) as object }));
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
