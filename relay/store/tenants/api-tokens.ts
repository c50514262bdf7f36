/** A tenant's tokens for the API: each belongs to this tenant alone and can only read. */
import { randomUUID } from 'node:crypto';
import { fail } from '../../../shared/errors.ts';
import { writeAudit } from '../audit/audit.ts';
import type { TenantScope } from '../store.ts';
import { looksLikeToken, newToken, tokenHash } from './api-token.ts';

export interface ApiToken {
  id: string;
  name: string;
  /** ISO 8601, UTC, like every time here. */
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  /** To the hour; null before the first use. */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** Every token that there ever was, oldest first. */
export async function listTokens({ db, tenantId }: TenantScope): Promise<ApiToken[]> {
  const rows = await db
    .selectFrom('api_token')
    .select(['id', 'name', 'created_at', 'created_by', 'expires_at', 'last_used_at', 'revoked_at'])
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }));
}

/**
 * Makes a token and writes it into the audit log, without the secret: it cannot be shown again.
 *
 * @param given `days`: how long it is valid
 */
export async function createToken(
  scope: TenantScope,
  given: { name: string; days: number; by: string },
  now: Date,
): Promise<{ id: string; token: string; expiresAt: string }> {
  const [id, token, at] = [randomUUID(), newToken(), now.toISOString()];
  const expiresAt = new Date(now.getTime() + given.days * 86_400_000).toISOString();
  await scope.db
    .insertInto('api_token')
    .values({
      tenant_id: scope.tenantId,
      id,
      name: given.name,
      hash: tokenHash(token),
      created_at: at,
      created_by: given.by,
      expires_at: expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
  const detail = { token: id, name: given.name, expiresAt };
  await writeAudit(scope, { at, who: given.by, action: 'token.create', detail });
  return { id, token, expiresAt };
}

/**
 * Revokes for good and writes it into the audit log; a second time keeps the first.
 *
 * @throws HallpassError TOKEN_NOT_FOUND
 */
export async function revokeToken(scope: TenantScope, id: string, by: string, now: Date): Promise<void> {
  const at = now.toISOString();
  const { numUpdatedRows } = await scope.db
    .updateTable('api_token')
    .set(({ fn, val }) => ({ revoked_at: fn.coalesce('revoked_at', val(at)) }))
    .where('tenant_id', '=', scope.tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
  // Whoever gives the secret in place of the id is not shown it again.
  if (numUpdatedRows === 0n) throw fail('TOKEN_NOT_FOUND', { token: looksLikeToken(id) ? 'hallpass_…' : id });
  await writeAudit(scope, { at, who: by, action: 'token.revoke', detail: { token: id } });
}

/** Notes that it was used. Once an hour is enough to see which tokens are not needed any more. */
export async function touchToken(
  { db, tenantId }: TenantScope,
  { id, lastUsedAt }: Pick<ApiToken, 'id' | 'lastUsedAt'>,
  now: Date,
): Promise<void> {
  await db
    .updateTable('api_token')
    .set({ last_used_at: now.toISOString() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('last_used_at', lastUsedAt === null ? 'is' : '=', lastUsedAt)
    .execute();
}

/** Whether a use has to be noted: none has been for an hour. */
export function isUseUnnoted({ lastUsedAt }: Pick<ApiToken, 'lastUsedAt'>, nowMs: number): boolean {
  return lastUsedAt === null || nowMs - Date.parse(lastUsedAt) >= 3_600_000;
}
