#!/usr/bin/env bash
# Date: 2026-11-29
# Package: @azure/msal-node 7.2.3 (client credentials)
# Behavior: acquireTokenByClientCredential takes an answer of the token endpoint for a failure only when its JSON has an
#   "error". JSON without one, with status 200 or 403, resolves with an AuthenticationResult whose accessToken is the
#   empty text. The status is not looked at, nor is there a check that a token came.
# Expected: a rejected promise for a 403, and for a 200 that has no access_token.
# Why it matters: a filter or gateway of a school network that answers in its own JSON ({"message":"Forbidden"}) lets
#   the sign-in "succeed". The failure shows up later, at Graph, as a 401 for a bad token, and points the wrong way.
# What helps: check that accessToken is not empty, or let a networkClient of your own refuse such answers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @azure/msal-node@7.2.3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out cert.pem \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null

cat >answers.js <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { ConfidentialClientApplication } from '@azure/msal-node';

const cases = [
  { status: 403, json: { message: 'Forbidden' }, expected: 'resolved, accessToken ""' },
  { status: 200, json: { status: 'ok' }, expected: 'resolved, accessToken ""' },
  { status: 403, json: { error: 'access_denied' }, expected: 'rejected, ServerError' },
];
let answer;
const server = createServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }, (request, response) => {
  const origin = `https://localhost:${server.address().port}/tenant`;
  const discovery = {
    issuer: `${origin}/v2.0`,
    authorization_endpoint: `${origin}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/keys`,
  };
  const { status, json } = request.method === 'GET' ? { status: 200, json: discovery } : answer;
  request.resume();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
});
await new Promise((resolve) => server.listen(0, 'localhost', resolve));

const scopes = ['https://graph.microsoft.com/.default'];
const host = `localhost:${server.address().port}`;
for (answer of cases) {
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: '00000000-0000-0000-0000-000000000001',
      authority: `https://${host}/tenant`,
      knownAuthorities: [host],
      clientSecret: 'made-up',
    },
  });
  const seen = await application.acquireTokenByClientCredential({ scopes }).then(
    (result) => `resolved, accessToken ${JSON.stringify(result.accessToken)}`,
    (error) => `rejected, ${error.name}`,
  );
  console.log(`${answer.status} ${JSON.stringify(answer.json)}: ${seen}`);
  if (seen !== answer.expected) {
    console.error(`changed: ${answer.expected}`);
    process.exitCode = 1;
  }
}
server.close();
server.closeAllConnections();
JS
NODE_EXTRA_CA_CERTS=cert.pem timeout 30 node answers.js
