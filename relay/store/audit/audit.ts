/** The audit log: who changed what in a tenant. Rows are added and read; the database refuses anything else. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { z } from 'zod';
import { readJson, storedObject } from '../engine/stored-json.ts';
import { nextNumber } from '../sequence.ts';
import type { TenantScope } from '../store.ts';

/**
 * The tenant id of the relay's own log: entries about no single district, or about a removed one. It is not a UUID, so no
 * district has it.
 */
export const ofTheRelay = 'relay';

export interface AuditEntry {
  /** ISO 8601, UTC. */
  at: string;
  who: string;
  /** `hold.approved`, `profile.enabled` … */
  action: string;
  detail: object;
  /** Their note. */
  note: string | null;
  /** Kind and role of `who`; null for entries of earlier versions. */
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

/** An entry with its position in the log. */
export type PlacedEntry = AuditEntry & { seq: number };

/** Adds an entry, in the transaction of the change that it records. */
export async function writeAudit(scope: TenantScope, entry: AuditEntry): Promise<void> {
  const { at, who, action, note } = entry;
  const [detail, actor] = [JSON.stringify(entry.detail), JSON.stringify(entry.actor)];
  const seq = await nextNumber(scope, 'audit');
  await scope.db
    .insertInto('audit')
    .values({ tenant_id: scope.tenantId, id: randomUUID(), seq, at, who, action, detail, note, actor })
    .execute();
}

/** What is looked for; everything that is left out fits. */
export interface AuditSearch {
  /** ISO 8601: no earlier than this, and before this. */
  since?: string | undefined;
  until?: string | undefined;
  /** A part of the name, in any case. */
  who?: string | undefined;
  /** `agent.revoke`, or all of a subject: `agent`. */
  action?: string | undefined;
}

/** Newest first. @param range `before`: only entries before this position; `limit`: maximum number */
export async function readAudit(
  { db, tenantId }: TenantScope,
  { since, until, who, action, before, limit }: AuditSearch & { before?: number | undefined; limit: number },
): Promise<PlacedEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['seq', 'id', 'at', 'who', 'action', 'detail', 'note', 'actor'])
    .where('tenant_id', '=', tenantId)
    .$if(since !== undefined, (query) => query.where('at', '>=', since ?? ''))
    .$if(until !== undefined, (query) => query.where('at', '<', until ?? ''))
    .$if(who !== undefined, (query) =>
      query.where(sql<boolean>`lower(who) like ${`%${literally((who ?? '').toLowerCase())}%`} escape '!'`),
    )
    .$if(action !== undefined, (query) =>
      query.where((where) =>
        where.or([
          where('action', '=', action ?? ''),
          sql<boolean>`action like ${`${literally(action ?? '')}.%`} escape '!'`,
        ]),
      ),
    )
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

/** Text in a pattern of LIKE. */
function literally(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

/** The differences between two states: `{"schools": {"before": "all", "after": ["1"]}}`. Null means absent. */
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
