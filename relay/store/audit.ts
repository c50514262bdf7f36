/** The audit log: who changed what in a tenant. Rows are added and read, and nothing else. */
import { randomUUID } from 'node:crypto';
import type { TenantScope } from './store.ts';

export interface AuditEntry {
  /** ISO 8601, UTC. */
  at: string;
  who: string;
  /** `hold.approve`, `profile.enable` … */
  action: string;
  detail: object;
}

/** Adds an entry, in the transaction of the change that it speaks of. */
export async function writeAudit({ db, tenantId }: TenantScope, entry: AuditEntry): Promise<void> {
  const { at, who, action, detail } = entry;
  await db
    .insertInto('audit')
    .values({ tenant_id: tenantId, id: randomUUID(), at, who, action, detail: JSON.stringify(detail) })
    .execute();
}

/** The newest first. */
export async function readAudit({ db, tenantId }: TenantScope, limit: number): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['at', 'who', 'action', 'detail'])
    .where('tenant_id', '=', tenantId)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ at, who, action, detail }) => ({ at, who, action, detail: JSON.parse(detail) as object }));
}
