/** First passwords of accounts that Hallpass created, sealed until they are exported. */
import { type Selectable, sql } from 'kysely';
import { readopted, recovered } from '../../model/account-link.ts';
import { asPersonKey, type PersonKey, personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import type { Database } from '../engine/schema.ts';
import { slices } from '../engine/slices.ts';
import { listed, rowsFrom } from '../engine/sql/dialect.ts';
import { readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';
import { type PartOfPeople, storedPerson, storedPersonKey } from './stored-person.ts';

export interface SealedPassword {
  role: Role;
  personId: string;
  userPrincipalName: string;
  sealed: string;
}

/** A password is bound to the person for whom it was sealed, also after a hand-over. */
export interface EarlierPassword {
  sealed: string;
  sealedFor: PersonKey;
}

/** Stores passwords that are about to be set. One of an earlier attempt stays: it may have been set already. */
export async function addPasswords(
  { db, tenantId }: TenantScope,
  passwords: readonly SealedPassword[],
  now: string,
): Promise<void> {
  for (const part of slices(passwords)) {
    await db
      .insertInto('initial_password')
      .values(
        part.map(({ role, personId, userPrincipalName, sealed }) => ({
          tenant_id: tenantId,
          role,
          person_id: personId,
          user_principal_name: userPrincipalName,
          sealed,
          made_at: now,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'role', 'person_id'])
          .doUpdateSet((eb) => ({ user_principal_name: eb.ref('excluded.user_principal_name') })),
      )
      .execute();
  }
}

/** Stores passwords, replacing earlier ones. */
export async function replacePasswords(
  scope: TenantScope,
  passwords: readonly SealedPassword[],
  now: string,
): Promise<void> {
  await forgetPasswords(scope, passwords);
  await addPasswords(scope, passwords, now);
}

/** A stored row, for {@link keepAgain}. */
export type StoredPassword = Selectable<Database['initial_password']>;

/** The stored rows of these people. */
export async function passwordsOf(
  { db, tenantId }: TenantScope,
  people: readonly { role: Role; personId: string }[],
): Promise<StoredPassword[]> {
  const keys = people.map(({ role, personId }) => personKey(role, personId));
  return await db
    .selectFrom('initial_password')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql`role || ':' || person_id`, 'in', listed(db, keys))
    .execute();
}

/** Restores a replaced row, unless there is a newer one. */
export async function keepAgain({ db }: TenantScope, rows: readonly StoredPassword[]): Promise<void> {
  for (const part of slices(rows)) {
    await db
      .insertInto('initial_password')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Passwords of earlier attempts, by person key. */
export async function findPasswords(
  scope: TenantScope,
  people: readonly { role: Role; personId: string }[],
): Promise<Map<PersonKey, EarlierPassword>> {
  const rows = await passwordsOf(scope, people);
  return new Map(
    rows.map((row) => {
      const key = storedPersonKey(row, 'initial_password', row.made_at);
      return [key, { sealed: row.sealed, sealedFor: sealedFor(row, key) }];
    }),
  );
}

export interface WaitingPassword extends SealedPassword, EarlierPassword {
  objectId: string;
  madeAt: string;
}

/** Those of accounts that have come about: an attempt that failed has no account. */
function waitingPasswords({ db, tenantId }: TenantScope) {
  return db
    .selectFrom('initial_password as password')
    .innerJoin('link', (join) =>
      join
        .onRef('link.tenant_id', '=', 'password.tenant_id')
        .onRef('link.role', '=', 'password.role')
        .onRef('link.person_id', '=', 'password.person_id'),
    )
    .where('password.tenant_id', '=', tenantId)
    .where('link.rule', '=', 'created');
}

export async function countPasswords(scope: TenantScope): Promise<number> {
  const counted = waitingPasswords(scope).select(({ fn }) => fn.countAll<number>().as('count'));
  return Number((await counted.executeTakeFirstOrThrow()).count);
}

/** By role and person. */
export async function readPasswords(
  scope: TenantScope,
  { after, limit }: Pick<PartOfPeople, 'after' | 'limit'> = {},
): Promise<WaitingPassword[]> {
  const rows = await waitingPasswords(scope)
    .select([
      'password.role',
      'password.person_id',
      'user_principal_name',
      'sealed',
      'sealed_for',
      'made_at',
      'object_id',
    ])
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(password.role, password.person_id) > (${after?.role}, ${after?.personId})`),
    )
    .orderBy('password.role')
    .orderBy('password.person_id')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
  return rows.map((row) => ({
    ...storedPerson(row, 'initial_password', row.made_at),
    userPrincipalName: row.user_principal_name,
    sealed: row.sealed,
    sealedFor: sealedFor(row, storedPersonKey(row, 'initial_password', row.made_at)),
    madeAt: row.made_at,
    objectId: row.object_id,
  }));
}

function sealedFor({ sealed_for: stored }: { sealed_for: string | null }, key: PersonKey): PersonKey {
  return stored === null ? key : readKey(asPersonKey, stored, 'initial_password', key);
}

/**
 * Accounts that Hallpass created before this database existed or was restored: whether they still have their first
 * password, and which, is unknown.
 */
export async function readUnknownPasswords({
  db,
  tenantId,
}: TenantScope): Promise<{ role: Role; personId: string; objectId: string; userPrincipalName: string }[]> {
  const rows = await db
    .selectFrom('link')
    .leftJoin('directory_user as account', (join) =>
      join.onRef('account.tenant_id', '=', 'link.tenant_id').onRef('account.id', '=', 'link.object_id'),
    )
    .select(['role', 'person_id', 'object_id', 'user_principal_name'])
    .where('link.tenant_id', '=', tenantId)
    .where('rule', '=', recovered)
    .orderBy('role')
    .orderBy('person_id')
    .execute();
  return rows.map((row) => ({
    role: row.role,
    personId: row.person_id,
    objectId: row.object_id,
    userPrincipalName: row.user_principal_name ?? '',
  }));
}

/**
 * The number of Hallpass's accounts from before the database was lost: whether their first passwords were exported is
 * unknown.
 */
export async function countReadopted({ db, tenantId }: TenantScope): Promise<number> {
  const { count } = await db
    .selectFrom('link')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('rule', '=', readopted)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Deletes passwords that are no longer needed or valid. */
export async function forgetPasswords(
  { db, tenantId }: TenantScope,
  people: readonly { role: Role; personId: string }[],
): Promise<void> {
  for (const some of slices(people)) {
    const keys = some.map(({ role, personId }) => [role, personId]);
    await db
      .deleteFrom('initial_password')
      .where('tenant_id', '=', tenantId)
      .where(sql`(role, person_id)`, 'in', sql`(select value ->> 0, value ->> 1 from ${rowsFrom(db, keys)})`)
      .execute();
  }
}
