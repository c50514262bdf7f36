/** Changing the relay's settings. */
import { existsSync } from 'node:fs';
import { settingMistakes } from '../../settings/check.ts';
import {
  checkSettings,
  loadSettings,
  type RelaySettings,
  saveSettings,
  settingsRefused,
  storeAddress,
  storeFile,
} from '../../settings/settings.ts';
import { settingWarnings } from '../../settings/warnings.ts';
import { changesBetween, ofTheRelay } from '../../store/audit/audit.ts';
import { openStore, type Store } from '../../store/store.ts';
import { listTenants } from '../../store/tenants/system.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, performAcross } from '../perform.ts';
import { needSettings, type Precondition, versionOf } from './precondition.ts';
import { needTerminal } from './remote-settings.ts';

export interface ChangedSettings {
  after: RelaySettings;
  /** What became doubtful because of the change, as sentences without a period. */
  warnings: string[];
}

/**
 * Settings apply to every district: each finds the change in its own log, as well as in the relay's. Without a database
 * there is no district and no log.
 *
 * @param context `store` if the database is already open
 * @param change computes the new settings from the current ones
 * @throws HallpassError RELAY_SETTING_INVALID, RELAY_SETTINGS_INVALID, SETTING_AT_TERMINAL, PRECONDITION_FAILED also if
 *   someone else has changed them meanwhile; then nothing is changed
 */
export async function changeSettings(
  { home, clock, store: opened }: Pick<AppContext, 'home' | 'clock'> & { store?: Store },
  actor: Actor,
  change: (before: RelaySettings) => unknown,
  precondition?: Precondition,
): Promise<ChangedSettings> {
  allow(actor, 'settings.change');
  const before = await loadSettings(home);
  if (precondition !== undefined) needSettings(precondition, before);
  const wanted = checkSettings(change(before));
  needTerminal(actor, before, wanted);
  const mistakes = await settingMistakes(wanted, clock.now());
  if (mistakes.length > 0) throw settingsRefused(mistakes);
  const changes = changesBetween(before, wanted);
  if (Object.keys(changes).length === 0 || (before.store.url === undefined && !existsSync(storeFile(home)))) {
    return { after: await saveSettings(home, wanted), warnings: await newWarnings(before, wanted, clock.now()) };
  }
  const store = opened ?? (await openStore(storeAddress(home, before)));
  try {
    // The file is written within the transaction, so that concurrent changes are made one after another, and nothing
    // changes without an entry.
    return await performAcross({ store, clock }, actor, 'settings.change', async (scope) => {
      needSettings({ match: [versionOf(before)], isNeeded: false }, await loadSettings(home));
      const ids = [ofTheRelay, ...(await listTenants(scope)).map(({ id }) => id)];
      const after = await saveSettings(home, wanted);
      const warnings = await newWarnings(before, after, clock.now());
      return { outcome: { after, warnings }, entries: ids.map((tenantId) => ({ tenantId, detail: { changes } })) };
    });
  } finally {
    if (opened === undefined) await store.close();
  }
}

/** "serve" reports what was already missing before. */
async function newWarnings(before: RelaySettings, after: RelaySettings, nowMs: number): Promise<string[]> {
  const known = new Set(await settingWarnings(before, nowMs));
  return (await settingWarnings(after, nowMs)).filter((warning) => !known.has(warning));
}
