/** The alerts of a serving relay: who looks, who sends, and who counts licenses. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { SkuFacts } from '../model/tenant-facts.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import { openVault } from '../secrets/key-file.ts';
import type { RelaySettings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';
import type { Tenant } from '../store/tenants/system.ts';
import { startDelivery } from './delivery.ts';
import { startLicenseReadings } from './licenses.ts';
import { openSender } from './send.ts';
import { startAlertWatch } from './watch.ts';

export interface AlertsOptions {
  store: Store;
  settings: RelaySettings;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables;
  /** The state folder, and a key file in place of its own. */
  home: string;
  keyFile: string | undefined;
  readSkus(tenant: Tenant): Promise<SkuFacts[]>;
  clock: Clock;
  log: Logger;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

export interface Alerts {
  /** Resolves when nothing is under way anymore, which is after the signal. */
  readonly ended: Promise<void>;
}

/** Begins at once, and ends with the signal. */
export function startAlerts({ home, keyFile, readSkus, proxies = {}, ...options }: AlertsOptions): Alerts {
  const { settings } = options;
  const sender = openSender(settings.alerts, { vault: openVault(home, keyFile), proxies });
  const delivery = startDelivery({ ...options, sender });
  const loops = [delivery, startAlertWatch({ ...options, sender, due: delivery.wake })];
  if (settings.graph.clientId !== undefined) loops.push(startLicenseReadings({ ...options, readSkus }));
  return { ended: Promise.all(loops.map((loop) => loop.ended)).then(() => undefined) };
}
