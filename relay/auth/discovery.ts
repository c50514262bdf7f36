/** What a sign-in provider says of itself (OpenID Connect Discovery 1.0). */
import { z } from 'zod';
import { fail, reasonOf } from '../../shared/errors.ts';
import { isLoopback } from '../../shared/trust.ts';
import { connectionReason } from '../graph/connection-reason.ts';
import type { ProviderConnection } from './connection.ts';

/** No encryption on this computer alone. */
const endpoint = z.url({ protocol: /^https?$/ }).refine((address) => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || isLoopback(hostname);
}, 'it has no encryption');

const documentSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  end_session_endpoint: endpoint.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});
export type ProviderDocument = z.infer<typeof documentSchema>;

/**
 * @param issuer as the operator gave it
 * @throws HallpassError SIGN_IN_PROVIDER_UNREACHABLE, SIGN_IN_PROVIDER_UNUSABLE
 */
export async function readDocument(issuer: string, connection: ProviderConnection): Promise<ProviderDocument> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { status, body } = await connection.get(address).catch((error: unknown) => {
    throw fail('SIGN_IN_PROVIDER_UNREACHABLE', { provider: issuer, reason: connectionReason(error) }, { cause: error });
  });
  if (status !== 200) {
    throw fail('SIGN_IN_PROVIDER_UNREACHABLE', {
      provider: issuer,
      reason: `${address} answers with status ${status}`,
    });
  }
  return documentIn(body, issuer);
}

/** @throws HallpassError SIGN_IN_PROVIDER_UNUSABLE */
export function documentIn(body: string, issuer: string): ProviderDocument {
  const result = documentSchema.safeParse(jsonIn(body, issuer));
  if (!result.success) {
    const [issue] = result.error.issues;
    const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    throw fail('SIGN_IN_PROVIDER_UNUSABLE', { provider: issuer, reason });
  }
  const { issuer: named } = result.data;
  if (isIssuer(named, issuer)) return result.data;
  throw fail('SIGN_IN_PROVIDER_UNUSABLE', { provider: issuer, reason: `it calls itself ${named}` });
}

function jsonIn(body: string, issuer: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw fail('SIGN_IN_PROVIDER_UNUSABLE', { provider: issuer, reason: reasonOf(error) }, { cause: error });
  }
}

/** Microsoft's multi-tenant addresses call themselves `…/{tenantid}/v2.0`, to be replaced by the tenant of each token. */
const tenantPlace = '{tenantid}';

function isIssuer(named: string, given: string): boolean {
  const pattern = named.replace(/\/$/, '').split(tenantPlace).map(RegExp.escape).join('[\\w.-]+');
  return new RegExp(`^${pattern}/?$`).test(given);
}

/**
 * The issuer that a token must name.
 *
 * @param tid the token's own claim, for multi-tenant addresses; the issuer of a token from elsewhere does not follow from it
 */
export function issuerOf({ issuer }: ProviderDocument, tid: unknown): string {
  const isTenant = typeof tid === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(tid);
  return issuer.replace(tenantPlace, isTenant ? tid : 'none');
}
