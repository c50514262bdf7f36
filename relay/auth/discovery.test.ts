/** Which descriptions of providers are believed. */
import t from 'tap';
import { documentIn, issuerOf } from './discovery.ts';

const tenant = '6fd2c87f-b296-42f0-b197-1e91e994b900';

function described(issuer: string, more: object = {}): string {
  const base = 'https://login.example.org';
  return JSON.stringify({
    ...{ issuer, authorization_endpoint: `${base}/a`, token_endpoint: `${base}/t`, jwks_uri: `${base}/k`, ...more },
  });
}

function outcomeOf(body: string, issuer: string): string {
  try {
    return documentIn(body, issuer).issuer;
  } catch (error) {
    return (error as Error).message.replace(/^.*cannot be used: /, '');
  }
}

t.test('a description has to name the issuer that the operator gave', async (t) => {
  const own = 'https://login.example.org';
  t.equal(outcomeOf(described(own), own), own);
  t.equal(outcomeOf(described(`${own}/`), own), `${own}/`, 'with a slash at its end');
  t.equal(outcomeOf(described('https://evil.example'), own), 'it calls itself https://evil.example.');
  t.equal(outcomeOf(described(`${own}.evil.example`), own), `it calls itself ${own}.evil.example.`);
  t.match(outcomeOf('<html>', own), /JSON/);
  t.match(outcomeOf('null', own), /expected object/);
});

t.test('an address without encryption is good on this computer alone', async (t) => {
  const own = 'https://login.example.org';
  t.match(
    outcomeOf(described(own, { token_endpoint: 'http://login.example.org/t' }), own),
    /token_endpoint: .*no encryption/,
  );
  t.equal(outcomeOf(described(own, { token_endpoint: 'http://127.0.0.1:1/t' }), own), own);
  t.match(outcomeOf(described(own, { jwks_uri: 'file:///etc/passwd' }), own), /jwks_uri/);
});

t.test('a multi-tenant address of Microsoft leaves the tenant to the token', async (t) => {
  const given = 'https://login.example.com/organizations/v2.0';
  const named = 'https://login.example.com/{tenantid}/v2.0';
  t.equal(outcomeOf(described(named), given), named);
  t.match(outcomeOf(described(named), 'https://login.example.com/a/b/v2.0'), /calls itself/);
  const document = documentIn(described(named), given);
  t.equal(issuerOf(document, tenant), `https://login.example.com/${tenant}/v2.0`);
  for (const forged of ['..', 'x/y', '', 7, undefined, `${tenant}/`]) {
    t.equal(issuerOf(document, forged), 'https://login.example.com/none/v2.0', String(forged));
  }
});
