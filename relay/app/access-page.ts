/** Where the console shows what a district's Microsoft 365 grants, and where Microsoft sends whoever consents. */
import { loadSettings, publicUrl } from '../settings/settings.ts';
import type { Tenant } from '../store/tenants/system.ts';
import type { AppContext } from './perform.ts';

/** Below the relay's address. */
export const accessPath = ({ slug }: Pick<Tenant, 'slug'>) => `/console/districts/${slug}/microsoft`;
/** The redirect URI that each registration of the relay has. */
export const consentCallback = '/console/consent/callback';

export async function accessPageOf({ home }: Pick<AppContext, 'home'>, tenant: Pick<Tenant, 'slug'>): Promise<string> {
  return `${publicUrl(await loadSettings(home))}${accessPath(tenant)}`;
}
