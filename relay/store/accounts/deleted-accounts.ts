/** People whose account was deleted in Microsoft 365, until they have one again. */
import { personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';
import { forgetPasswords } from './initial-passwords.ts';
import { storedPerson } from './stored-person.ts';

export interface DeletedAccount {
  role: Role;
  personId: string;
  objectId: string;
  /** Rule of the link that ended; a restored account is linked with it again. */
  rule: string;
  /** When it was noticed, ISO 8601. */
  deletedAt: string;
}

export async function readDeletedAccounts({ db, tenantId }: TenantScope): Promise<DeletedAccount[]> {
  const rows = await db
    .selectFrom('deleted_account')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('role')
    .orderBy('person_id')
    .execute();
  return rows.map((row) => ({
    ...storedPerson(row, 'deleted_account', row.object_id),
    objectId: row.object_id,
    rule: row.rule,
    deletedAt: row.deleted_at,
  }));
}

/** The last one per person counts. */
export async function addDeletedAccounts(
  { db, tenantId }: TenantScope,
  accounts: readonly DeletedAccount[],
): Promise<void> {
  for (const part of slices(accounts)) {
    await db
      .insertInto('deleted_account')
      .values(
        part.map(({ role, personId, objectId, rule, deletedAt }) => ({
          tenant_id: tenantId,
          role,
          person_id: personId,
          object_id: objectId,
          rule,
          deleted_at: deletedAt,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'role', 'person_id']).doUpdateSet((eb) => ({
          object_id: eb.ref('excluded.object_id'),
          rule: eb.ref('excluded.rule'),
          deleted_at: eb.ref('excluded.deleted_at'),
        })),
      )
      .execute();
  }
}

/**
 * These people have accounts now. Deletes the first passwords of their other accounts: a recreated account uses the
 * earlier password, which nobody was told.
 */
export async function settleDeletedAccounts(
  scope: TenantScope,
  links: readonly Omit<DeletedAccount, 'deletedAt'>[],
): Promise<void> {
  const known = new Map(
    (await readDeletedAccounts(scope)).map(({ role, personId, objectId }) => [personKey(role, personId), objectId]),
  );
  const accountBefore = ({ role, personId }: Omit<DeletedAccount, 'deletedAt'>) => known.get(personKey(role, personId));
  const settled = links.filter((link) => accountBefore(link) !== undefined);
  await forgetDeletedAccounts(scope, settled);
  const others = settled.filter((link) => link.rule !== 'created' && accountBefore(link) !== link.objectId);
  await forgetPasswords(scope, others);
}

/** @returns how many there were */
export async function forgetDeletedAccounts(
  { db, tenantId }: TenantScope,
  people: readonly Pick<DeletedAccount, 'role' | 'personId'>[],
): Promise<number> {
  let forgotten = 0;
  for (const { role, personId } of people) {
    const { numDeletedRows } = await db
      .deleteFrom('deleted_account')
      .where('tenant_id', '=', tenantId)
      .where('role', '=', role)
      .where('person_id', '=', personId)
      .executeTakeFirst();
    forgotten += Number(numDeletedRows);
  }
  return forgotten;
}
