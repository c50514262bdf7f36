/** Who changed what in a district. */
import { z } from 'zod';
import { type AuditEntry, type PlacedEntry, readAudit } from '../../store/audit/audit.ts';
import type { TenantScope } from '../../store/store.ts';
import { jsonCell, moment, type Table } from './fields.ts';

export const auditAnswer = z.object({
  entries: z.array(
    z.object({
      seq: z.int().meta({ description: 'Its place in the log of the district.' }),
      at: moment,
      who: z.string(),
      action: z.string(),
      detail: z.unknown().meta({ type: 'object' }),
      note: z.string().nullable().meta({ description: 'A note by the person who did it.' }),
      actor: z
        .object({ kind: z.string(), id: z.string().optional(), role: z.string() })
        .nullable()
        .meta({ description: 'What did it, and by which right; null of entries that earlier versions made.' }),
    }),
  ),
});

/** The newest first. @param range as {@link readAudit} has it */
export async function auditNow(
  scope: TenantScope,
  range: { since?: string | undefined; before?: number | undefined; limit: number },
): Promise<{ entries: PlacedEntry[] }> {
  return { entries: await readAudit(scope, range) };
}

export const auditTable: Table<AuditEntry> = {
  headings: ['at', 'who', 'action', 'detail', 'note', 'actor'],
  lines: ({ at, who, action, detail, note, actor }) => [
    [at, who, action, JSON.stringify(detail), note ?? '', jsonCell(actor)],
  ],
};
