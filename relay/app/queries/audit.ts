/** Who changed what in a district. */
import { z } from 'zod';
import { type AuditEntry, readAudit } from '../../store/audit/audit.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment, type Table } from './fields.ts';

export const auditAnswer = z.object({
  entries: z.array(
    z.object({ at: moment, who: z.string(), action: z.string(), detail: z.unknown().meta({ type: 'object' }) }),
  ),
});

/** The newest first. @param range `since`: ISO 8601, the earliest that is wanted; `limit`: the most that are */
export async function auditNow(
  scope: TenantScope,
  range: { since?: string | undefined; limit: number },
): Promise<{ entries: AuditEntry[] }> {
  return { entries: await readAudit(scope, range) };
}

export const auditTable: Table<AuditEntry> = {
  headings: ['at', 'who', 'action', 'detail'],
  lines: ({ at, who, action, detail }) => [[at, who, action, JSON.stringify(detail)]],
};
