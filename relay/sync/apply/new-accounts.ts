/**
 * What is stored before an account is created, because the answer may be lost: its name belongs to the person for good,
 * and its first password is kept, sealed. An attempt that is repeated uses the password of the first one, which may have
 * succeeded although its answer was lost.
 */

import type { Operation } from '../../model/operation.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import { newAccountOf } from '../../operations/registry.ts';
import type { Profile } from '../../profile/profile.ts';
import { randomPassword } from '../../secrets/random-password.ts';
import type { Vault } from '../../secrets/vault.ts';
import { addGivenNames } from '../../store/accounts/given-names.ts';
import { addPasswords, findPasswords } from '../../store/accounts/initial-passwords.ts';
import type { TenantScope } from '../../store/store.ts';

export interface FirstPassword {
  password: string;
  mustChange: boolean;
  /** From an earlier attempt. */
  isKept: boolean;
}

/** @returns first passwords by person key @throws HallpassError KEY_UNUSABLE, KEY_WRONG */
export async function announceAccounts(
  scope: TenantScope,
  operations: readonly Operation[],
  { profile, vault }: { profile: Profile; vault: Vault },
  now: string,
): Promise<Map<string, FirstPassword>> {
  const people = operations.flatMap((operation) => newAccountOf(operation) ?? []);
  const passwords = new Map<string, FirstPassword>();
  if (people.length === 0) return passwords;
  const earlier = await findPasswords(scope, people);
  const rows = [];
  for (const one of people) {
    const key = personKey(one.role, one.personId);
    const policy = profile.accounts[one.role].password;
    const known = earlier.get(key);
    const purpose = purposeOf(scope.tenantId, known?.sealedFor ?? key);
    const password = known === undefined ? randomPassword(policy) : await vault.open(known.sealed, purpose);
    passwords.set(key, { password, mustChange: policy.mustChange, isKept: known !== undefined });
    rows.push({ ...one, sealed: known?.sealed ?? (await vault.seal(password, purpose)) });
  }
  await addGivenNames(scope, people, now);
  await addPasswords(scope, rows, now);
  return passwords;
}

/** The context to which a sealed password is bound. */
export function purposeOf(tenantId: string, key: PersonKey): string {
  return `initial password of ${tenantId}/${key}`;
}
