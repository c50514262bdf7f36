/** API tokens: each has a role and scopes, and access to one tenant, several, or all. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AccessRole } from '../../model/access-role.ts';
import { type AccessScope, accessScopes } from '../../model/access-scope.ts';
import { readJson } from '../engine/stored-json.ts';
import type { SystemScope, TenantScope } from '../store.ts';
import { newToken, tokenHash } from './api-token.ts';

const storedScopes = z.array(z.enum(accessScopes));

export interface ApiToken {
  id: string;
  name: string;
  role: AccessRole;
  scopes: AccessScope[];
  /** Whether it also has access to other tenants. */
  opensOthers: boolean;
  /** ISO 8601, UTC, like every time here. */
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  /** To the hour; null before the first use. */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** Every token that ever had access to this tenant, oldest first. */
export async function listTokens({ db, tenantId }: TenantScope): Promise<ApiToken[]> {
  const rows = await db
    .selectFrom('access_token')
    .select(['id', 'name', 'role', 'scopes', 'every_tenant', 'created_at', 'created_by', 'expires_at'])
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
    scopes: readJson(storedScopes, row.scopes, 'access_token', row.id),
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
  /** Validity in days. */
  days: number;
  /** Who creates it. */
  by: string;
  /** By default, viewer. */
  role?: AccessRole;
  /** By default, all scopes; the role limits them. */
  scopes?: readonly AccessScope[];
  /** Ids; by default, only the tenant of the scope. */
  tenants?: 'all' | readonly string[];
}

/** Creates a token; it is not stored and cannot be shown again. */
export async function createToken(
  { db, tenantId }: TenantScope,
  { name, days, by, role = 'viewer', scopes = accessScopes, tenants = [tenantId] }: TokenRequest,
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
      scopes: JSON.stringify(scopes),
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

/** The permissions of a token. */
export interface TokenMight {
  role: AccessRole;
  scopes: AccessScope[];
  /** Ids of the tenants to which it has access. */
  tenants: 'all' | string[];
}

/** Undefined if there is no such token. */
export async function mightOf({ db }: SystemScope, id: string): Promise<TokenMight | undefined> {
  const token = await db
    .selectFrom('access_token')
    .select(['role', 'scopes', 'every_tenant'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (token === undefined) return undefined;
  const might = { role: token.role, scopes: readJson(storedScopes, token.scopes, 'access_token', id) };
  if (token.every_tenant === 1) return { ...might, tenants: 'all' };
  const rows = await db.selectFrom('token_tenant').select('tenant_id').where('token_id', '=', id).execute();
  return { ...might, tenants: rows.map((row) => row.tenant_id) };
}

/** Revokes a token for good; repeating it keeps the first time. */
export async function revokeToken({ db }: SystemScope, id: string, now: Date): Promise<void> {
  await db
    .updateTable('access_token')
    .set(({ fn, val }) => ({ revoked_at: fn.coalesce('revoked_at', val(now.toISOString())) }))
    .where('id', '=', id)
    .execute();
}

/** Deletes tokens without access to any tenant. */
export async function forgetClosedTokens({ db }: SystemScope): Promise<void> {
  await db
    .deleteFrom('access_token')
    .where('every_tenant', '=', 0)
    .where('id', 'not in', ({ selectFrom }) => selectFrom('token_tenant').select('token_id'))
    .execute();
}

/** Records a use. Once an hour is enough to see which tokens are no longer needed. */
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

/** Whether to record a use: not within the last hour. */
export function isUseUnnoted({ lastUsedAt }: Pick<ApiToken, 'lastUsedAt'>, nowMs: number): boolean {
  return lastUsedAt === null || nowMs - Date.parse(lastUsedAt) >= 3_600_000;
}
