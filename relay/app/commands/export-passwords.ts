/** First passwords of accounts that Hallpass created: exported once, then deleted. */
import { personKey } from '../../model/person-key.ts';
import { openVault } from '../../secrets/key-file.ts';
import { loadSettings } from '../../settings/settings.ts';
import {
  countPasswords,
  forgetPasswords,
  readPasswords,
  type WaitingPassword,
} from '../../store/accounts/initial-passwords.ts';
import { slices } from '../../store/engine/slices.ts';
import { type PersonName, readNames } from '../../store/roster/people-names.ts';
import { purposeOf } from '../../sync/apply/new-accounts.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, perform, type TenantRef } from '../perform.ts';
import type { FirstPassword } from '../queries/passwords.ts';

export interface Exported {
  passwords: readonly FirstPassword[];
  /** How many wait for the next time. */
  left: number;
}

/**
 * @param asked `most`: so many at most, by role and person; `hand`: receives them, and resolves once they are stored safely; called
 *   only if there are any
 * @returns what was exported
 * @throws HallpassError KEY_UNUSABLE, KEY_WRONG, and what `hand` throws: then nothing is deleted
 */
export async function exportPasswords(
  context: AppContext,
  actor: Actor,
  { tenant, most, hand }: { tenant: TenantRef; most?: number; hand: (exported: Exported) => Promise<void> },
): Promise<Exported> {
  const { home, keyFile } = context;
  return await perform(context, actor, { action: 'passwords.export', tenant }, async (district) => {
    const vault = openVault(home, keyFile ?? (await loadSettings(home)).secrets.keyFile);
    const { waiting, left, names } = await district.read(async (scope) => {
      const waiting = await readPasswords(scope, { limit: most });
      return { waiting, left: (await countPasswords(scope)) - waiting.length, names: await readNames(scope) };
    });
    if (waiting.length === 0) return { passwords: [], left };
    const passwords: FirstPassword[] = [];
    for (const one of waiting) {
      const password = await vault.open(one.sealed, purposeOf(district.tenant.id, one.sealedFor));
      passwords.push({ ...describe(one, names), userPrincipalName: one.userPrincipalName, password });
    }
    await hand({ passwords, left });
    // All of them are handed out, so the first entry counts them all. What a kill leaves is handed out once more.
    for (const [at, some] of [...slices(waiting)].entries()) {
      await district.write(async (scope) => {
        await forgetPasswords(scope, some);
        return { outcome: undefined, entries: at === 0 ? [{ count: waiting.length }] : [] };
      });
    }
    return { passwords, left };
  });
}

function describe({ role, personId }: WaitingPassword, names: ReadonlyMap<string, PersonName>) {
  const person = personKey(role, personId);
  const { school = '', givenName = '', surname = '' } = names.get(person) ?? {};
  return { person, school, givenName, surname };
}
