/** How undici connects: directly, or through the proxy of the environment. */
import { isIP, type LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { type ProxyVariables, proxyFor } from './proxy.ts';
import { tunnelTo } from './tunnel.ts';

export interface Connecting {
  proxies: ProxyVariables;
  secureContext: SecureContext;
  /** Of names that are reached directly; a proxy resolves names itself. */
  lookup?: LookupFunction;
}

const timeoutMs = 10_000;

/** For `new Agent({ connect })`. */
export function connectorBy({ proxies, secureContext, lookup }: Connecting): buildConnector.connector {
  // Set explicitly because NODE_TLS_REJECT_UNAUTHORIZED changes its default.
  const tls = { secureContext, rejectUnauthorized: true, timeout: timeoutMs };
  const connect = buildConnector({ ...tls, ...(lookup !== undefined && { lookup }) });
  return (options, done) => {
    const { protocol, hostname, port } = options;
    const open = async () => {
      const host = hostname.replace(/^\[|\]$/g, '');
      const inAddress = isIP(host) === 6 ? `[${host}]` : host;
      const proxy = proxyFor(new URL(`${protocol}//${inAddress}${port === '' ? '' : `:${port}`}`), proxies);
      if (proxy === undefined) return connect(options, done);
      const usualPort = protocol === 'https:' ? 443 : 80;
      const socket = await tunnelTo({ host, port: Number(port) || usualPort }, proxy, secureContext);
      if (protocol === 'https:') connect({ ...options, httpSocket: socket }, done);
      else done(null, socket);
    };
    open().catch((error: Error) => done(error, null));
  };
}
