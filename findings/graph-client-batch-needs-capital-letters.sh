#!/usr/bin/env bash
# Date: 2026-11-29
# Package: @microsoft/microsoft-graph-client 3.0.7
# Behavior: BatchResponseContent reads the JSON of an inner answer only under a header spelled exactly "Content-Type".
#   With "content-type", or without that header, the body, which is an object, becomes the text "[object Object]" and
#   json() fails. For "content-type", status and headers.get('content-type') of the same answer are right.
# Expected: all three read the same. The OData JSON format 4.01 demands header names in lower case inside a batch, and
#   lets the header be left out for application/json.
# Why it matters: a gateway, a recorder or a stand-in for Graph that keeps to the standard is unreadable for Microsoft's
#   own client, with an error that blames the JSON.
# What helps: spell it "Content-Type" in whatever answers batches, or read `responses` of the batch without this class.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/microsoft-graph-client@3.0.7

cat >batch.js <<'JS'
import { createServer } from 'node:http';
import { BatchResponseContent, Client } from '@microsoft/microsoft-graph-client';

const body = { displayName: 'Maple School' };
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      responses: [
        { id: 'capital', status: 200, headers: { 'Content-Type': 'application/json' }, body },
        { id: 'lower', status: 200, headers: { 'content-type': 'application/json' }, body },
        { id: 'none', status: 200, body },
      ],
    }),
  );
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = Client.init({
  baseUrl: `http://127.0.0.1:${server.address().port}/`,
  authProvider: (done) => done(null, 'token'),
});
const requests = ['capital', 'lower', 'none'].map((id) => ({ id, method: 'GET', url: '/education/schools/1' }));
const batch = new BatchResponseContent(await client.api('/$batch').post({ requests }));
server.close();

const expected = { capital: JSON.stringify(body), lower: 'SyntaxError', none: 'SyntaxError' };
for (const id of ['capital', 'lower', 'none']) {
  const answer = batch.getResponseById(id);
  const type = answer.headers.get('content-type');
  const text = await answer.clone().text();
  const read = await answer.json().then(JSON.stringify, (error) => error.name);
  console.log(`${id}: status ${answer.status}, type ${type}, text() ${text}, json() ${read}`);
  if (read !== expected[id]) {
    console.error(`changed: json() gave ${expected[id]}`);
    process.exitCode = 1;
  }
}
JS
timeout 30 node batch.js
