#!/usr/bin/env bash
# Date: 2026-11-29
# Package: @azure/msal-node 7.2.3 (client credentials)
# Behavior: a token may come with refresh_in: from then on it should be renewed, long before it expires. When the token
#   endpoint answers that renewal with 503, the first call hands out the cached token without an error. The next calls
#   throw a ServerError from memory (its throttling lasts 60 s), with no request, and the token is good for an hour.
# Expected: refresh_in is advice; while the cached token is good, a failing renewal does not fail the call.
# Why it matters: Microsoft sends refresh_in so that an outage of sign-in hurts nobody for hours. Here the outage stops
#   the application at once, but the first call succeeds, so a quick try shows nothing.
# What helps: keep the last AuthenticationResult and use it until shortly before its expiresOn when a call throws.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @azure/msal-node@7.2.3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out cert.pem \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null

cat >renewal.js <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { ConfidentialClientApplication } from '@azure/msal-node';

let requests = 0;
const server = createServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }, (request, response) => {
  const origin = `https://localhost:${server.address().port}/tenant`;
  const send = (status, json) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  request.resume();
  if (request.method === 'GET')
    return send(200, {
      issuer: `${origin}/v2.0`,
      authorization_endpoint: `${origin}/oauth2/v2.0/authorize`,
      token_endpoint: `${origin}/oauth2/v2.0/token`,
      jwks_uri: `${origin}/keys`,
    });
  requests += 1;
  if (requests === 1)
    return send(200, { token_type: 'Bearer', expires_in: 3600, refresh_in: 1, access_token: 'token-1' });
  return send(503, { error: 'temporarily_unavailable', error_description: 'Try later.', error_codes: [90033] });
});
await new Promise((resolve) => server.listen(0, 'localhost', resolve));

const scopes = ['https://graph.microsoft.com/.default'];
const host = `localhost:${server.address().port}`;
const application = new ConfidentialClientApplication({
  auth: {
    clientId: '00000000-0000-0000-0000-000000000001',
    authority: `https://${host}/tenant`,
    knownAuthorities: [host],
    clientSecret: 'made-up',
  },
});
const seen = [];
let expiresOn;
for (const when of ['first call', 'after refresh_in', 'once more', 'and again']) {
  const outcome = await application.acquireTokenByClientCredential({ scopes }).then(
    (result) => {
      expiresOn = result.expiresOn;
      return result.accessToken;
    },
    (error) => error.name,
  );
  seen.push(`${outcome}, ${requests} token requests so far`);
  console.log(`${when}: ${seen.at(-1)}`);
  if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 3000));
}
console.log(`the cached token is good for ${Math.round((expiresOn - Date.now()) / 60_000)} more minutes`);
server.close();
server.closeAllConnections();

const expected = [
  'token-1, 1 token requests so far',
  'token-1, 2 token requests so far',
  'ServerError, 2 token requests so far',
  'ServerError, 2 token requests so far',
];
if (JSON.stringify(seen) !== JSON.stringify(expected) || expiresOn - Date.now() < 50 * 60_000) {
  console.error('changed: expected', expected);
  process.exit(1);
}
JS
NODE_EXTRA_CA_CERTS=cert.pem timeout 30 node renewal.js
