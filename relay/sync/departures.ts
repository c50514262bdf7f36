/**
 * The step of a turn that notices departures from PowerSchool. It only records them; the plan of each profile decides
 * what to do.
 */
import type { Logger } from 'pino';
import { writeDepartures } from '../store/applied/departures.ts';
import type { Store } from '../store/store.ts';
import type { TenantState } from './state/tenant-state.ts';

/** @param today the district's date, YYYY-MM-DD */
export async function followDepartures(
  { store, tenantId, log }: { store: Store; tenantId: string; log: Logger },
  state: TenantState,
  today: string,
): Promise<void> {
  const news = state.noteDepartures(today);
  const [gone, back] = [news.gone.length, news.back.length];
  if (gone + back === 0) return;
  await store.withTenant(tenantId, (scope) => writeDepartures(scope, news, today));
  log.info(
    { event: 'roster.departures', gone, back },
    `${gone} people and sections are gone from PowerSchool, ${back} are back`,
  );
}
