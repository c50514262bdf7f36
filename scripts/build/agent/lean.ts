/** Leaves out of large packages what the agent never uses: less to load, 20 MB less memory. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/** Everything else of undici (fetch, caches, WebSocket, mocks) would be loaded at every start. */
const undici = `
import Dispatcher from './lib/dispatcher/dispatcher.js';
import request from './lib/api/api-request.js';
Object.assign(Dispatcher.prototype, { request });
export { default as Pool } from './lib/dispatcher/pool.js';
`;

/** Messages in other languages than English. */
export const zodLocales = {
  files: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/,
  contents: `export { default as en } from './en.js';`,
};

/** What the agent begins to use of undici must be added above: before that nothing is built. */
export const lean: Plugin = {
  name: 'lean',
  setup(build) {
    const resolveDir = dirname(createRequire(import.meta.url).resolve('undici/package.json'));
    build.onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'lean' }));
    build.onLoad({ filter: /^undici$/, namespace: 'lean' }, () => ({ contents: undici, resolveDir }));
    build.onLoad({ filter: zodLocales.files }, () => ({ contents: zodLocales.contents }));
  },
};
