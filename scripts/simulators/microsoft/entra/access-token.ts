/** Access tokens: signed as Entra signs them, and checked on every Graph call. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../../../shared/clock.ts';
import { keptSigningKey } from '../../kept-keys.ts';
import { GraphError } from '../errors.ts';
import type { Caller } from '../graph/call.ts';
import type { Random } from '../random.ts';

/** Seconds, as Entra reports them in `expires_in` for an hour's token. */
export const tokenLife = 3599;
const maxCached = 1000;

export class AccessTokens {
  readonly jwks: { keys: JWK[] };
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Verified tokens: a signature is checked once, the expiry every time. */
  readonly #verified = new Map<string, { caller: Caller; expires: number }>();

  private constructor(privateKey: KeyObject, publicKey: KeyObject, jwk: JWK, clock: Clock, random: Random) {
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.jwks = { keys: [{ ...jwk, kid: 'simulator', use: 'sig', alg: 'RS256' }] };
    this.#clock = clock;
    this.#random = random;
  }

  static async create(clock: Clock, random: Random): Promise<AccessTokens> {
    const privateKey = await keptSigningKey();
    const publicKey = createPublicKey(privateKey);
    return new AccessTokens(privateKey, publicKey, await exportJWK(publicKey), clock, random);
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
      .sign(this.#privateKey);
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
    const verified = await jwtVerify(token, this.#publicKey, { algorithms: ['RS256'], currentDate }).catch(
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
