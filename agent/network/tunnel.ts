/** CONNECT: asks a proxy for a tunnel (RFC 9110 §9.3.6), and interprets any other answer. */
import { isIP, type Socket } from 'node:net';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { HttpProxy } from './proxy.ts';
import { proxyWords } from './proxy-words.ts';
import type { Target } from './target.ts';

/** The largest accepted head of an answer. Proxies put cookies and policies in it; more is never needed. */
const maxHeadBytes = 16_384;
/** How much of a refusal's page is read: the title is at its beginning. */
const maxPageBytes = 4096;
const pageMs = 1000;

/**
 * Asks for a tunnel on a connection to the proxy; afterwards the connection leads to the target. It is destroyed when
 * the proxy refuses.
 *
 * @throws HallpassError PROXY_AUTH_REQUIRED, PROXY_AUTH_UNSUPPORTED, PROXY_PARENT_REFUSED, PROXY_REFUSED, PROXY_FAILED,
 *   PROXY_WEB_PAGE, PROXY_UNREACHABLE; the signal's reason
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
    const answer = await readAnswer(socket, signal, timeoutMs);
    const refusal = refusalIn(answer, proxy, authority);
    if (refusal !== undefined) throw refusal;
  } catch (error) {
    socket.destroy();
    if (!(error instanceof NoAnswer)) throw error;
    const reason = `${error.message}${proxy.url.protocol === 'http:' ? error.plainHint : ''}`;
    throw fail('PROXY_FAILED', { proxy: proxy.url.origin, target: authority, reason });
  }
}

class NoAnswer extends Error {
  /** A possible cause when the proxy was contacted without TLS. */
  readonly plainHint: string;

  constructor(message: string, plainHint = '') {
    super(message);
    this.plainHint = plainHint;
  }
}

/** Squid's TLS port does not answer a client that speaks no TLS. */
const perhapsTls = ', as a proxy does whose address must begin with https://';

/** Head of the answer, and what follows it: nothing for a tunnel, because in TLS the client speaks first. */
interface Answer {
  head: string;
  body: string;
}

function readAnswer(socket: Socket, signal: AbortSignal, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    let patience: NodeJS.Timeout | undefined;
    const settle = (act: () => void) => {
      clearTimeout(timer);
      clearTimeout(patience);
      socket.off('data', onData);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      // What comes next is TLS, which reads from the connection itself.
      socket.pause();
      act();
    };
    const answer = () => {
      const end = bytes.indexOf('\r\n\r\n');
      const head = bytes.subarray(0, end < 0 ? maxHeadBytes : end).toString('latin1');
      const body = end < 0 ? '' : bytes.subarray(end + 4, end + 4 + maxPageBytes).toString();
      return { head, body };
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0 && bytes.length <= maxHeadBytes) return;
      const { head, body } = answer();
      const whole = opensTunnel(head) || end < 0 || bytes.length >= end + 4 + maxPageBytes || body.includes('</title>');
      if (whole) settle(() => resolve(answer()));
      else patience ??= setTimeout(() => settle(() => resolve(answer())), pageMs);
    };
    const onClose = () =>
      settle(() => {
        if (bytes.length > 0) resolve(answer());
        else reject(new NoAnswer('it closed the connection without an answer', perhapsTls));
      });
    const onAbort = () => settle(() => reject(signal.reason));
    const late = new NoAnswer(`no answer within ${timeoutMs / 1000} s`);
    const timer = setTimeout(() => settle(() => reject(late)), timeoutMs);
    socket.on('data', onData);
    socket.on('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

function statusOf(head: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]);
}

function opensTunnel(head: string): boolean {
  const status = statusOf(head);
  return status >= 200 && status < 300;
}

/**
 * "Not implemented" and an HTTP version do not mean that the target is out of reach; 511 is a sign-in page (RFC 6585).
 */
const noFailures: ReadonlySet<number> = new Set([501, 505, 511]);

/** The words with which proxies say in a 4xx answer that they did not reach the target. */
const unreached =
  /no such (?:domain|host)|unknown host|host not found|\bdns\b|resolv|unable to connect|connect(?:ion)? (?:failed|timed out|refused)|unreachable/i;

/** The refusal in an answer, or undefined for a tunnel. */
function refusalIn({ head, body }: Answer, { url, credentials }: HttpProxy, target: string): HallpassError | undefined {
  const proxy = url.origin;
  const status = statusOf(head);
  if (Number.isNaN(status)) return fail('PROXY_UNREACHABLE', { proxy, reason: strangeTongue(head) });
  if (status >= 200 && status < 300) {
    const html = /^content-type:.*html/im.test(head);
    return html || body !== '' ? fail('PROXY_WEB_PAGE', { proxy, target, status }) : undefined;
  }
  if ((status >= 300 && status < 400) || status === 511) return fail('PROXY_WEB_PAGE', { proxy, target, status });
  // Some answer 401 with WWW-Authenticate to a wrong password (tinyproxy).
  const schemes = schemesIn(head);
  if (/realm="Cntlm for parent"/i.test(head)) return fail('PROXY_PARENT_REFUSED', { proxy, target });
  if (status === 407 || (status < 500 && schemes.length > 0)) {
    return signInRefusal(schemes, credentials !== undefined, proxy, target);
  }
  const said = proxyWords(head, body);
  const quoted = said === '' ? '' : `, "${said}"`;
  if (status === 404 || (status >= 500 && !noFailures.has(status)) || unreached.test(said)) {
    return fail('PROXY_FAILED', { proxy, target, reason: `it answered with status ${status}${quoted}` });
  }
  return fail('PROXY_REFUSED', { proxy, target, status: `${status}${quoted}` });
}

/** One header may name several, each with parameters between commas (RFC 9110 §11.6.1): `Digest realm="a, b", qop=auth, Basic realm="c"`. */
function schemesIn(head: string): string[] {
  const headers = [...head.matchAll(/^(?:proxy|www)-authenticate:(.*)$/gim)].map(([, value = '']) => value);
  const parts = headers.flatMap((value) => value.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(','));
  const named = parts.map((part) => /^\s*([a-z][\w-]*)(?=\s+[^=\s]|\s*$)/i.exec(part)?.[1]);
  return [...new Set(named.filter((scheme) => scheme !== undefined))];
}

/** A TLS record begins with its type, an alert (0x15) or a handshake (0x16), and version 3. */
function strangeTongue(head: string): string {
  return [0x15, 0x16].includes(head.charCodeAt(0)) && head.charCodeAt(1) === 3
    ? 'the server there speaks TLS: give its address with https://'
    : 'the server there does not speak HTTP';
}

function signInRefusal(schemes: readonly string[], tried: boolean, proxy: string, target: string): HallpassError {
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic')) {
    return fail('PROXY_AUTH_UNSUPPORTED', { proxy, target, schemes: schemes.join(', ') });
  }
  const detail = tried ? 'user name and password were refused' : 'no user name and password are set';
  return fail('PROXY_AUTH_REQUIRED', { proxy, target, detail });
}

function authorityOf({ host, port }: Target): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
