/** Enrollment: exchanges a one-time code and a new public key for an identity. */
import { retryAfterMs } from '../../shared/backoff.ts';
import { fail } from '../../shared/errors.ts';
import { type EnrollRequest, enrollRequestSchema, enrollResponseSchema } from '../../shared/link.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { enrollAddress } from '../model/addresses.ts';
import { undiciConnector } from '../network/connector.ts';
import { connectFailure } from '../network/failure.ts';
import type { Way } from '../network/proxy.ts';
import { openPool, requestBy } from '../network/requests.ts';
import { type Identity, newPrivateKey, publicHalf } from './identity.ts';
import { interception } from './interception.ts';
import { plainStatus, refusalIn, relayError } from './refusal.ts';

export interface EnrollOptions extends Way {
  relay: URL;
  code: string;
  name: string;
  signal?: AbortSignal;
}

/**
 * Registers this machine with the relay. The private key never leaves it.
 *
 * @throws HallpassError ENROLLMENT_CODE_INVALID and any other error from the relay, RELAY_UNREACHABLE,
 *   RELAY_TLS_UNTRUSTED, RELAY_TLS_INVALID, RELAY_INTERCEPTED, RELAY_REFUSED, the PROXY_ codes
 */
export async function enroll({ relay, ca, proxy, code, name, signal }: EnrollOptions): Promise<Identity> {
  // A code of another length is mistyped, and not worth one of the few attempts that the relay allows.
  if (!enrollRequestSchema.shape.code.safeParse(code).success) {
    throw fail('ENROLLMENT_CODE_INVALID', { url: relay.href });
  }
  const privateKey = await newPrivateKey();
  const request: EnrollRequest = { code, name, agentVersion: hallpassVersion, publicKey: publicHalf(privateKey) };
  const { status, headers, body } = await post(relay, { ca, proxy }, request, signal);
  const refusal = status < 300 ? {} : refusalIn(body);
  const intercepted = interception(relay.href, { status, headers, refusal });
  if (intercepted !== undefined) throw intercepted;
  if (status === 200 || status === 201) {
    const answer = enrollResponseSchema.safeParse(body);
    if (!answer.success) throw fail('RELAY_REFUSED', { url: relay.href, status: `${status}, not a relay's answer` });
    return { ...answer.data, relay: relay.href, privateKey };
  }
  if (refusal.code === undefined)
    throw fail('RELAY_REFUSED', { url: relay.href, status: plainStatus(status, headers) });
  throw relayError(relay.href, status, refusal, retryAfterMs(String(headers['retry-after'] ?? ''), Date.now()));
}

async function post(relay: URL, way: Way, request: EnrollRequest, signal: AbortSignal | undefined) {
  const url = enrollAddress(relay);
  const done = new AbortController();
  const pool = openPool(url.origin, {
    connections: 1,
    connect: undiciConnector(url, way, done.signal),
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    maxResponseSize: 1 << 20,
  });
  try {
    const answer = await requestBy(pool, {
      method: 'POST',
      path: url.pathname,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      ...(signal === undefined ? {} : { signal }),
    });
    const body: unknown = await answer.body.json().catch(() => undefined);
    return { status: answer.statusCode, headers: answer.headers, body };
  } catch (error) {
    throw connectFailure('relay', relay.href, error);
  } finally {
    done.abort();
    await pool.destroy();
  }
}
