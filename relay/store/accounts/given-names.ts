/** User names that were given to accounts. Kept for good, because no name is given to a second person. */
import type { PersonKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';
import { storedPersonKey } from './stored-person.ts';

/** userPrincipalName and person key, oldest first. */
export async function readGivenNames({ db, tenantId }: TenantScope): Promise<[string, PersonKey][]> {
  const rows = await db
    .selectFrom('given_name')
    .select(['user_principal_name', 'role', 'person_id', 'given_at'])
    .where('tenant_id', '=', tenantId)
    .orderBy('given_at')
    .execute();
  return rows.map((row) => [row.user_principal_name, storedPersonKey(row, 'given_name', row.given_at)]);
}

export interface GivenName {
  userPrincipalName: string;
  role: Role;
  personId: string;
}

/** Notes names before they are used; anyone who had one first keeps it. */
export async function addGivenNames(
  { db, tenantId }: TenantScope,
  names: readonly GivenName[],
  now: string,
): Promise<void> {
  for (const part of slices(names)) {
    await db
      .insertInto('given_name')
      .values(
        part.map(({ userPrincipalName, role, personId }) => ({
          tenant_id: tenantId,
          user_principal_name: userPrincipalName.toLowerCase(),
          role,
          person_id: personId,
          given_at: now,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
