/** Which settings programs may change, too, and the format in which they do so. */
import { fail } from '../../../shared/errors.ts';
import type { RelaySettings } from '../../settings/settings.ts';
import type { Actor } from '../actor.ts';

type Section = keyof RelaySettings;

/**
 * Every setting; the compiler keeps the list complete. Those marked false name a file on the relay's own computer, or
 * where the relay sends its credentials: a stolen token must not read files or send secrets elsewhere.
 */
const remote: { readonly [S in Section]: Readonly<Record<keyof Required<RelaySettings[S]>, boolean>> } = {
  listen: {
    ...{ host: true, port: true, trustedProxies: true, proxyProtocol: true, publicUrl: true },
    ...{ maxConnections: true, maxConnectionsPerAddress: true, certFile: false, keyFile: false },
  },
  graph: {
    ...{ clientId: true, speed: true, secretEnds: true, baseUrl: false, authority: false, caFile: false },
    ...{ certificateFile: false, keyFile: false, secretFile: false, readerClientId: true, readerSecretFile: false },
  },
  agents: { cycleSeconds: true },
  journal: { keepDays: true },
  metrics: { port: true },
  // Which servers in its own network the relay reaches is the operator's alone.
  alerts: { privateHosts: false, caFile: false },
  store: { url: false },
  secrets: { keyFile: false },
};

/** @throws HallpassError SETTING_AT_TERMINAL */
export function needTerminal(actor: Actor, before: RelaySettings, after: RelaySettings): void {
  if (actor.kind === 'terminal') return;
  for (const [section, allowed] of Object.entries(remote)) {
    const [old, now] = [before, after].map((all) => new Map(Object.entries(all[section as Section])));
    for (const [name, isRemote] of Object.entries(allowed)) {
      if (isRemote || old?.get(name) === now?.get(name)) continue;
      throw fail('SETTING_AT_TERMINAL', { setting: `${section}.${name}` });
    }
  }
}

/** By section and name; null resets a setting to its default (as in RFC 7396). */
export type SettingsPatch = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export function patched(before: RelaySettings, patch: SettingsPatch): Record<string, unknown> {
  const sections = new Map<string, object>(Object.entries(before));
  for (const [section, changes] of Object.entries(patch)) {
    const values = Object.entries({ ...sections.get(section), ...changes });
    sections.set(section, Object.fromEntries(values.filter(([, value]) => value !== null)));
  }
  return Object.fromEntries(sections);
}
