/** Users of the console and what they may do. They belong to no single district: callers see to it who may read them. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Grant, isRelayRole, type UserRole } from '../../model/user-role.ts';
import { ofTheRelay } from '../audit/audit.ts';
import { readJson } from '../engine/stored-json.ts';
import type { SystemScope } from '../store.ts';

const storedSchools = z.array(z.string());

/** Who somebody is at the sign-in provider. */
export interface Identity {
  authority: string;
  subject: string;
}

export interface User extends Identity {
  id: string;
  name: string;
  email: string | null;
  /** ISO 8601, UTC, like every time here. */
  createdAt: string;
  lastSignInAt: string | null;
}

const columns = ['id', 'authority', 'subject', 'name', 'email'] as const;

function userFrom(
  row: Omit<User, 'createdAt' | 'lastSignInAt'> & { created_at: string; last_sign_in_at: string | null },
) {
  const { created_at: createdAt, last_sign_in_at: lastSignInAt, ...rest } = row;
  return { ...rest, createdAt, lastSignInAt };
}

export async function findUser({ db }: SystemScope, id: string): Promise<User | undefined> {
  const row = await db
    .selectFrom('console_user')
    .select([...columns, 'created_at', 'last_sign_in_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : userFrom(row);
}

export async function findIdentity({ db }: SystemScope, { authority, subject }: Identity): Promise<User | undefined> {
  const row = await db
    .selectFrom('console_user')
    .select([...columns, 'created_at', 'last_sign_in_at'])
    .where('authority', '=', authority)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row === undefined ? undefined : userFrom(row);
}

/** Notes a sign-in, with the name and address that the provider has now. Makes the user where there is none. */
export async function noteSignIn(
  { db }: SystemScope,
  { authority, subject, name, email }: Identity & Pick<User, 'name' | 'email'>,
  now: Date,
): Promise<User> {
  const at = now.toISOString();
  const row = await db
    .insertInto('console_user')
    .values({ id: randomUUID(), authority, subject, name, email, created_at: at, last_sign_in_at: at })
    .onConflict((conflict) =>
      conflict.columns(['authority', 'subject']).doUpdateSet({ name, email, last_sign_in_at: at }),
    )
    .returning([...columns, 'created_at', 'last_sign_in_at'])
    .executeTakeFirstOrThrow();
  return userFrom(row);
}

/** In every district, and in all of them. */
export async function grantsOf({ db }: SystemScope, userId: string): Promise<Grant[]> {
  const rows = await db
    .selectFrom('user_grant')
    .select(['tenant_id', 'role', 'schools'])
    .where('user_id', '=', userId)
    .orderBy('tenant_id')
    .execute();
  return rows.map((row) => grantFrom({ ...row, key: userId }));
}

/** @param row `key`: names the row in errors */
export function grantFrom(row: { tenant_id: string; role: UserRole; schools: string | null; key: string }): Grant {
  return {
    role: row.role,
    tenantId: row.tenant_id === ofTheRelay ? 'all' : row.tenant_id,
    schools: row.schools === null ? null : readJson(storedSchools, row.schools, 'user_grant', row.key),
  };
}

/** Where the grant is kept. */
export function tenantOf({ role, tenantId }: Pick<Grant, 'role' | 'tenantId'>): string {
  return isRelayRole(role) ? ofTheRelay : tenantId;
}

/** Gives a role; it replaces the one that the user has in the same district. */
export async function giveGrant(
  { db }: SystemScope,
  userId: string,
  grant: Grant,
  { by, now }: { by: string; now: Date },
): Promise<void> {
  const values = {
    role: grant.role,
    schools: grant.schools === null ? null : JSON.stringify(grant.schools),
    granted_at: now.toISOString(),
    granted_by: by,
  };
  await db
    .insertInto('user_grant')
    .values({ tenant_id: tenantOf(grant), user_id: userId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doUpdateSet(values))
    .execute();
}

export interface Member extends User {
  grant: Grant;
  grantedAt: string;
  grantedBy: string;
}

/** Users with a role in this district, or in every one, by name. @param tenantId a district's, or the relay's own */
export async function listMembers({ db }: SystemScope, tenantId: string): Promise<Member[]> {
  const rows = await db
    .selectFrom('user_grant')
    .innerJoin('console_user', 'console_user.id', 'user_grant.user_id')
    .select(['id', 'authority', 'subject', 'name', 'email', 'created_at', 'last_sign_in_at'])
    .select(['tenant_id', 'role', 'schools', 'granted_at', 'granted_by'])
    .where('tenant_id', '=', tenantId)
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(({ tenant_id, role, schools, granted_at: grantedAt, granted_by: grantedBy, ...row }) => ({
    ...userFrom(row),
    ...{ grant: grantFrom({ tenant_id, role, schools, key: row.id }), grantedAt, grantedBy },
  }));
}

/** Takes the role away. A user without any is forgotten, with their sessions. @returns false if there was none */
export async function takeGrant({ db }: SystemScope, tenantId: string, userId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('user_grant')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  await forgetUsers({ db });
  return numDeletedRows > 0n;
}

/** Users who may do nothing anymore, and sessions of users who are gone. */
export async function forgetUsers({ db }: SystemScope): Promise<void> {
  await db
    .deleteFrom('console_user')
    .where('id', 'not in', ({ selectFrom }) => selectFrom('user_grant').select('user_id'))
    .execute();
  await db
    .deleteFrom('console_session')
    .where('user_id', 'is not', null)
    .where('user_id', 'not in', ({ selectFrom }) => selectFrom('console_user').select('id'))
    .execute();
}
