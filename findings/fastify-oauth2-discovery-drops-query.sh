#!/usr/bin/env bash
# Date: 2026-11-30
# Package: @fastify/oauth2 8.3.0 with fastify 5.12.8
# Behavior: with `discovery`, only the path of each endpoint is taken from the provider's document. A query is dropped
#   without a word: /authorize?p=b2c_1_staff becomes /authorize, /token?p=b2c_1_staff becomes /token. The query of the
#   document's own address, p=b2c_1_staff again, is kept.
# Expected: RFC 6749 (3.1 and 3.2) lets both endpoints have a query and demands that it is retained.
# Why it matters: Azure AD B2C, Microsoft's sign-in for people outside the tenant such as parents, names its user flow
#   this way. The server starts without an error; everybody who signs in then meets Microsoft's error page. A flow given
#   by hand for the first step (callbackUriParams) still fails at the second, in the server.
# What helps: the form of the address that has the flow in its path (/tenant/b2c_1_staff/v2.0/...): then the endpoints
#   of the document have it in their paths, too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @fastify/oauth2@8.3.0 fastify@5.12.8

cat >flow.js <<'JS'
import { createServer } from 'node:http';
import oauth2 from '@fastify/oauth2';
import Fastify from 'fastify';

const requests = [];
const provider = createServer((request, response) => {
  const origin = `http://127.0.0.1:${provider.address().port}`;
  const document = {
    issuer: `${origin}/v2.0/`,
    authorization_endpoint: `${origin}/oauth2/v2.0/authorize?p=b2c_1_staff`,
    token_endpoint: `${origin}/oauth2/v2.0/token?p=b2c_1_staff`,
  };
  requests.push(`${request.method} ${request.url}`);
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(request.method === 'GET' ? document : { access_token: 'token', expires_in: 3600 }));
});
await new Promise((resolve) => provider.listen(0, '127.0.0.1', resolve));

const app = Fastify();
const issuer = `http://127.0.0.1:${provider.address().port}/v2.0/.well-known/openid-configuration?p=b2c_1_staff`;
app.register(oauth2, {
  name: 'staff',
  scope: ['openid'],
  credentials: { client: { id: 'client', secret: 'made-up' } },
  startRedirectPath: '/start',
  callbackUri: 'http://localhost/callback',
  discovery: { issuer },
});
app.get('/callback', (request) => app.staff.getAccessTokenFromAuthorizationCodeFlow(request));
const start = await app.inject('/start');
const location = new URL(start.headers.location);
const cookies = Object.fromEntries(start.cookies.map(({ name, value }) => [name, value]));
await app.inject({ url: `/callback?code=code&state=${location.searchParams.get('state')}`, cookies });
await app.close();
provider.close();
provider.closeAllConnections();

const seen = [...requests, `browser ${location.pathname}, p=${location.searchParams.get('p')}`];
console.log(seen.join('\n'));
const expected = [
  'GET /v2.0/.well-known/openid-configuration?p=b2c_1_staff',
  'POST /oauth2/v2.0/token',
  'browser /oauth2/v2.0/authorize, p=null',
];
if (JSON.stringify(seen) !== JSON.stringify(expected)) {
  console.error('changed: was', expected);
  process.exit(1);
}
JS
timeout 30 node flow.js
