/** Proving a consent: by a token, never by what a browser brings back. */
import { fail } from '../../shared/errors.ts';
import { claimsOf, rolesIn } from './roles-in-token.ts';
import { type Application, signIn } from './sign-in.ts';
import type { Transport } from './transport.ts';

/**
 * The application permissions that the tenant has granted.
 *
 * @throws HallpassError GRAPH_SIGN_IN_REFUSED, GRAPH_UNREADABLE also for a token of another tenant or application, GRAPH_UNREACHABLE,
 *   GRAPH_THROTTLED, GRAPH_FAILED
 */
export async function provenRoles(application: Application, transport: Transport, tenant: string): Promise<string[]> {
  const token = await signIn(application, transport, tenant);
  // Tokens of version 2 name the application in "azp".
  const { tid, appid, azp } = claimsOf(token);
  if (tid !== tenant || (appid ?? azp) !== application.clientId) {
    throw fail('GRAPH_UNREADABLE', { what: 'the sign-in', status: 200, words: 'a token of another tenant' });
  }
  return rolesIn(token);
}
