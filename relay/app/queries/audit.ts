/** Who changed what: in a district, and at the relay itself. */
import { z } from 'zod';
import { type AuditEntry, type AuditSearch, ofTheRelay, type PlacedEntry, readAudit } from '../../store/audit/audit.ts';
import type { TenantScope } from '../../store/store.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { jsonCell, moment, type Table } from './fields.ts';

export const auditAnswer = z.object({
  entries: z.array(
    z.object({
      seq: z.int().meta({ description: 'Its place in the log.' }),
      at: moment,
      who: z.string(),
      action: z.string(),
      detail: z.unknown().meta({ type: 'object' }),
      note: z.string().nullable().meta({ description: 'A note by the person who did it.' }),
      actor: z
        .object({ kind: z.string(), id: z.string().optional(), role: z.string() })
        .nullable()
        .meta({ description: 'Who did it, and with which rights; null in entries of earlier versions.' }),
    }),
  ),
});

type Range = Parameters<typeof readAudit>[1];

/** The newest first. @param range see {@link readAudit} */
export async function auditNow(scope: TenantScope, range: Range): Promise<{ entries: PlacedEntry[] }> {
  return { entries: await readAudit(scope, range) };
}

/** The same for the relay's own log. @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING */
export async function relayAuditNow(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  range: Range,
): Promise<{ entries: PlacedEntry[] }> {
  allow(actor, 'relayAudit');
  return await store.readTenant(ofTheRelay, (scope) => auditNow(scope, range));
}

/**
 * A page of a log that somebody searches. @param tenant undefined for the relay's own @returns `next`: the position to continue
 * before; null at the end @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN
 */
export async function auditFound(
  context: Pick<AppContext, 'store'>,
  actor: Actor,
  { tenant, limit, ...search }: { tenant: TenantRef | undefined } & Range,
): Promise<{ entries: PlacedEntry[]; next: number | null }> {
  const asked = { ...search, limit: limit + 1 };
  const { entries } =
    tenant === undefined
      ? await relayAuditNow(context, actor, asked)
      : await ask(context, actor, { question: 'audit', tenant }, (scope) => auditNow(scope, asked));
  const page = entries.slice(0, limit);
  return { entries: page, next: entries.length > limit ? (page.at(-1)?.seq ?? null) : null };
}

/** Entries read at a time, for a table of them all. */
const atOnce = 1000;

/** Everything that is found, page by page. @throws as {@link auditFound} */
export async function* allAudit(
  context: Pick<AppContext, 'store'>,
  actor: Actor,
  search: { tenant: TenantRef | undefined } & AuditSearch,
): AsyncGenerator<AuditEntry> {
  let before: number | undefined;
  do {
    const { entries, next } = await auditFound(context, actor, { ...search, before, limit: atOnce });
    yield* entries;
    before = next ?? undefined;
  } while (before !== undefined);
}

export const auditTable: Table<AuditEntry> = {
  headings: ['at', 'who', 'action', 'detail', 'note', 'actor'],
  lines: ({ at, who, action, detail, note, actor }) => [
    [at, who, action, JSON.stringify(detail), note ?? '', jsonCell(actor)],
  ],
};
