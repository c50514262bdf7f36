/**
 * Opens connections, step by step: TCP, a proxy's tunnel, TLS. Both undici and ws go through here, so that proxies,
 * authorities and timeouts are the same for all connections.
 */
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { contextOf } from '../../shared/trust.ts';
import { type Certificate, CertificateRefused, chainOf, refusalCode } from './certificate.ts';
import { proxyFailure } from './failure.ts';
import type { HttpProxy, Way } from './proxy.ts';
import { type Target, targetOf } from './target.ts';
import { askForTunnel } from './tunnel.ts';

/**
 * The time limit of each step, in milliseconds. A proxy that asks its filter about a new host may take a few seconds.
 */
export interface DialTimes {
  tcpMs: number;
  tunnelMs: number;
  tlsMs: number;
}

export const dialTimes: DialTimes = { tcpMs: 5000, tunnelMs: 10_000, tlsMs: 10_000 };

/**
 * A connection that is ready for HTTP.
 *
 * @param signal ends the attempt
 * @throws HallpassError the PROXY_ codes; {@link CertificateRefused}; the system's errors; the signal's reason
 */
export async function dial(url: URL, way: Way, signal: AbortSignal, times = dialTimes): Promise<Socket> {
  const target = targetOf(url);
  const socket =
    way.proxy === undefined
      ? await connectTcp(target, signal, times.tcpMs)
      : await dialProxy(way.proxy, target, signal, times);
  const encrypted = url.protocol === 'https:' || url.protocol === 'wss:';
  return encrypted ? await startTls(socket, target.host, way.ca, signal, times.tlsMs) : socket;
}

/** @throws the system's errors; an error when nothing answers in time; the signal's reason */
export async function connectTcp({ host, port }: Target, signal: AbortSignal, timeoutMs: number): Promise<Socket> {
  // With several addresses, each attempt gets a second: Node's default of 250 ms is too short for a slow line.
  const patience = { autoSelectFamilyAttemptTimeout: 1000 };
  const kept = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
  const socket = connectSocket({ host, port, ...patience, ...kept });
  await reached(socket, 'connect', signal, timeoutMs, `no connection to ${host}:${port} within ${timeoutMs / 1000} s`);
  return socket;
}

/** A tunnel to the target through a proxy. @throws HallpassError the PROXY_ codes; the signal's reason */
export async function dialProxy(
  proxy: HttpProxy,
  target: Target,
  signal: AbortSignal,
  times: DialTimes,
): Promise<Socket> {
  const socket = await reachProxy(proxy, signal, times);
  await askForTunnel(socket, proxy, target, signal, times.tunnelMs);
  return socket;
}

/** A connection to the proxy itself. @throws HallpassError PROXY_UNREACHABLE, PROXY_TLS_UNTRUSTED; the signal's reason */
export async function reachProxy(proxy: HttpProxy, signal: AbortSignal, times: DialTimes): Promise<Socket> {
  try {
    const target = targetOf(proxy.url);
    const socket = await connectTcp(target, signal, times.tcpMs);
    if (proxy.url.protocol !== 'https:') return socket;
    return await startTls(socket, target.host, proxy.ca, signal, times.tlsMs);
  } catch (error) {
    throw signal.aborted ? signal.reason : proxyFailure(proxy, error);
  }
}

/**
 * TLS on an open connection. Always verifies the peer's certificate: `rejectUnauthorized` is set explicitly because the
 * variable NODE_TLS_REJECT_UNAUTHORIZED changes its default.
 *
 * @throws CertificateRefused; the system's errors; the signal's reason
 */
export async function startTls(
  socket: Socket,
  host: string,
  ca: string[],
  signal: AbortSignal,
  timeoutMs: number,
): Promise<TLSSocket> {
  const tls = connectTls({
    socket,
    host,
    // An IP address is compared with the certificate, too, but is not allowed in the handshake (RFC 6066 §3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    secureContext: contextOf(ca),
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  // Node verifies in its own listener for 'secure' and, when it refuses the certificate, destroys the socket before
  // anyone can write to it. Reading the certificate just before that names the authority for the error message, without
  // a second connection that does not verify.
  let presented: Certificate[] = [];
  tls.prependOnceListener('secure', () => {
    presented = chainOf(tls.getPeerCertificate(true));
  });
  try {
    const late = `no answer to TLS from ${host} within ${timeoutMs / 1000} s`;
    await reached(tls, 'secureConnect', signal, timeoutMs, late);
    return tls;
  } catch (error) {
    socket.destroy();
    const code = refusalCode(error);
    throw code === undefined || !(error instanceof Error) ? error : new CertificateRefused(code, presented, error);
  }
}

/** Waits for an event of a socket that is connecting; anything else destroys the socket. */
function reached(socket: Socket, event: string, signal: AbortSignal, timeoutMs: number, late: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error: unknown) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) => end(error);
    const onClose = () => end(new Error('the connection was closed'));
    const onAbort = () => end(signal.reason);
    const timer = setTimeout(() => end(new Error(late)), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
    };
    // Stays for the life of the socket: an error that comes after giving up must not end the process.
    socket.on('error', onError);
    socket.once('close', onClose);
    socket.once(event, () => {
      settle();
      resolve();
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
