/** The client credentials grant: who asks, proven by a certificate's assertion or a secret, and for what. */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { isBag } from '../json.ts';
import { AadError } from './aad-error.ts';
import { type AppRegistration, hasSecret } from './app-registration.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Entra accepts assertions with at most this lifetime; a little clock skew is allowed either way. */
const maxAssertionLife = 24 * 3600;
const skew = 300;
const maxRemembered = 10_000;

export interface GrantContext {
  /** Those that are registered, as the tenant knows them. */
  apps: readonly AppRegistration[];
  /** Allowed values of an assertion's `aud`: the token endpoint under every name that the client may know. */
  audiences: readonly string[];
  /** Resources that a scope `<resource>/.default` may name. */
  resources: readonly string[];
  /** `jti` values seen, with their expiry in seconds. */
  seen: Map<string, number>;
  /** Milliseconds. */
  now: number;
}

/** Checks a token request. @returns who asks, and for which resource. @throws AadError */
export async function checkGrant(
  form: URLSearchParams,
  context: GrantContext,
): Promise<{ app: AppRegistration; audience: string }> {
  const grant = form.get('grant_type');
  if (grant === null) throw missing('grant_type');
  if (grant !== 'client_credentials') {
    throw new AadError(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  }
  const clientId = form.get('client_id');
  if (clientId === null) throw missing('client_id');
  const app = context.apps.find((one) => one.clientId === clientId);
  // Of an application without a service principal the tenant knows nothing.
  if (app === undefined || !app.isKnown) {
    throw new AadError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory.`,
    );
  }
  const resource = readScope(form.get('scope'), context.resources);
  const [assertion, secret] = [form.get('client_assertion'), form.get('client_secret')];
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== assertionType) throw missing('client_assertion_type');
    await checkAssertion(assertion, app, context);
  } else if (secret !== null) {
    if (!hasSecret(app, secret)) {
      throw new AadError(
        401,
        'invalid_client',
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
      );
    }
  } else {
    throw new AadError(
      401,
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  }
  return { app, audience: resource };
}

function readScope(scope: string | null, resources: readonly string[]): string {
  if (scope === null) throw missing('scope');
  // MSAL adds the OpenID scopes to some requests; only the resource's own scope counts here.
  const wanted = scope.split(' ').filter((part) => !['openid', 'profile', 'offline_access', ''].includes(part));
  const [only] = wanted;
  if (wanted.length !== 1 || only === undefined || !only.endsWith('/.default')) {
    throw new AadError(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  }
  const resource = only.slice(0, -'/.default'.length);
  if (!resources.includes(resource)) {
    throw new AadError(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant.`,
    );
  }
  return resource;
}

async function checkAssertion(assertion: string, app: AppRegistration, context: GrantContext): Promise<void> {
  const { alg, thumbprint } = readHeader(assertion);
  const keys = app.keys.get(thumbprint);
  if (keys === undefined || (alg !== 'PS256' && alg !== 'RS256')) {
    throw new AadError(
      401,
      'invalid_client',
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}']`,
    );
  }
  let claims: JWTPayload;
  try {
    const currentDate = new Date(context.now);
    const verified = await jwtVerify(assertion, keys[alg], { algorithms: [alg], clockTolerance: skew, currentDate });
    claims = verified.payload;
  } catch (error) {
    throw refusalOf(error);
  }
  if (claims.iss !== app.clientId || claims.sub !== app.clientId) {
    throw new AadError(
      401,
      'invalid_client',
      700021,
      "Client assertion application identifier doesn't match 'client_id' parameter.",
    );
  }
  if (typeof claims.aud !== 'string' || !context.audiences.includes(claims.aud)) {
    throw new AadError(401, 'invalid_client', 700023, 'Client assertion audience claim does not match Realm issuer.');
  }
  const seconds = context.now / 1000;
  if (claims.exp === undefined || claims.exp > seconds + maxAssertionLife) throw outOfTime();
  checkReplay(claims.jti, claims.exp, context.seen, seconds);
}

function readHeader(assertion: string): { alg: string; thumbprint: string } {
  try {
    const header: unknown = decodeProtectedHeader(assertion);
    if (!isBag(header)) throw new TypeError('no header');
    const thumbprint = header['x5t#S256'] ?? header.x5t;
    return { alg: String(header.alg), thumbprint: typeof thumbprint === 'string' ? thumbprint : '' };
  } catch {
    throw new AadError(400, 'invalid_request', 50027, 'JWT token is invalid or malformed.');
  }
}

/** An assertion works once: anyone who intercepts it cannot use it again. */
function checkReplay(jti: string | undefined, exp: number, seen: Map<string, number>, seconds: number): void {
  if (jti === undefined || jti === '' || seen.has(jti)) {
    throw new AadError(401, 'invalid_client', 50013, 'The client assertion has no jti claim, or it was used before.');
  }
  if (seen.size >= maxRemembered) {
    for (const [known, expires] of seen) if (expires + skew < seconds) seen.delete(known);
  }
  seen.set(jti, exp);
}

function refusalOf(error: unknown): AadError {
  if (error instanceof errors.JWTExpired) return outOfTime();
  if (error instanceof errors.JWTClaimValidationFailed && (error.claim === 'nbf' || error.claim === 'iat')) {
    return outOfTime();
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new AadError(401, 'invalid_client', 700027, 'Client assertion failed signature validation.');
  }
  return new AadError(400, 'invalid_request', 50027, 'JWT token is invalid or malformed.');
}

function outOfTime(): AadError {
  return new AadError(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.');
}

function missing(parameter: string): AadError {
  return new AadError(
    400,
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${parameter}'.`,
  );
}
