/** User names given to accounts. Kept for good, because a name is never reused for a second person. */
import { setImmediate } from 'node:timers/promises';
import { Interner } from '../../compact/interner.ts';
import { asPersonKey, type PersonKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { pageRows, pages } from '../engine/pages.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';
import { storedPersonKey } from './stored-person.ts';

/**
 * userPrincipalName and person key, oldest first. Read in the table's order and sorted here by number, because a district
 * in create mode has one for everybody.
 */
export async function* readGivenNames({ db, tenantId }: TenantScope): AsyncGenerator<[string, PersonKey], undefined> {
  const rows = db
    .selectFrom('given_name')
    .select(['user_principal_name', 'role', 'person_id', 'given_at'])
    .where('tenant_id', '=', tenantId);
  const texts = new Interner();
  /** Numbers of name and person, alternating, by time. */
  const given = new Map<string, number[]>();
  for await (const page of pages(rows, ['user_principal_name'])) {
    for (const row of page) {
      const pair = [texts.add(row.user_principal_name), texts.add(storedPersonKey(row, 'given_name', row.given_at))];
      const others = given.get(row.given_at);
      if (others === undefined) given.set(row.given_at, pair);
      else others.push(...pair);
    }
  }
  let told = 0;
  for (const at of [...given.keys()].sort()) {
    const numbers = given.get(at) ?? [];
    for (let index = 0; index < numbers.length; index += 2) {
      if (told % pageRows === 0) await setImmediate();
      told += 1;
      yield [texts.textOf(numbers[index] ?? 0), asPersonKey(texts.textOf(numbers[index + 1] ?? 0))];
    }
  }
}

export interface GivenName {
  userPrincipalName: string;
  role: Role;
  personId: string;
}

/** Records names before they are used; the first owner of a name keeps it. */
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
