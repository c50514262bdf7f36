#!/usr/bin/env bash
# Date: 2026-11-30
# Package: @microsoft/msgraph-sdk 1.0.0-preview.90 with @microsoft/kiota-serialization-json 1.0.0-preview.109
# Behavior: a property set to null is written as null, which is how Graph clears it. If the property is an enum
#   (a user's primaryRole), the same null is written as the text "null". A list of enums that is empty is not written at
#   all, where any other empty list is written as [].
# Expected: null and [] in the JSON. The SDK's own types allow null for the property, and the OData JSON format has null
#   for "no value" and [] for an empty collection, whatever the type.
# Why it matters: clearing a wrong role or a list of allowed roles is a daily correction. The first asks Graph for a
#   role called "null", which the program never named; the second is a PATCH that succeeds and changes nothing.
# What helps: put such properties into additionalData under Graph's name for them: null and [] are kept there.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/msgraph-sdk@1.0.0-preview.90 \
  @microsoft/kiota-serialization-json@1.0.0-preview.109 @microsoft/kiota-abstractions@1.0.0-preview.109

cat >clear.js <<'JS'
import { JsonSerializationWriter } from '@microsoft/kiota-serialization-json';
import { serializeCalendarPermission, serializeEducationUser } from '@microsoft/msgraph-sdk/models/index.js';

const toJson = (value, serialize) => {
  const writer = new JsonSerializationWriter();
  writer.writeObjectValue(undefined, value, serialize);
  return Buffer.from(writer.getSerializedContent()).toString('utf8');
};
const cases = [
  ['text, null', { department: null }, serializeEducationUser, '{"department":null}'],
  ['enum, null', { primaryRole: null }, serializeEducationUser, '{"primaryRole":"null"}'],
  ['list of texts, empty', { businessPhones: [] }, serializeEducationUser, '{"businessPhones":[]}'],
  ['list of enums, empty', { allowedRoles: [] }, serializeCalendarPermission, '{}'],
  ['both in additionalData', { additionalData: { primaryRole: null, allowedRoles: [] } }, serializeEducationUser,
    '{"primaryRole":null,"allowedRoles":[]}'],
];
for (const [name, value, serialize, expected] of cases) {
  const seen = toJson(value, serialize);
  console.log(`${name}: ${seen}`);
  if (seen !== expected) {
    console.error(`changed: was ${expected}`);
    process.exitCode = 1;
  }
}
JS
timeout 60 node clear.js
