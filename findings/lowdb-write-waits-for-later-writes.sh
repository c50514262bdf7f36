#!/usr/bin/env bash
# Date: 2026-11-29
# Package: lowdb 7.0.1 with steno 4.0.2, the writer that it uses
# Behavior: the promise of db.write() settles only when the writer has nothing left to do. Whatever is written while
#   the first file is on its way is written before the first promise settles. As long as there is always something new,
#   the first caller waits, although its own content reached the disk long ago. The second caller waits a single write.
# Expected: each promise settles once its own content, or something newer, is on the disk.
# Why it matters: a program that saves its position on every message and awaits the save before it acknowledges stops
#   acknowledging in a busy hour. It looks like a slow disk, but the disk is idle or has the content already.
# What helps: write from one place only and never call write() again before the last one has settled.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts lowdb@7.0.1 steno@4.0.2

cat >waits.js <<'JS'
import { readFileSync } from 'node:fs';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';

const BUSY_MS = 1500;
const db = new Low(new JSONFile('position.json'), { position: 0 });
const start = performance.now();
const took = {};
const onDisk = () => JSON.parse(readFileSync('position.json', 'utf8')).position;

const first = db.write().then(() => (took.first = performance.now() - start));
const second = db.write().then(() => (took.second = performance.now() - start));
let busy = true;
const change = () => {
  if (!busy) return;
  db.data.position += 1;
  db.write();
  setImmediate(change);
};
change();
await new Promise((resolve) => setTimeout(resolve, BUSY_MS));

const firstWhileBusy = took.first ?? null;
const diskWhileBusy = onDisk();
busy = false;
await Promise.all([first, second]);

console.log(`position on the disk while changes went on: ${diskWhileBusy}`);
console.log(`first write() settled while changes went on: ${firstWhileBusy === null ? 'no' : 'yes'}`);
console.log(`first write() settled after  ${took.first.toFixed(0)} ms (changes went on for ${BUSY_MS} ms)`);
console.log(`second write() settled after ${took.second.toFixed(0)} ms`);

const expected = { savedLongAgo: true, firstSettledEarly: false, secondSettledEarly: true };
const seen = {
  savedLongAgo: diskWhileBusy > 0,
  firstSettledEarly: firstWhileBusy !== null,
  secondSettledEarly: took.second < BUSY_MS,
};
if (JSON.stringify(seen) !== JSON.stringify(expected)) {
  console.error('changed:', seen);
  process.exit(1);
}
JS
timeout 30 node waits.js
