/** Changing the relay's settings. */
import { existsSync } from 'node:fs';
import type { Clock } from '../../../shared/clock.ts';
import { settingMistakes } from '../../settings/check.ts';
import {
  checkSettings,
  loadSettings,
  type RelaySettings,
  saveSettings,
  settingsRefused,
  storeFile,
} from '../../settings/settings.ts';
import { changesBetween } from '../../store/audit/audit.ts';
import { openStore } from '../../store/store.ts';
import { listTenants } from '../../store/tenants/system.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { performAcross } from '../perform.ts';

/**
 * Settings are every district's: each finds the change in its own log. Where there is no database there is no district.
 *
 * @param change what becomes of the settings that there are
 * @throws HallpassError RELAY_SETTING_INVALID, RELAY_SETTINGS_REFUSED: nothing is changed then
 */
export async function changeSettings(
  { home, clock }: { home: string; clock: Clock },
  actor: Actor,
  change: (before: RelaySettings) => unknown,
): Promise<{ before: RelaySettings; after: RelaySettings }> {
  allow(actor, 'settings.change');
  const before = await loadSettings(home);
  const wanted = checkSettings(change(before));
  const mistakes = await settingMistakes(wanted, clock.now());
  if (mistakes.length > 0) throw settingsRefused(mistakes);
  const after = await saveSettings(home, wanted);
  const changes = changesBetween(before, after);
  if (Object.keys(changes).length === 0 || !existsSync(storeFile(home))) return { before, after };
  const store = await openStore(storeFile(home));
  try {
    await performAcross({ store, clock }, actor, 'settings.change', async (scope) => ({
      outcome: undefined,
      entries: (await listTenants(scope)).map(({ id }) => ({ tenantId: id, detail: { changes } })),
    }));
  } finally {
    await store.close();
  }
  return { before, after };
}
