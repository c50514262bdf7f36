/** Why a connection failed, in plain words. The code stays in the text for those who know it. Pure. */
import { reasonOf } from '../../shared/errors.ts';

/** The meaning of system and undici error codes. */
const words: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut off',
  EPIPE: 'the connection was cut off',
  ENOTFOUND: 'this computer cannot find the name',
  EAI_AGAIN: 'names cannot be looked up at the moment',
  ETIMEDOUT: 'there was no answer in time',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  EADDRNOTAVAIL: 'there is no route to it',
  EACCES: 'a firewall on this computer does not allow it',
  EPERM: 'a firewall on this computer does not allow it',
  UND_ERR_CONNECT_TIMEOUT: 'there was no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'there was no answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer did not end in time',
  UND_ERR_SOCKET: 'it closed the connection before the answer was complete',
};

const noTls = 'the server on this port does not speak TLS, and an address with https:// needs a port that does';

/** OpenSSL's codes, grouped: its own messages name only source files. */
const tlsWords: [RegExp, string][] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|BAD_RECORD_TYPE/, noTls],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/, 'it speaks no version of TLS from 1.2 on'],
  [/CERTIFICATE_REQUIRED/, 'it asks for a client certificate, which Hallpass does not use'],
  [/UNRECOGNIZED_NAME/, 'the server there does not know this name'],
  [
    /HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY/,
    'it has no method of encryption in common with Hallpass',
  ],
  [/TOO_SMALL|TOO_WEAK/, 'its key is too weak to be safe'],
  [/./, 'the TLS handshake failed'],
];

/** What ws says about an answer that opens no WebSocket, and what that means. */
const socketWords: [RegExp, string][] = [
  [/^Invalid (?:Upgrade|Sec-WebSocket-\w+) header/, 'the server there does not know WebSockets'],
  [/subprotocol/, 'the WebSocket there is not that of a relay'],
  [/^Opening handshake has timed out/, 'there was no answer in time'],
];

/** @param url the server's address, where it changes what a closed connection means */
export function spokenReason(error: unknown, url = ''): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  if (code.startsWith('ERR_SSL_')) return `${tlsWords.find(([codes]) => codes.test(code))?.[1]} (${code})`;
  if (/^HPE_/.test(code) || /does not match the HTTP/.test(message)) return 'the server there does not speak HTTP';
  if (/before secure TLS/.test(message)) {
    return `the connection was cut off during the TLS handshake, by the server or by a filter on the way (${code})`;
  }
  const spoken = socketWords.find(([pattern]) => pattern.test(message));
  if (spoken !== undefined) return spoken[1];
  const said = reasonOf(error);
  const [known = ''] = /\b(?:EAI_AGAIN|UND_ERR_[A-Z_]+|E[A-Z]{3,})\b/.exec(said) ?? [];
  const meaning = words[known];
  if (meaning === undefined) return said;
  const [, address] = new RegExp(`^\\w+ ${known} (\\S+)$`).exec(said) ?? [];
  const hint =
    isBrokenOff(known) && /^(?:http|ws):/.test(url) ? '; if it speaks TLS, its address begins with https://' : '';
  return `${meaning} (${known}${address === undefined ? '' : ` ${address}`})${hint}`;
}

function isBrokenOff(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

/** The code of the error, or of the first of several attempts. */
function codeOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return '';
  if ('code' in first && typeof first.code === 'string') return first.code;
  return first.cause === undefined ? '' : codeOf(first.cause);
}
