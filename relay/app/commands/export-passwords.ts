/** First passwords of accounts that Hallpass made: handed out once, and forgotten then. */
import { personKey } from '../../model/person-key.ts';
import { openVault } from '../../secrets/key-file.ts';
import { loadSettings } from '../../settings/settings.ts';
import { forgetPasswords, readPasswords, type WaitingPassword } from '../../store/accounts/initial-passwords.ts';
import { type PersonName, readNames } from '../../store/roster/people-names.ts';
import { purposeOf } from '../../sync/apply/new-accounts.ts';
import type { Actor } from '../actor.ts';
import { csvLine, csvStart } from '../csv.ts';
import { type AppContext, perform, type TenantRef } from '../perform.ts';

/**
 * @param asked `hand`: takes the CSV, and resolves when it is safe where it is
 * @returns how many there were
 * @throws HallpassError KEY_UNUSABLE, KEY_WRONG, and what `hand` throws: then nothing is forgotten
 */
export async function exportPasswords(
  context: AppContext,
  actor: Actor,
  { tenant, hand }: { tenant: TenantRef; hand: (csv: string) => Promise<void> },
): Promise<number> {
  const { home, keyFile } = context;
  return await perform(context, actor, { action: 'passwords.export', tenant }, async (district) => {
    const vault = openVault(home, keyFile ?? (await loadSettings(home)).secrets.keyFile);
    const { waiting, names } = await district.read(async (scope) => ({
      waiting: await readPasswords(scope),
      names: await readNames(scope),
    }));
    if (waiting.length === 0) return 0;
    const lines = [csvLine(['person', 'school', 'givenName', 'surname', 'userPrincipalName', 'password'])];
    for (const one of waiting) {
      const password = await vault.open(one.sealed, purposeOf(district.tenant.id, one.sealedFor));
      lines.push(csvLine([...describe(one, names), one.userPrincipalName, password]));
    }
    await hand(csvStart + lines.join(''));
    return await district.write(async (scope) => {
      await forgetPasswords(scope, waiting);
      return { outcome: waiting.length, entries: [{ count: waiting.length }] };
    });
  });
}

function describe({ role, personId }: WaitingPassword, names: ReadonlyMap<string, PersonName>): string[] {
  const key = personKey(role, personId);
  const { school = '', givenName = '', surname = '' } = names.get(key) ?? {};
  return [key, school, givenName, surname];
}
