/** Changing the relay's settings. */
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { fail } from '../../../shared/errors.ts';
import { settingMistakes } from '../../settings/check.ts';
import {
  checkSettings,
  loadSettings,
  type RelaySettings,
  saveSettings,
  settingsRefused,
  storeFile,
} from '../../settings/settings.ts';
import { changesBetween, ofTheRelay } from '../../store/audit/audit.ts';
import { openStore, type Store } from '../../store/store.ts';
import { listTenants } from '../../store/tenants/system.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, performAcross } from '../perform.ts';

/**
 * Settings are every district's: each finds the change in its own log, beside the relay's. Where there is no database yet, there is no
 * district and no log.
 *
 * @param context `store` where the database is open already
 * @param change what becomes of the settings that there are
 * @throws HallpassError RELAY_SETTING_INVALID, RELAY_SETTINGS_INVALID, PRECONDITION_FAILED where somebody else changed them meanwhile:
 *   nothing is changed then
 */
export async function changeSettings(
  { home, clock, store: opened }: Pick<AppContext, 'home' | 'clock'> & { store?: Store },
  actor: Actor,
  change: (before: RelaySettings) => unknown,
): Promise<{ before: RelaySettings; after: RelaySettings }> {
  allow(actor, 'settings.change');
  const before = await loadSettings(home);
  const wanted = checkSettings(change(before));
  const mistakes = await settingMistakes(wanted, clock.now());
  if (mistakes.length > 0) throw settingsRefused(mistakes);
  const changes = changesBetween(before, wanted);
  if (Object.keys(changes).length === 0 || !existsSync(storeFile(home))) {
    return { before, after: await saveSettings(home, wanted) };
  }
  const store = opened ?? (await openStore(storeFile(home)));
  try {
    // The file is written within the transaction: others who change it come one after another, and without an entry it stays.
    return await performAcross({ store, clock }, actor, 'settings.change', async (scope) => {
      if (!isDeepStrictEqual(await loadSettings(home), before)) {
        throw fail('PRECONDITION_FAILED', { what: 'The settings are', again: 'the settings' });
      }
      const ids = [ofTheRelay, ...(await listTenants(scope)).map(({ id }) => id)];
      const after = await saveSettings(home, wanted);
      return { outcome: { before, after }, entries: ids.map((tenantId) => ({ tenantId, detail: { changes } })) };
    });
  } finally {
    if (opened === undefined) await store.close();
  }
}
