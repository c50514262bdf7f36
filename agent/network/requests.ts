/**
 * HTTP requests over connections that are kept, with undici's parts for that alone: with fetch, caches, mocks and proxies, which
 * its index loads, the agent takes 10 MB more (2026-11-30). The package declares no `exports`, and its version is pinned.
 */
import type { Dispatcher, Pool } from 'undici';
import request from 'undici/lib/api/api-request.js';
import UndiciPool from 'undici/lib/dispatcher/pool.js';

/** @param origin without a path */
export function openPool(origin: string, options: Pool.Options): Pool {
  return new UndiciPool(origin, options);
}

/** As undici's `pool.request`. */
export function requestBy(pool: Pool, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return request.call(pool, options);
}
