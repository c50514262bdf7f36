/** Tokens for the API: each has a role, and opens one tenant, several, or every one. */
import { randomUUID } from 'node:crypto';
import type { AccessRole } from '../../model/access-role.ts';
import type { SystemScope, TenantScope } from '../store.ts';
import { newToken, tokenHash } from './api-token.ts';

export interface ApiToken {
  id: string;
  name: string;
  role: AccessRole;
  /** Whether it opens other tenants than the one that was asked about. */
  opensOthers: boolean;
  /** ISO 8601, UTC, like every time here. */
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  /** To the hour; null before the first use. */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** Every token that ever opened this tenant, oldest first. */
export async function listTokens({ db, tenantId }: TenantScope): Promise<ApiToken[]> {
  const rows = await db
    .selectFrom('access_token')
    .select(['id', 'name', 'role', 'every_tenant', 'created_at', 'created_by', 'expires_at'])
    .select(['last_used_at', 'revoked_at'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('token_tenant')
          .select('token_id')
          .whereRef('token_id', '=', 'access_token.id')
          .where('tenant_id', '!=', tenantId),
      ).as('opens_others'),
    )
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('every_tenant', '=', 1),
        exists(
          selectFrom('token_tenant')
            .select('token_id')
            .whereRef('token_id', '=', 'access_token.id')
            .where('tenant_id', '=', tenantId),
        ),
      ]),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    role: row.role,
    opensOthers: row.every_tenant === 1 || Boolean(row.opens_others),
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }));
}

export interface TokenRequest {
  name: string;
  /** How long it is valid. */
  days: number;
  /** Who makes it. */
  by: string;
  /** A viewer, unless it says otherwise. */
  role?: AccessRole;
  /** Ids; the tenant of the scope alone, unless it says otherwise. */
  tenants?: 'all' | readonly string[];
}

/** Makes a token: it is not stored and cannot be shown again. */
export async function createToken(
  { db, tenantId }: TenantScope,
  { name, days, by, role = 'viewer', tenants = [tenantId] }: TokenRequest,
  now: Date,
): Promise<{ id: string; token: string; expiresAt: string }> {
  const [id, token] = [randomUUID(), newToken()];
  const expiresAt = new Date(now.getTime() + days * 86_400_000).toISOString();
  await db
    .insertInto('access_token')
    .values({
      id,
      name,
      hash: tokenHash(token),
      role,
      every_tenant: tenants === 'all' ? 1 : 0,
      created_at: now.toISOString(),
      created_by: by,
      expires_at: expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .execute();
  for (const one of tenants === 'all' ? [] : new Set(tenants)) {
    await db.insertInto('token_tenant').values({ tenant_id: one, token_id: id }).execute();
  }
  return { id, token, expiresAt };
}

/** What a token opens; undefined where there is none of that id. */
export async function openedBy(
  { db }: SystemScope,
  id: string,
): Promise<{ role: AccessRole; tenants: 'all' | string[] } | undefined> {
  const token = await db
    .selectFrom('access_token')
    .select(['role', 'every_tenant'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (token === undefined) return undefined;
  if (token.every_tenant === 1) return { role: token.role, tenants: 'all' };
  const rows = await db.selectFrom('token_tenant').select('tenant_id').where('token_id', '=', id).execute();
  return { role: token.role, tenants: rows.map((row) => row.tenant_id) };
}

/** Revokes for good; a second time keeps the first. */
export async function revokeToken({ db }: SystemScope, id: string, now: Date): Promise<void> {
  await db
    .updateTable('access_token')
    .set(({ fn, val }) => ({ revoked_at: fn.coalesce('revoked_at', val(now.toISOString())) }))
    .where('id', '=', id)
    .execute();
}

/** Tokens that open no tenant any more. */
export async function forgetClosedTokens({ db }: SystemScope): Promise<void> {
  await db
    .deleteFrom('access_token')
    .where('every_tenant', '=', 0)
    .where('id', 'not in', ({ selectFrom }) => selectFrom('token_tenant').select('token_id'))
    .execute();
}

/** Notes that it was used. Once an hour is enough to see which tokens are not needed any more. */
export async function touchToken(
  { db }: SystemScope,
  { id, lastUsedAt }: Pick<ApiToken, 'id' | 'lastUsedAt'>,
  now: Date,
): Promise<void> {
  await db
    .updateTable('access_token')
    .set({ last_used_at: now.toISOString() })
    .where('id', '=', id)
    .where('last_used_at', lastUsedAt === null ? 'is' : '=', lastUsedAt)
    .execute();
}

/** Whether a use has to be noted: none has been for an hour. */
export function isUseUnnoted({ lastUsedAt }: Pick<ApiToken, 'lastUsedAt'>, nowMs: number): boolean {
  return lastUsedAt === null || nowMs - Date.parse(lastUsedAt) >= 3_600_000;
}
