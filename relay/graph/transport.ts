/** HTTP to Microsoft: one undici pool with the trusted authorities and a time limit on every request. */
import type { SecureContext } from 'node:tls';
import { Agent, fetch } from 'undici';
import { contextOf, trustedAuthorities } from '../../shared/trust.ts';
import { connectorBy } from '../network/connector.ts';
import type { ProxyVariables } from '../network/proxy.ts';

/** Graph takes up to half a minute for a $batch of 20 slow writes. */
const timeoutMs = 60_000;

export interface Transport {
  send(url: string, init: { method: string; headers: Record<string, string>; body?: string }): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Connections are kept for the next request until one breaks or returns a 503: then all of them are closed as soon as
 * nothing is running on them. Microsoft's best practices for Graph say to repeat a 503 on a new connection, which may
 * reach a working server; and what broke one connection, such as a firewall or a server shutting down, usually broke
 * others too.
 *
 * @param caFile a private authority (a simulator's, or that of an inspecting proxy); undefined for the known ones
 * @param proxies by default none
 */
export async function openTransport(caFile: string | undefined, proxies: ProxyVariables = {}): Promise<Transport> {
  const secureContext = contextOf(await trustedAuthorities(caFile));
  let pool = openPool(secureContext, proxies);
  const leaving = new Set<Promise<void>>();
  const replace = (failed: Agent) => {
    // Another request may have seen the same failure already.
    if (failed !== pool) return;
    pool = openPool(secureContext, proxies);
    // Earlier requests still get their answers: undici takes a request at the moment when fetch is called.
    const left = failed.close().finally(() => leaving.delete(left));
    leaving.add(left);
  };
  return {
    async send(url, init) {
      const dispatcher = pool;
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { ...init, dispatcher, redirect: 'manual', signal }).catch((error: unknown) => {
        replace(dispatcher);
        throw error;
      });
      if (response.status === 503) replace(dispatcher);
      // undici's own Response type and Node's global one describe the same class.
      return response as unknown as Response;
    },
    async close() {
      await Promise.all([pool.close(), ...leaving]);
    },
  };
}

function openPool(secureContext: SecureContext, proxies: ProxyVariables): Agent {
  return new Agent({
    connect: connectorBy({ proxies, secureContext }),
    connections: 8,
    keepAliveTimeout: 4000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
}
