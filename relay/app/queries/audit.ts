/** Who changed what: in a district, and at the relay itself. */
import { z } from 'zod';
import { type AuditEntry, ofTheRelay, type PlacedEntry, readAudit } from '../../store/audit/audit.ts';
import type { TenantScope } from '../../store/store.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import type { AppContext } from '../perform.ts';
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

export const auditTable: Table<AuditEntry> = {
  headings: ['at', 'who', 'action', 'detail', 'note', 'actor'],
  lines: ({ at, who, action, detail, note, actor }) => [
    [at, who, action, JSON.stringify(detail), note ?? '', jsonCell(actor)],
  ],
};
