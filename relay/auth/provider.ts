/** The sign-in provider, as this process knows it: its description and keys are read again from time to time. */
import { createRemoteJWKSet, customFetch } from 'jose';
import type { Clock } from '../../shared/clock.ts';
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import { connectionReason } from '../graph/connection-reason.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import { type Flow, openFlow } from './code-flow.ts';
import { openConnection, type ProviderConnection } from './connection.ts';
import { documentIn, type ProviderDocument, readDocument } from './discovery.ts';
import { type Expected, type Identified, readIdToken } from './id-token.ts';

/** How long a description holds: providers change it within days, and announce it. */
const documentHoldsMs = 3_600_000;

export interface ProviderSettings {
  issuer: string;
  clientId: string;
  secret: string;
  /** PEM of private authorities. */
  authorities: string | null;
  /** Its description as JSON, as it was last read. */
  document: string | null;
}

export interface Provider {
  issuer: string;
  clientId: string;
  /** The description; the last good one while the provider does not answer. @throws HallpassError as {@link readDocument} */
  document(): Promise<ProviderDocument>;
  start: Flow['start'];
  /** @throws HallpassError SIGN_IN_EXPIRED, SIGN_IN_PROVIDER_REFUSED, SIGN_IN_PROVIDER_UNREACHABLE, SIGN_IN_TOKEN_INVALID */
  finish(given: Finish): Promise<Identified>;
}

export interface Finish extends Pick<Expected, 'nonce' | 'now' | 'freshSince'> {
  code: string;
  verifier: string;
  callback: string;
}

/** @param seen called with a description that was read anew, as JSON */
export async function openProvider(
  { issuer, clientId, secret, authorities, document: stored }: ProviderSettings,
  { clock, proxies, seen }: { clock: Clock; proxies: ProxyVariables; seen(document: string): Promise<void> },
): Promise<Provider> {
  const connection = await openConnection(authorities, proxies);
  let good = stored === null ? undefined : documentIn(stored, issuer);
  let readAt: number | undefined;
  const document = async (): Promise<ProviderDocument> => {
    const now = clock.now();
    if (good !== undefined && readAt !== undefined && Math.abs(now - readAt) < documentHoldsMs) return good;
    try {
      const read = await readDocument(issuer, connection);
      if (JSON.stringify(read) !== JSON.stringify(good)) await seen(JSON.stringify(read));
      readAt = now;
      good = read;
      return read;
    } catch (error) {
      if (good !== undefined && error instanceof HallpassError && error.code === 'SIGN_IN_PROVIDER_UNREACHABLE')
        return good;
      throw error;
    }
  };
  const keySets = new Map<string, Expected['keys']>();
  const keysOf = ({ jwks_uri: address }: ProviderDocument) => {
    const keys = keySets.get(address) ?? createRemoteJWKSet(new URL(address), { [customFetch]: fetchBy(connection) });
    keySets.set(address, keys);
    return keys;
  };
  const flow = async () => openFlow({ document: await document(), clientId, secret, connection });
  return {
    ...{ issuer, clientId, document },
    start: async (asked) => await (await flow()).start(asked),
    async finish({ code, verifier, callback, ...expected }) {
      const described = await document();
      const token = await (await flow()).finish({ code, verifier, callback }).catch((error: unknown) => {
        throw tokenTrouble(error, issuer);
      });
      if (token === undefined) throw fail('SIGN_IN_TOKEN_INVALID', { reason: 'the provider sent none' });
      return await readIdToken(token, { ...expected, document: described, keys: keysOf(described), clientId });
    },
  };
}

function fetchBy(connection: ProviderConnection) {
  return async (address: string): Promise<Response> => {
    const { status, body } = await connection.get(address);
    return new Response(body, { status });
  };
}

/** Why there is no token: simple-oauth2 throws errors of Boom, with the provider's answer in `data.payload`. */
function tokenTrouble(error: unknown, provider: string): HallpassError {
  const said = refusalIn(error);
  // A code that is too old, or was used before.
  if (said === 'invalid_grant') return fail('SIGN_IN_EXPIRED', {}, { cause: error });
  if (said !== undefined) return fail('SIGN_IN_PROVIDER_REFUSED', { provider, reason: said }, { cause: error });
  const cause = error instanceof Error && 'data' in error && error.data instanceof Error ? error.data : error;
  const reason = cause instanceof Error ? connectionReason(cause) : reasonOf(error);
  return fail('SIGN_IN_PROVIDER_UNREACHABLE', { provider, reason }, { cause: error });
}

/** `error` of RFC 6749 §5.2. */
function refusalIn(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined;
  const { data } = error as { data: { payload?: { error?: unknown } } | null };
  const said = data?.payload?.error;
  return typeof said === 'string' ? said.slice(0, 100) : undefined;
}
