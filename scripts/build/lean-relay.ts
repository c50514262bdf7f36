/** Leaves out of large packages what the relay never uses, as agent/lean.ts does for the agent. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import { zodLocales } from './agent/lean.ts';

/** Everything else of undici (caches, WebSocket, mocks) would be loaded in each thread. */
const undici = `
export { default as Agent } from './lib/dispatcher/agent.js';
export { default as buildConnector } from './lib/core/connect.js';
export { fetch } from './lib/web/fetch/index.js';
export { Headers } from './lib/web/fetch/headers.js';
export { Request } from './lib/web/fetch/request.js';
`;

/**
 * Microsoft's client makes headers with Node's own class, whose first mention loads Node's own fetch: 2.5 MB in each thread. What it makes
 * goes to undici's fetch, and so does what undici's class makes.
 */
const ownHeaders = `const { Headers, Request } = require('undici');\n`;

/** What the relay begins to use of undici must be added above: before that nothing is built. */
export const leanRelay: Plugin = {
  name: 'lean-relay',
  setup(build) {
    const resolveDir = dirname(createRequire(import.meta.url).resolve('undici/package.json'));
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'lean-relay' }));
    build.onLoad({ filter: /^undici$/, namespace: 'lean-relay' }, () => ({ contents: undici, resolveDir }));
    build.onLoad({ filter: /[\\/]microsoft-graph-client[\\/].*[\\/]MiddlewareUtil\.js$/ }, async ({ path }) => ({
      contents: ownHeaders + (await readFile(path, 'utf8')),
    }));
    build.onLoad({ filter: zodLocales.files }, () => ({ contents: zodLocales.contents }));
  },
};
