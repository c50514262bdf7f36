/** The question for an administrator's consent, as an address at Microsoft. */

export interface ConsentQuestion {
  /** `https://login.microsoftonline.com`, or that of a national cloud. */
  authority: string;
  graphTenantId: string;
  clientId: string;
  /** Of Graph: the scope is everything that the registration lists of it. */
  baseUrl: string;
  /** Registered as a redirect URI. */
  redirectUri: string;
  /** Undefined for a link that somebody opens outside of the console: its answer proves nothing, and is not looked at. */
  state: string | undefined;
}

/** Where an administrator grants it: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent */
export function consentAddress(asked: ConsentQuestion): string {
  const { authority, graphTenantId, clientId, baseUrl, redirectUri, state } = asked;
  const address = new URL(`${authority.replace(/\/+$/, '')}/${encodeURIComponent(graphTenantId)}/v2.0/adminconsent`);
  const query = { client_id: clientId, scope: `${baseUrl}/.default`, redirect_uri: redirectUri };
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  if (state !== undefined) address.searchParams.set('state', state);
  return address.href;
}
