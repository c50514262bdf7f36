/** CONNECT: a connection through a proxy (RFC 9110 §9.3.6). */
import { request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { reasonOf } from '../../shared/errors.ts';
import type { ForwardProxy } from './proxy.ts';

/** To reach the proxy, and until it has reached the other side, milliseconds. */
const timeoutMs = 15_000;

/**
 * A connection to the target, on which nothing was said yet.
 *
 * @param secureContext for a proxy that is itself reached by TLS
 * @throws Error with a sentence without a secret
 */
export function tunnelTo(
  { host, port }: { host: string; port: number },
  proxy: ForwardProxy,
  secureContext: SecureContext,
): Promise<Socket> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const { url, authorization } = proxy;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  // Without a cause: whoever shows the innermost reason would leave out that it is the proxy.
  const refused = (reason: string) =>
    reject(new Error(`the proxy ${url.origin} gives no connection to ${authority}: ${reason}`));
  const isSecure = url.protocol === 'https:';
  const agent = isSecure && new HttpsAgent({ keepAlive: false, secureContext, rejectUnauthorized: true });
  const request = (isSecure ? httpsRequest : httpRequest)(url, {
    ...{ method: 'CONNECT', path: authority, agent, signal: AbortSignal.timeout(timeoutMs) },
    headers: { host: authority, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
  });
  request.on('connect', ({ statusCode = 0 }, socket: Socket, head) => {
    if (statusCode < 200 || statusCode > 299) {
      socket.destroy();
      const hint = statusCode === 407 ? ', it asks for a user name and password, or for others' : '';
      return refused(`it answers with status ${statusCode}${hint}`);
    }
    // A mail server speaks first.
    if (head.length > 0) socket.unshift(head);
    resolve(socket);
  });
  request.on('response', ({ statusCode }) => {
    refused(`it answers with status ${statusCode}`);
    request.destroy();
  });
  request.on('error', (error) => refused(reasonOf(error)));
  request.end();
  return promise;
}
