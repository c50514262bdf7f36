/** The relay's settings, for actors who may see them. */
import { loadSettings, type RelaySettings } from '../../settings/settings.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';

/** @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, RELAY_SETTING_INVALID, STATE_UNREADABLE */
export async function settingsNow({ home }: { home: string }, actor: Actor): Promise<RelaySettings> {
  allow(actor, 'settings');
  return await loadSettings(home);
}
