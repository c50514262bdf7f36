#!/usr/bin/env bash
# Date: 2026-11-30
# Package: @microsoft/kiota-abstractions 1.0.0-preview.109 (the types of Microsoft's newer Graph SDK)
# Behavior: TimeOnly.parse takes the digits after the seconds as a count of ten-millionths, however many they are.
#   "08:30:00.5" is written back as "08:30:00.0000005", "08:30:00.500" as "08:30:00.0000500". Only a fraction of exactly
#   seven digits survives; one of eight to twelve, which the pattern accepts, is refused as too many milliseconds.
# Expected: .5, .50 and .5000000 are the same half second: OData's timeOfDayValue allows 1 to 12 fractional digits, and
#   they are a decimal fraction, as in ISO 8601.
# Why it matters: Graph itself sends seven digits, so nothing shows until the client talks to another OData service, or
#   a simulator, that leaves out zeros at the end. The times are then wrong by less than a second and pass every review.
# What helps: pad the fraction to seven digits before parsing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @microsoft/kiota-abstractions@1.0.0-preview.109

cat >times.js <<'JS'
import { TimeOnly } from '@microsoft/kiota-abstractions';

const read = (text) => {
  try {
    return TimeOnly.parse(text).toString();
  } catch (error) {
    return error.message;
  }
};
const cases = {
  '08:30:00': '08:30:00.0000000',
  '08:30:00.5': '08:30:00.0000005',
  '08:30:00.500': '08:30:00.0000500',
  '08:30:00.5000000': '08:30:00.5000000',
  '08:30:00.500000000': 'Millisecond must be between 0 and 9999999',
};
for (const [text, expected] of Object.entries(cases)) {
  const seen = read(text);
  console.log(`${text}: ${seen}`);
  if (seen !== expected) {
    console.error(`changed: was ${expected}`);
    process.exitCode = 1;
  }
}
JS
timeout 30 node times.js
