/** Why there is no answer, in plain words: the libraries' own messages require knowledge of OpenSSL. */
import { reasonOf } from '../../shared/errors.ts';

/** By the codes of OpenSSL, Node and undici. */
const reasons: [RegExp, string][] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|^EPROTO$/,
    'the other side does not speak TLS on this port: the address needs another port, or http:// instead of https://',
  ],
  [
    /^HPE_|UND_ERR_HTTP_PARSER/,
    'the other side does not speak HTTP on this port: the address needs another port, or https:// instead of http://',
  ],
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT|DEPTH_ZERO/,
    'its certificate comes from an authority that the relay does not trust: is there a filter that inspects TLS? Give its authority as caFile',
  ],
  [/CERT_HAS_EXPIRED/, "its certificate has expired, or the relay's clock is wrong"],
  [/CERT_NOT_YET_VALID/, "its certificate is not valid yet, or the relay's clock is wrong"],
  [/ERR_TLS_CERT_ALTNAME_INVALID/, 'its certificate is for another host name'],
  [/^Z_(DATA|BUF|STREAM)_ERROR|ERR_BROTLI|ERR_(_)?ZSTD/, 'the compressed answer is damaged or incomplete'],
  [/ENOTFOUND/, 'no such host name'],
  [/EAI_AGAIN/, 'the name server does not answer'],
  [/ECONNREFUSED/, 'nothing listens there'],
  [/ECONNRESET|EPIPE|UND_ERR_SOCKET/, 'the connection was closed before the answer was complete'],
  [/UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT|TimeoutError/, 'no answer in time'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to it from here'],
  [/ERR_HTTP2|UND_ERR_INFO/, 'the HTTP/2 connection was ended before the answer was complete'],
];

/** @param error from undici or Node, with its causes */
export function connectionReason(error: unknown): string {
  const codes = codesOf(error);
  for (const [pattern, words] of reasons) {
    const code = codes.find((one) => pattern.test(one));
    if (code !== undefined) return `${words} (${code})`;
  }
  const said = reasonOf(error)
    .replace(/^[0-9A-F]{8,}:error:[0-9A-F]*:([^:]*:)*/, '')
    .trim();
  // fetch has no message for status 407, which it treats as a network error.
  return said === '' ? 'no usable answer came, for example because a proxy on the way wants a sign-in' : said;
}

function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const named = error.name === 'TimeoutError' ? ['TimeoutError'] : [];
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [...own, ...named, ...inner.flatMap((one) => codesOf(one, depth + 1))];
}
