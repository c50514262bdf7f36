/** CONNECT: asks a proxy for a tunnel (RFC 9110 §9.3.6), and understands what it answers instead. */
import { isIP, type Socket } from 'node:net';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { HttpProxy } from './proxy.ts';
import type { Target } from './target.ts';

/** Largest head of an answer. Proxies put cookies and policies in it; nobody needs more. */
const maxHeadBytes = 16_384;

/**
 * Asks for a tunnel on a connection to the proxy; afterwards the connection is one to the target. It is destroyed when
 * the proxy refuses.
 *
 * @throws HallpassError PROXY_AUTH_REQUIRED, PROXY_REFUSED, PROXY_FAILED, PROXY_WEB_PAGE, PROXY_UNREACHABLE; the signal's
 *   reason
 */
export async function askForTunnel(
  socket: Socket,
  proxy: HttpProxy,
  target: Target,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<void> {
  const authority = authorityOf(target);
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (proxy.credentials !== undefined) lines.push(`Proxy-Authorization: ${proxy.credentials.header}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  try {
    const answer = await readHead(socket, signal, timeoutMs);
    const refusal = readAnswer(answer, proxy, authority);
    if (refusal !== undefined) throw refusal;
  } catch (error) {
    socket.destroy();
    if (!(error instanceof NoAnswer)) throw error;
    throw fail('PROXY_FAILED', { proxy: proxy.url.origin, target: authority, reason: error.message });
  }
}

class NoAnswer extends Error {}

/** Head of the answer, and whether something follows it although it is the client who speaks first in TLS. */
interface Head {
  text: string;
  more: boolean;
}

function readHead(socket: Socket, signal: AbortSignal, timeoutMs: number): Promise<Head> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      // What comes next is for TLS, which reads from the connection itself.
      socket.pause();
      act();
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0 && bytes.length <= maxHeadBytes) return;
      const text = bytes.subarray(0, end < 0 ? maxHeadBytes : end).toString('latin1');
      settle(() => resolve({ text, more: end >= 0 && bytes.length > end + 4 }));
    };
    const onClose = () => settle(() => reject(new NoAnswer('it closed the connection without an answer')));
    const onAbort = () => settle(() => reject(signal.reason));
    const late = new NoAnswer(`no answer within ${timeoutMs / 1000} s`);
    const timer = setTimeout(() => settle(() => reject(late)), timeoutMs);
    socket.on('data', onData);
    socket.on('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

/** The refusal in an answer, or undefined for a tunnel. */
function readAnswer({ text, more }: Head, { url, credentials }: HttpProxy, target: string): HallpassError | undefined {
  const proxy = url.origin;
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(text)?.[1]);
  if (Number.isNaN(status))
    return fail('PROXY_UNREACHABLE', { proxy, reason: 'what answers there does not speak HTTP' });
  const html = /^content-type:.*html/im.test(text);
  if (status === 407) {
    const detail = signInDetail(text, credentials !== undefined);
    return fail('PROXY_AUTH_REQUIRED', { proxy, target, detail });
  }
  if (status >= 200 && status < 300) {
    return html || more ? fail('PROXY_WEB_PAGE', { proxy, target, status }) : undefined;
  }
  if (status >= 300 && status < 400) return fail('PROXY_WEB_PAGE', { proxy, target, status });
  if (status >= 500) return fail('PROXY_FAILED', { proxy, target, reason: `it answered with status ${status}` });
  return fail('PROXY_REFUSED', { proxy, target, status });
}

function signInDetail(text: string, tried: boolean): string {
  const schemes = [...text.matchAll(/^proxy-authenticate:\s*([a-z\d-]+)/gim)].map(([, scheme = '']) => scheme);
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic')) {
    return `it takes only ${[...new Set(schemes)].join(', ')}, which Hallpass does not know`;
  }
  return tried ? 'user name and password were refused' : 'no user name and password are set';
}

function authorityOf({ host, port }: Target): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
