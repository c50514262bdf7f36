/** Which ID tokens are believed: every way in which one can be wrong, one at a time. */
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import t from 'tap';
import type { ProviderDocument } from './discovery.ts';
import { readIdToken } from './id-token.ts';

const issuer = 'https://login.example.org';
const now = new Date('2026-11-02T08:00:00Z');
const seconds = now.getTime() / 1000;
const nonce = 'nonce-of-this-sign-in';
const tid = '6fd2c87f-b296-42f0-b197-1e91e994b900';
const own = await generateKeyPair('ES256');
const foreign = await generateKeyPair('ES256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'ES256' }] });
const document: ProviderDocument = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
};
const entra = { ...document, issuer: 'https://login.example.com/{tenantid}/v2.0' };
const good: JWTPayload = {
  ...{ iss: issuer, aud: 'hallpass', sub: 'sam', nonce, iat: seconds, exp: seconds + 300 },
  ...{ name: 'Sam\u0000 Reed ', email: 'sam@example.org' },
};

function signed(claims: JWTPayload, key = own.privateKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(key);
}

async function outcomeOf(token: string, more: { document?: ProviderDocument; freshSince?: Date } = {}) {
  const expected = { document, keys, clientId: 'hallpass', nonce, now, ...more };
  return await readIdToken(token, expected).catch((error: unknown) => {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  });
}

t.test('a right token says who it is', async (t) => {
  const sam = { authority: issuer, subject: 'sam', name: 'Sam  Reed', email: 'sam@example.org' };
  t.strictSame(await outcomeOf(await signed(good)), sam);
  t.strictSame(await outcomeOf(await signed({ ...good, aud: ['hallpass', 'other'], azp: 'hallpass' })), sam);
  t.match(await outcomeOf(await signed({ ...good, exp: seconds - 30 })), sam, 'clocks differ by a minute at most');
});

t.test('a wrong token lets nobody in', async (t) => {
  const { exp: _exp, ...endless } = good;
  const { nonce: _nonce, ...bare } = good;
  const wrong: Record<string, string> = {
    'another key': await signed(good, foreign.privateKey),
    'another issuer': await signed({ ...good, iss: 'https://login.example.net' }),
    'another audience': await signed({ ...good, aud: 'another' }),
    'for another program': await signed({ ...good, aud: ['hallpass', 'other'], azp: 'other' }),
    'another nonce': await signed({ ...good, nonce: 'of another sign-in' }),
    'no nonce': await signed(bare),
    ended: await signed({ ...good, exp: seconds - 61 }),
    'not yet begun': await signed({ ...good, nbf: seconds + 61 }),
    endless: await signed(endless),
    unsigned: new UnsecuredJWT(good).encode(),
    'with a key of its own': await new SignJWT(good)
      .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(foreign.publicKey), jku: 'https://evil.example/keys' })
      .sign(foreign.privateKey),
    'a shared secret': await new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'k' }).sign(new Uint8Array(32)),
    changed: (await signed(good)).replace(
      /\.[^.]*\./,
      `.${Buffer.from(JSON.stringify({ ...good, sub: 'eve' })).toString('base64url')}.`,
    ),
    'no token': 'x',
  };
  for (const [name, token] of Object.entries(wrong)) {
    t.match(await outcomeOf(token), { code: 'SIGN_IN_TOKEN_INVALID' }, name);
  }
});

t.test('of Microsoft, the person in their tenant counts, and the issuer has to be that tenant', async (t) => {
  const claims = {
    ...good,
    tid,
    oid: 'ABC',
    preferred_username: 'sam@contoso.edu',
    iss: `https://login.example.com/${tid}/v2.0`,
  };
  t.match(await outcomeOf(await signed(claims), { document: entra }), { authority: tid, subject: 'abc' });
  const elsewhere = { ...claims, tid: tid.replace('6', '7') };
  t.match(await outcomeOf(await signed(elsewhere), { document: entra }), { code: 'SIGN_IN_TOKEN_INVALID' });
  const trick = { ...claims, tid: `${tid}/..` };
  t.match(await outcomeOf(await signed(trick), { document: entra }), { code: 'SIGN_IN_TOKEN_INVALID' });
  const other = { ...good, tid, oid: 'abc' };
  t.match(await outcomeOf(await signed(other)), { authority: issuer, subject: 'sam' }, 'claims of another provider');
});

t.test('a fresh sign-in needs the time of it', async (t) => {
  const fresh = { freshSince: new Date(now.getTime() - 120_000) };
  t.match(await outcomeOf(await signed(good), fresh), { code: 'SIGN_IN_TIME_MISSING' });
  t.match(await outcomeOf(await signed({ ...good, auth_time: seconds - 181 }), fresh), {
    code: 'SIGN_IN_TOKEN_INVALID',
  });
  t.match(await outcomeOf(await signed({ ...good, auth_time: seconds - 100 }), fresh), { subject: 'sam' });
});
