/** One-time links: invitations, and those from the terminal that let somebody in without the sign-in provider. */
import { randomUUID } from 'node:crypto';
import type { Grant } from '../../model/user-role.ts';
import type { SystemScope } from '../store.ts';
import { newSecret, secretHash } from './secret.ts';
import type { LinkKind } from './tables.ts';
import { grantFrom, tenantOf } from './users.ts';

export interface SignInLink {
  id: string;
  kind: LinkKind;
  grant: Grant;
  label: string;
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  usedAt: string | null;
  revokedAt: string | null;
}

export interface LinkRequest {
  kind: LinkKind;
  grant: Grant;
  label: string;
  by: string;
  /** How long it is valid, milliseconds. */
  lastsMs: number;
}

/** Makes a link: its secret is not stored and cannot be shown again. */
export async function makeLink(
  { db }: SystemScope,
  { kind, grant, label, by, lastsMs }: LinkRequest,
  now: Date,
): Promise<{ id: string; secret: string; expiresAt: string }> {
  const [id, secret] = [randomUUID(), newSecret()];
  const expiresAt = new Date(now.getTime() + lastsMs).toISOString();
  await db
    .insertInto('sign_in_link')
    .values({
      ...{ tenant_id: tenantOf(grant), id, hash: secretHash(secret), kind, role: grant.role, label },
      schools: grant.schools === null ? null : JSON.stringify(grant.schools),
      ...{ created_at: now.toISOString(), created_by: by, expires_at: expiresAt },
      ...{ used_at: null, used_by: null, revoked_at: null },
    })
    .execute();
  return { id, secret, expiresAt };
}

const columns = [
  ...(['tenant_id', 'id', 'kind', 'role', 'schools', 'label', 'created_at', 'created_by'] as const),
  ...(['expires_at', 'used_at', 'revoked_at'] as const),
] as const;

function query({ db }: SystemScope) {
  return db.selectFrom('sign_in_link').select(columns);
}

type Row = Awaited<ReturnType<ReturnType<typeof query>['executeTakeFirstOrThrow']>>;

function linkFrom(row: Row): SignInLink {
  return {
    ...{ id: row.id, kind: row.kind, label: row.label, createdAt: row.created_at, createdBy: row.created_by },
    grant: grantFrom({ tenant_id: row.tenant_id, role: row.role, schools: row.schools, key: row.id }),
    ...{ expiresAt: row.expires_at, usedAt: row.used_at, revokedAt: row.revoked_at },
  };
}

/** Undefined for one that is unknown, used, revoked or expired, which the caller must not tell apart. */
export async function findLink(scope: SystemScope, hash: string, now: Date): Promise<SignInLink | undefined> {
  const row = await query(scope)
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now.toISOString())
    .executeTakeFirst();
  return row === undefined ? undefined : linkFrom(row);
}

/** Uses a link up. @param by id of the user; null at the terminal @returns false when somebody else was faster */
export async function useLink(
  { db }: SystemScope,
  { hash, by }: { hash: string; by: string | null },
  now: Date,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sign_in_link')
    .set({ used_at: now.toISOString(), used_by: by })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now.toISOString())
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Invitations that can still be accepted, the newest first. @param tenantId a district's, or the relay's own */
export async function listInvitations(scope: SystemScope, tenantId: string, now: Date): Promise<SignInLink[]> {
  const rows = await query(scope)
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'invitation')
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now.toISOString())
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(linkFrom);
}

/** Links from the terminal that were used since then. */
export async function usedLinks({ db }: SystemScope, since: Date): Promise<{ id: string; at: string }[]> {
  const rows = await db
    .selectFrom('sign_in_link')
    .select(['id', 'used_at'])
    .where('kind', '=', 'terminal')
    .where('used_at', '>', since.toISOString())
    .orderBy('id')
    .execute();
  return rows.map(({ id, used_at: at }) => ({ id, at: at ?? '' }));
}

/** @returns the invitation; undefined for one that cannot be accepted anyway */
export async function revokeLink(
  scope: SystemScope,
  { tenantId, id }: { tenantId: string; id: string },
  now: Date,
): Promise<SignInLink | undefined> {
  const row = await query(scope)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const revoked = { revoked_at: now.toISOString() };
  await scope.db
    .updateTable('sign_in_link')
    .set(revoked)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute();
  return linkFrom(row);
}
