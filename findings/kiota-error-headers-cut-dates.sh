#!/usr/bin/env bash
# Date: 2026-11-30
# Package: @microsoft/kiota-http-fetchlibrary 1.0.0-preview.109 (the HTTP layer of Microsoft's newer Graph SDK)
# Behavior: an error carries the headers of the answer in responseHeaders, each as a list of texts, cut at every comma.
#   An HTTP date holds a comma: Date and Retry-After come as ["Mon", " 30 Nov 2026 06:00:00 GMT"]. A quoted text with a
#   comma in WWW-Authenticate is cut in two as well.
# Expected: one entry for a field that holds one value. RFC 9110 lets only fields that are defined as lists be taken
#   apart at commas (5.3, 5.6.1), and not inside a quoted text (5.6.4).
# Why it matters: with one value per header, the first entry is what everybody reads. For a Retry-After with a date that
#   is "Mon", neither a number nor a date: a wait of NaN seconds, and the program repeats at once where it should pause.
# What helps: join the entries with "," before reading; that gives the text of the header back.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/kiota-http-fetchlibrary@1.0.0-preview.109 \
  @microsoft/kiota-abstractions@1.0.0-preview.109

cat >headers.js <<'JS'
import { createServer } from 'node:http';
import { AnonymousAuthenticationProvider, HttpMethod, RequestInformation } from '@microsoft/kiota-abstractions';
import { FetchRequestAdapter } from '@microsoft/kiota-http-fetchlibrary';

const sent = {
  'retry-after': 'Mon, 30 Nov 2026 06:00:00 GMT',
  'www-authenticate': 'Bearer error_description="no role, no token"',
};
const server = createServer((_request, response) => {
  response.writeHead(409, { ...sent, 'content-type': 'application/json' }).end('{}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const request = new RequestInformation(HttpMethod.GET);
request.URL = `http://127.0.0.1:${server.address().port}/education/schools`;
const adapter = new FetchRequestAdapter(new AnonymousAuthenticationProvider());
const error = await adapter.sendNoResponseContent(request, undefined).catch((reason) => reason);
server.close();

const expected = {
  'retry-after': ['Mon', ' 30 Nov 2026 06:00:00 GMT'],
  'www-authenticate': ['Bearer error_description="no role', ' no token"'],
};
for (const [name, text] of Object.entries(sent)) {
  const seen = error.responseHeaders[name];
  console.log(`${name}: sent ${JSON.stringify(text)}, read ${JSON.stringify(seen)}`);
  if (JSON.stringify(seen) !== JSON.stringify(expected[name]) || seen.join(',') !== text) {
    console.error(`changed: was ${JSON.stringify(expected[name])}`);
    process.exitCode = 1;
  }
}
JS
timeout 30 node headers.js
