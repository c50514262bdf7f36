#!/usr/bin/env bash
# Date: 2026-11-29
# Package: @microsoft/microsoft-graph-client 3.0.7
# Behavior: Microsoft Graph states the time of an error in UTC, but without a "Z" ("2026-11-29T12:00:00"). The client
#   hands that text to `new Date`, which takes it for local time. GraphError.date is then off by the offset of the
#   computer: five hours late in New York, nine early in Tokyo, and right only where local time is UTC.
# Expected: one answer of the server gives the same instant everywhere.
# Why it matters: with Microsoft support one finds a failed request by its id and its time. On a school server the
#   logged time is hours away from the request, sometimes in the future, and no test on a UTC build machine shows it.
# What helps: read error.innerError.date from GraphError.body and append the "Z".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/microsoft-graph-client@3.0.7

cat >date.js <<'JS'
import { createServer } from 'node:http';
import { Client } from '@microsoft/microsoft-graph-client';

const answer = {
  error: {
    code: 'Request_ResourceNotFound',
    message: 'Resource does not exist.',
    innerError: { date: '2026-11-29T12:00:00', 'request-id': '00000000-0000-0000-0000-000000000001' },
  },
};
const server = createServer((_request, response) => {
  response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = Client.init({
  baseUrl: `http://127.0.0.1:${server.address().port}/`,
  authProvider: (done) => done(null, 'token'),
});
try {
  await client.api('/users/1').get();
  console.log('no error');
} catch (error) {
  console.log(error.date?.toISOString());
}
server.close();
JS

status=0
look() {
  local seen
  seen=$(TZ=$1 timeout 15 node date.js)
  echo "server: 2026-11-29T12:00:00 (UTC)   client in $1: $seen"
  [ "$seen" = "$2" ] || { echo "changed: $2 was seen here before" >&2; status=1; }
}
look UTC 2026-11-29T12:00:00.000Z
look America/New_York 2026-11-29T17:00:00.000Z
look Asia/Tokyo 2026-11-29T03:00:00.000Z
exit "$status"
