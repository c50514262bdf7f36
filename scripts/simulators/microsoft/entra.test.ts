/** Sign-in over real HTTPS: with msal-node as an independent client, and raw for what a good client never sends. */
import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node';
import { decodeJwt, importPKCS8, SignJWT } from 'jose';
import t from 'tap';
import { Agent, fetch } from 'undici';
import { createClientCertificate } from '../authority.ts';
import { RawClient } from './contract/raw-client.ts';
import { startMicrosoftSimulator } from './server.ts';

const scope = 'https://graph.microsoft.com/.default';
const { cert, key } = await createClientCertificate('hallpass-test');
const thumbprint = createHash('sha256').update(new X509Certificate(cert).raw);
const x5t = thumbprint.copy().digest('base64url');
const simulator = await startMicrosoftSimulator({
  certificates: [cert],
  secrets: ['right-secret'],
  people: 60,
  roles: ['User.Read.All'],
});
t.teardown(() => simulator.close());
const { baseUrl, tenantId, clientId } = simulator;
const tokenPath = `/${tenantId}/oauth2/v2.0/token`;
const raw = new RawClient(simulator);
t.teardown(() => raw[Symbol.asyncDispose]());

async function assertion(
  options: { alg?: string; claims?: Record<string, unknown>; x5t?: string } = {},
): Promise<string> {
  const alg = options.alg ?? 'RS256';
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: baseUrl + tokenPath,
    iss: clientId,
    sub: clientId,
    jti: randomUUID(),
    nbf: now,
    exp: now + 600,
    ...options.claims,
  };
  return await new SignJWT(claims)
    .setProtectedHeader({ alg, typ: 'JWT', 'x5t#S256': options.x5t ?? x5t })
    .sign(await importPKCS8(key, alg));
}

async function ask(
  fields: Record<string, string>,
): Promise<{ status: number; code: number | undefined; token: string }> {
  const form = { grant_type: 'client_credentials', client_id: clientId, scope, ...fields };
  const answer = await raw.form(tokenPath, form);
  const code = answer.at('error_codes.0') as number | undefined;
  return { status: answer.status, code, token: answer.text('access_token') };
}

async function askWith(jwt: string): Promise<{ status: number; code: number | undefined; token: string }> {
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return ask({ client_assertion_type, client_assertion: jwt });
}

t.test('msal-node signs in with a certificate and reads with the token', async (t) => {
  const dispatcher = new Agent({ connect: { ca: simulator.ca } });
  t.teardown(() => dispatcher.destroy());
  const send = async (url: string, method: string, options?: { headers?: Record<string, string>; body?: string }) => {
    const answer = await fetch(url, {
      method,
      headers: options?.headers ?? {},
      body: options?.body ?? null,
      dispatcher,
    });
    return { headers: Object.fromEntries(answer.headers), body: await answer.json(), status: answer.status };
  };
  const networkClient = {
    sendGetRequestAsync: (url: string, options?: object) => send(url, 'GET', options),
    sendPostRequestAsync: (url: string, options?: object) => send(url, 'POST', options),
  } as INetworkModule;
  const authority = `${baseUrl}/${tenantId}`;
  const client = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority,
      knownAuthorities: [`localhost:${simulator.port}`],
      clientCertificate: { thumbprintSha256: thumbprint.copy().digest('hex'), privateKey: key },
    },
    system: { networkClient },
  });
  const result = await client.acquireTokenByClientCredential({ scopes: [scope] });
  const token = result?.accessToken ?? '';
  t.strictSame(decodeJwt(token).roles, ['User.Read.All']);
  raw.token = token;
  t.equal((await raw.call('GET', '/users?$top=1')).status, 200);
  const refused = await raw.call('GET', '/education/users');
  t.equal(refused.status, 403, 'a permission that was not consented to');
  t.equal(refused.at('error.code'), 'Authorization_RequestDenied');
});

t.test('accepts PS256 and RS256 assertions and a secret', async (t) => {
  t.equal((await askWith(await assertion({ alg: 'PS256' }))).status, 200);
  t.equal((await askWith(await assertion({ alg: 'RS256' }))).status, 200);
  t.equal((await ask({ client_secret: 'right-secret' })).status, 200);
});

t.test('refuses credentials with the AADSTS code of the reason', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const stale = await assertion({ claims: { nbf: now - 7200, exp: now - 3600 } });
  t.match(await askWith(stale), { status: 401, code: 700024 }, 'expired');
  t.match(await askWith(await assertion({ claims: { aud: 'https://elsewhere' } })), { status: 401, code: 700023 });
  t.match(await askWith(await assertion({ claims: { iss: 'another' } })), { status: 401, code: 700021 });
  t.match(await askWith(await assertion({ x5t: 'unknown' })), { status: 401, code: 700027 });
  t.match(await askWith('not a token'), { status: 400, code: 50027 });
  const once = await assertion();
  t.equal((await askWith(once)).status, 200);
  t.match(await askWith(once), { status: 401, code: 50013 }, 'a replay');
  t.match(await ask({ client_secret: 'wrong' }), { status: 401, code: 7000215 });
  t.match(await ask({}), { status: 401, code: 7000218 });
  t.match(await ask({ client_id: 'nobody', client_secret: 'x' }), { status: 400, code: 700016 });
  t.match(await ask({ grant_type: 'password' }), { status: 400, code: 70003 });
  t.match(await ask({ client_secret: 'right-secret', scope: 'User.Read' }), { status: 400, code: 1002012 });
  const elsewhere = await raw.form('/common/oauth2/v2.0/token', { grant_type: 'client_credentials' });
  t.equal(elsewhere.at('error_codes.0'), 90002);
  t.match(elsewhere.text('error_description'), /^AADSTS90002: .*Trace ID: .*Correlation ID: /);
});

t.test('issues a token even without consented roles', async (t) => {
  await raw.control('PATCH', '/settings', { roles: [] });
  const { token } = await ask({ client_secret: 'right-secret' });
  t.equal(decodeJwt(token).roles, undefined);
});

t.test('Graph refuses missing, foreign and mangled tokens', async (t) => {
  for (const token of ['', 'abc.def.ghi', `${raw.token}x`]) {
    raw.token = token;
    const answer = await raw.call('GET', '/users');
    t.equal(answer.status, 401);
    t.equal(answer.at('error.code'), 'InvalidAuthenticationToken');
    t.ok(answer.headers['www-authenticate']);
  }
});

t.test('publishes its keys and endpoints', async (t) => {
  const at = `${baseUrl}/${tenantId}`;
  raw.token = '';
  const discovery = await raw.call('GET', `${at}/v2.0/.well-known/openid-configuration`);
  t.equal(discovery.at('token_endpoint'), `${at}/oauth2/v2.0/token`);
  const jwks = await raw.call('GET', discovery.text('jwks_uri'));
  t.equal(jwks.at('keys.0.kty'), 'RSA');
  t.equal(jwks.at('keys.0.d'), undefined, 'the public half only');
});
