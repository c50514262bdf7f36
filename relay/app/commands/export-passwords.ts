/** First passwords of accounts that Hallpass created: exported once, then deleted. */
import { personKey } from '../../model/person-key.ts';
import { openVault } from '../../secrets/key-file.ts';
import { loadSettings } from '../../settings/settings.ts';
import { forgetPasswords, readPasswords, type WaitingPassword } from '../../store/accounts/initial-passwords.ts';
import { type PersonName, readNames } from '../../store/roster/people-names.ts';
import { purposeOf } from '../../sync/apply/new-accounts.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, perform, type TenantRef } from '../perform.ts';
import type { FirstPassword } from '../queries/passwords.ts';

/**
 * @param asked `hand`: receives them, and resolves once they are stored safely; called only if there are any
 * @returns what was exported
 * @throws HallpassError KEY_UNUSABLE, KEY_WRONG, and what `hand` throws: then nothing is deleted
 */
export async function exportPasswords(
  context: AppContext,
  actor: Actor,
  { tenant, hand }: { tenant: TenantRef; hand: (passwords: readonly FirstPassword[]) => Promise<void> },
): Promise<FirstPassword[]> {
  const { home, keyFile } = context;
  return await perform(context, actor, { action: 'passwords.export', tenant }, async (district) => {
    const vault = openVault(home, keyFile ?? (await loadSettings(home)).secrets.keyFile);
    const { waiting, names } = await district.read(async (scope) => ({
      waiting: await readPasswords(scope),
      names: await readNames(scope),
    }));
    if (waiting.length === 0) return [];
    const passwords: FirstPassword[] = [];
    for (const one of waiting) {
      const password = await vault.open(one.sealed, purposeOf(district.tenant.id, one.sealedFor));
      passwords.push({ ...describe(one, names), userPrincipalName: one.userPrincipalName, password });
    }
    await hand(passwords);
    return await district.write(async (scope) => {
      await forgetPasswords(scope, waiting);
      return { outcome: passwords, entries: [{ count: waiting.length }] };
    });
  });
}

function describe({ role, personId }: WaitingPassword, names: ReadonlyMap<string, PersonName>) {
  const person = personKey(role, personId);
  const { school = '', givenName = '', surname = '' } = names.get(person) ?? {};
  return { person, school, givenName, surname };
}
