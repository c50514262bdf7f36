/** App tokens for Graph: one confidential client for the relay's application, one flight per tenant. */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions } from '@azure/msal-node';
import { decodeJwt } from 'jose';
import { retryAfterMs } from '../../shared/backoff.ts';
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import type { RelaySettings } from '../settings.ts';
import type { Transport } from './transport.ts';

/** What the relay needs in every mode; owners of groups want more than GroupMember.ReadWrite.All. Creating accounts and licences is checked when a profile asks for it. */
export const baseRoles = ['EduRoster.ReadWrite.All', 'User.Read.All', 'Group.ReadWrite.All'] as const;

/** Roles that include another one. */
const implied: Record<string, readonly string[]> = {
  'User.Read.All': ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  'Group.ReadWrite.All': ['Directory.ReadWrite.All'],
};

export interface Credentials {
  /**
   * A token for this Microsoft tenant.
   *
   * @throws HallpassError GRAPH_SIGN_IN_REFUSED, GRAPH_CONSENT_MISSING; GRAPH_UNREACHABLE, GRAPH_THROTTLED and GRAPH_FAILED where
   *   the sign-in service gave no answer
   */
  token(graphTenantId: string): Promise<string>;
  /** Gets another one, although the one there is seems good. @throws as {@link Credentials.token} */
  renew(graphTenantId: string): Promise<void>;
}

export async function openCredentials(settings: RelaySettings['graph'], transport: Transport): Promise<Credentials> {
  const troubles = new Map<string, HallpassError>();
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: settings.clientId ?? missing('graph client id'),
      ...(await secretOf(settings)),
      // Keeps MSAL from asking a Microsoft host which authorities exist, which a national cloud or simulator is not.
      knownAuthorities: [new URL(settings.authority).host],
    },
    system: { networkClient: networkOf(transport, troubles) },
  });
  const flights = new Map<string, Promise<string>>();

  const acquire = async (tenant: string, skipCache: boolean): Promise<string> => {
    troubles.delete(tenant);
    const result = await application
      .acquireTokenByClientCredential({
        scopes: [`${settings.baseUrl}/.default`],
        authority: `${settings.authority}/${tenant}`,
        skipCache,
      })
      .catch((error: unknown) => {
        throw (
          troubles.get(tenant) ?? fail('GRAPH_SIGN_IN_REFUSED', { tenant, reason: reasonOf(error) }, { cause: error })
        );
      });
    if (result === null) throw fail('GRAPH_SIGN_IN_REFUSED', { tenant, reason: 'no token came back' });
    const lacking = lackingRoles(result.accessToken);
    if (lacking.length === 0) return result.accessToken;
    // MSAL would give out the token of before the consent for up to an hour.
    if (result.fromCache) return await acquire(tenant, true);
    throw fail('GRAPH_CONSENT_MISSING', { tenant, roles: lacking.join(', ') });
  };

  // MSAL does not join parallel calls: three cold ones would be three token requests.
  const join = (tenant: string, skipCache: boolean): Promise<string> => {
    const flight = flights.get(tenant) ?? acquire(tenant, skipCache).finally(() => flights.delete(tenant));
    flights.set(tenant, flight);
    return flight;
  };
  return {
    token: (tenant) => join(tenant, false),
    async renew(tenant) {
      await join(tenant, true);
    },
  };
}

/** A token may come without roles while consent is missing or still spreading: better told now than as a 403 later. */
function lackingRoles(token: string): string[] {
  const { roles } = decodeJwt<{ roles?: string[] }>(token);
  const granted = new Set(roles ?? []);
  return baseRoles.filter((role) => ![role, ...(implied[role] ?? [])].some((name) => granted.has(name)));
}

async function secretOf(settings: RelaySettings['graph']) {
  if (settings.certificateFile !== undefined && settings.keyFile !== undefined) {
    const certificate = await readText(settings.certificateFile);
    return {
      clientCertificate: {
        thumbprintSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
        privateKey: await readText(settings.keyFile),
        x5c: certificate,
      },
    };
  }
  if (settings.secretFile !== undefined) return { clientSecret: (await readText(settings.secretFile)).trim() };
  return missing('graph certificate and key (or secret file)');
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw fail('FILE_UNREADABLE', { file, reason: reasonOf(error) }, { cause: error });
  });
}

function missing(setting: string): never {
  throw fail('RELAY_NOT_CONFIGURED', { setting });
}

/**
 * What MSAL asks over. It makes one error of everything that keeps an answer away, or none at all, and answers for a minute
 * from memory after a 5xx: so what passes is kept apart from what is refused, and never shown to it.
 *
 * @param troubles the last such failure, by tenant
 */
function networkOf(transport: Transport, troubles: Map<string, HallpassError>): INetworkModule {
  const request = async <T>(method: string, url: string, options: NetworkRequestOptions = {}) => {
    const headers = options.headers ?? {};
    const init = options.body === undefined ? { method, headers } : { method, headers, body: options.body };
    try {
      const response = await transport.send(url, init);
      const text = await response.text();
      if (response.status === 429 || response.status >= 500) throw busy(response, text);
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers.entries()),
        body: JSON.parse(text) as T,
      };
    } catch (error) {
      const { origin, pathname } = new URL(url);
      const trouble =
        error instanceof HallpassError
          ? error
          : fail('GRAPH_UNREACHABLE', { url: origin, reason: reasonOf(error) }, { cause: error });
      troubles.set(pathname.split('/')[1] ?? '', trouble);
      throw trouble;
    }
  };
  return {
    sendGetRequestAsync: (url, options) => request('GET', url, options),
    sendPostRequestAsync: (url, options) => request('POST', url, options),
  };
}

function busy({ status, headers }: Response, text: string): HallpassError {
  const wait = retryAfterMs(headers.get('retry-after'), Date.parse(headers.get('date') ?? ''));
  const again = wait === undefined ? {} : { retryAfterMs: wait };
  if (status === 429) return fail('GRAPH_THROTTLED', { scope: 'sign-in' }, again);
  const requestId = headers.get('x-ms-request-id') ?? 'none';
  const reason = /AADSTS\d+[^"\\]*/.exec(text)?.[0] ?? 'no reason given';
  return fail('GRAPH_FAILED', { what: 'the sign-in', status, reason, requestId }, again);
}
