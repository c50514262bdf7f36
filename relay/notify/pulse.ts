/**
 * Whether a failure could go unheard. Whoever watches from outside asks it, or misses the calls that the relay makes
 * while all is well: then even the failure of the alerts themselves is noticed.
 */
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type PulsePart, pulseParts, readPulse, unheard } from '../store/alerts/pulse.ts';
import type { Store } from '../store/store.ts';

/** Each part notes every minute that it has done its work. */
const silentMs = 5 * 60_000;
/** For so long an alert may be on its way. */
const unheardMs = 15 * 60_000;

const words: Readonly<Record<PulsePart, string>> = {
  watch: 'nobody looks for what is wrong',
  delivery: 'nobody sends alerts',
};

/**
 * @param tenantId a district, if only what concerns it counts
 * @returns PART_SILENT; undefined while all is well
 * @throws HallpassError STORE_UNAVAILABLE
 */
export async function pulseTrouble(store: Store, nowMs: number, tenantId?: string): Promise<HallpassError | undefined> {
  return await store.readSystem(async (scope) => {
    const seen = await readPulse(scope);
    const parts = pulseParts.filter((part) => nowMs - Date.parse(seen[part] ?? '1970-01-01') > silentMs);
    const missed = await unheard(scope, new Date(nowMs - unheardMs).toISOString(), tenantId);
    const said = [...parts.map((part) => words[part]), ...missed.map((cause) => `nobody was told of ${cause}`)];
    return said.length === 0 ? undefined : fail('PART_SILENT', { parts: said.join('; ') });
  });
}
