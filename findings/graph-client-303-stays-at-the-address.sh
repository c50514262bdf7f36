#!/usr/bin/env bash
# Date: 2026-11-30
# Package: @microsoft/microsoft-graph-client 3.0.7
# Behavior: after a 303 (See Other) the client turns the request into a GET, as it should, but sends it to the address
#   that it has just asked: Location is read for 301, 302, 307 and 308 only. What that address holds is returned as the
#   result, without an error. If the address keeps answering 303, it is asked six times over.
# Expected: a GET of the address in Location. RFC 9110 (15.4.4) has 303 for exactly this: the result is elsewhere.
# Why it matters: a service before Graph (a gateway, a queue for long jobs) answers a POST with 303 and the address of
#   the job. The client hands out the list behind the POST as the job: no error, a plausible object, wrong contents.
# What helps: ask with RedirectHandlerOptions(0) and ResponseType.RAW, which gives the 303 itself, and follow Location.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/microsoft-graph-client@3.0.7

cat >redirects.js <<'JS'
import { createServer } from 'node:http';
import { Client } from '@microsoft/microsoft-graph-client';

let asked = [];
const server = createServer((request, response) => {
  const [, version, status, what] = request.url.split('/'); // /v1.0/303/jobs
  asked.push(`${request.method} ${what}`);
  request.resume();
  if (what === 'always' || (what === 'jobs' && request.method === 'POST')) {
    const location = `http://127.0.0.1:${server.address().port}/${version}/${status}/job-7`;
    response.writeHead(Number(status), { location }).end();
  } else {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ displayName: what }));
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = Client.init({
  baseUrl: `http://127.0.0.1:${server.address().port}/`,
  authProvider: (done) => done(null, 'token'),
});

const cases = [
  ['POST, 307', () => client.api('/307/jobs').post({}), 'job-7', 'POST jobs, POST job-7'],
  ['POST, 303', () => client.api('/303/jobs').post({}), 'jobs', 'POST jobs, GET jobs'],
  ['GET, 302 ', () => client.api('/302/always').get(), 'job-7', 'GET always, GET job-7'],
  ['GET, 303 ', () => client.api('/303/always').get(), 'error 303', Array(6).fill('GET always').join(', ')],
];
for (const [name, call, expected, requests] of cases) {
  asked = [];
  const seen = await call().then(
    (result) => result.displayName,
    (error) => `error ${error.statusCode}`,
  );
  console.log(`${name}: ${seen} (${asked.join(', ')})`);
  if (seen !== expected || asked.join(', ') !== requests) {
    console.error(`changed: was ${expected} (${requests})`);
    process.exitCode = 1;
  }
}
server.close();
server.closeAllConnections();
JS
timeout 30 node redirects.js
