/** Access tokens: signed as Entra signs them, and checked on every Graph call. */
import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../../../shared/clock.ts';
import { GraphError } from '../errors.ts';
import type { Caller } from '../graph/call.ts';
import type { Random } from '../random.ts';

/** Seconds, as Entra reports them in `expires_in` for an hour's token. */
export const tokenLife = 3599;
const maxCached = 1000;

let signing: Promise<{ keys: Awaited<ReturnType<typeof generateKeyPair>>; jwk: JWK }> | undefined;

/** Created once per process: it takes longer than everything else in a simulator's start. */
function signingKeys(): NonNullable<typeof signing> {
  signing ??= generateKeyPair('RS256', { modulusLength: 2048 }).then(async (keys) => {
    return { keys, jwk: await exportJWK(keys.publicKey) };
  });
  return signing;
}

export class AccessTokens {
  readonly jwks: { keys: JWK[] };
  readonly #keys: Awaited<ReturnType<typeof generateKeyPair>>;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Verified tokens: a signature is checked once, the expiry every time. */
  readonly #verified = new Map<string, { caller: Caller; expires: number }>();

  private constructor(keys: Awaited<ReturnType<typeof generateKeyPair>>, jwk: JWK, clock: Clock, random: Random) {
    this.#keys = keys;
    this.jwks = { keys: [{ ...jwk, kid: 'simulator', use: 'sig', alg: 'RS256' }] };
    this.#clock = clock;
    this.#random = random;
  }

  static async create(clock: Clock, random: Random): Promise<AccessTokens> {
    const { keys, jwk } = await signingKeys();
    return new AccessTokens(keys, jwk, clock, random);
  }

  async issue(grant: {
    issuer: string;
    audience: string;
    tenantId: string;
    appId: string;
    roles: readonly string[];
  }): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1000);
    const claims = {
      appid: grant.appId,
      appidacr: '2',
      idtyp: 'app',
      tid: grant.tenantId,
      ver: '1.0',
      // Without consent the claim is missing entirely, but the token is issued.
      ...(grant.roles.length > 0 ? { roles: [...grant.roles] } : {}),
    };
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'simulator' })
      .setIssuer(grant.issuer)
      .setAudience(grant.audience)
      .setSubject(grant.appId)
      .setJti(this.#random.guid())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + tokenLife)
      .sign(this.#keys.privateKey);
  }

  /** @throws 401 for a missing, foreign or expired token */
  async verify(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthorized('Access token is empty.');
    const known = this.#verified.get(token);
    if (known !== undefined) {
      if (known.expires > this.#clock.now()) return known.caller;
      throw unauthorized('Lifetime validation failed, the token is expired.');
    }
    const currentDate = new Date(this.#clock.now());
    const verified = await jwtVerify(token, this.#keys.publicKey, { algorithms: ['RS256'], currentDate }).catch(
      (error: { code?: string }) => {
        const expired = error.code === 'ERR_JWT_EXPIRED';
        throw unauthorized(
          expired
            ? 'Lifetime validation failed, the token is expired.'
            : 'CompactToken validation failed with reason code: 80049228.',
        );
      },
    );
    const { payload } = verified;
    const roles = Array.isArray(payload.roles) ? payload.roles.map(String) : [];
    const caller = { appId: String(payload.appid), tenantId: String(payload.tid), roles: new Set(roles) };
    if (this.#verified.size >= maxCached) this.#verified.clear();
    this.#verified.set(token, { caller, expires: (payload.exp ?? 0) * 1000 });
    return caller;
  }
}

function unauthorized(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    headers: {
      'WWW-Authenticate':
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}
