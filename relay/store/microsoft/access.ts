/** What a district's Microsoft 365 was last seen to grant. */
import { z } from 'zod';
import type { AccessKind } from '../../model/microsoft-access.ts';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

export interface SeenAccess {
  clientId: string;
  /** Application permissions in the token; none if there was no token. */
  roles: readonly string[];
  /** Why there was no token. */
  error: { code: string; message: string; action: string } | null;
  checkedAt: string;
}

export interface KnownAccess extends SeenAccess {
  access: AccessKind;
  /** Of a consent that tokens do not have yet. */
  consentedAt: string | null;
}

const roleList = z.array(z.string());

export async function readAccess({ db, tenantId }: TenantScope): Promise<KnownAccess[]> {
  const rows = await db
    .selectFrom('microsoft_access')
    .select(['access', 'client_id', 'roles', 'code', 'message', 'action', 'checked_at', 'consented_at'])
    .where('tenant_id', '=', tenantId)
    .orderBy('access')
    .execute();
  return rows.map(({ access, client_id: clientId, roles, code, message, action, checked_at, consented_at }) => ({
    ...{ access, clientId, roles: readJson(roleList, roles, 'microsoft_access', access) },
    error: code === null ? null : { code, message: message ?? '', action: action ?? '' },
    ...{ checkedAt: checked_at, consentedAt: consented_at },
  }));
}

/** What was seen before is replaced. */
export async function noteAccess({ db, tenantId }: TenantScope, access: AccessKind, seen: SeenAccess): Promise<void> {
  const { clientId, roles, error, checkedAt } = seen;
  const values = {
    ...{ client_id: clientId, roles: JSON.stringify(roles), checked_at: checkedAt },
    ...{ code: error?.code ?? null, message: error?.message ?? null, action: error?.action ?? null },
  };
  await db
    .insertInto('microsoft_access')
    .values({ tenant_id: tenantId, access, ...values, consented_at: null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'access']).doUpdateSet(values))
    .execute();
}

/** @param at when an administrator came back with a consent that tokens do not have yet; null once they do */
export async function noteConsented({ db, tenantId }: TenantScope, access: AccessKind, at: Date | null): Promise<void> {
  await db
    .updateTable('microsoft_access')
    .set({ consented_at: at === null ? null : at.toISOString() })
    .where('tenant_id', '=', tenantId)
    .where('access', '=', access)
    .execute();
}
