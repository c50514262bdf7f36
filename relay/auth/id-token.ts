/**
 * The token that says who has signed in. Nothing of it is believed before all of it has been checked: @fastify/oauth2 hands it over
 * unread.
 */
import { decodeJwt, type JWTPayload, type JWTVerifyGetKey, errors as joseErrors, jwtVerify } from 'jose';
import { fail, reasonOf } from '../../shared/errors.ts';
import { issuerOf, type ProviderDocument } from './discovery.ts';

/** Signed with a key pair: a shared secret (HS256) or nothing (`none`) would let others make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Between the provider's clock and ours, seconds. */
const toleratedSeconds = 60;

export interface Expected {
  document: ProviderDocument;
  keys: JWTVerifyGetKey;
  clientId: string;
  nonce: string;
  now: Date;
  /** Set where the person has to have signed in since then, although the provider knew them. */
  freshSince?: Date | undefined;
}

/** Who has signed in, as the provider vouches for. */
export interface Identified {
  authority: string;
  subject: string;
  name: string;
  email: string | null;
}

/** @throws HallpassError SIGN_IN_TOKEN_INVALID, SIGN_IN_TIME_MISSING, SIGN_IN_PROVIDER_UNREACHABLE for its keys */
export async function readIdToken(token: string, expected: Expected): Promise<Identified> {
  const claims = await verified(token, expected);
  if (claims.nonce !== expected.nonce) throw invalid('it belongs to another sign-in (nonce)');
  if (claims.azp !== undefined && claims.azp !== expected.clientId) throw invalid('it is for another program (azp)');
  needFresh(claims, expected.freshSince);
  return identityIn(claims);
}

async function verified(token: string, { document, keys, clientId, now }: Expected): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer: issuerOf(document, decodeJwt(token).tid),
      audience: clientId,
      clockTolerance: toleratedSeconds,
      currentDate: now,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'],
    });
    return payload;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError && !(error instanceof joseErrors.JWKSTimeout)) {
      throw invalid(reasonOf(error), error);
    }
    const provider = document.issuer;
    throw fail('SIGN_IN_PROVIDER_UNREACHABLE', { provider, reason: `its keys: ${reasonOf(error)}` }, { cause: error });
  }
}

/** OpenID Connect Core 1.0 §3.1.2.1: who asks with max_age gets auth_time. Microsoft sends it as an optional claim. */
function needFresh({ auth_time: time }: JWTPayload, since: Date | undefined): void {
  if (since === undefined) return;
  if (typeof time !== 'number') throw fail('SIGN_IN_TIME_MISSING', {});
  if (time + toleratedSeconds < since.getTime() / 1000) throw invalid('the person has not signed in again (auth_time)');
}

/**
 * Microsoft's `sub` differs from program to program; `tid` with `oid` is the person in their tenant. They count only where the issuer
 * is that tenant.
 */
function identityIn(claims: JWTPayload): Identified {
  const { iss = '', sub = '', tid, oid } = claims;
  const isMicrosoft = typeof tid === 'string' && typeof oid === 'string' && iss.split('/').includes(tid);
  const who = isMicrosoft
    ? { authority: tid.toLowerCase(), subject: oid.toLowerCase() }
    : { authority: iss, subject: sub };
  const address = textIn(claims.email) ?? textIn(claims.preferred_username) ?? null;
  return { ...who, name: textIn(claims.name) ?? address ?? who.subject, email: address };
}

function textIn(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined;
  const text = claim
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 200);
  return text === '' ? undefined : text;
}

function invalid(reason: string, cause?: unknown) {
  return fail('SIGN_IN_TOKEN_INVALID', { reason }, { cause });
}
