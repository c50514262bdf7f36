/** The name, in the catalogue, of what kept a connection from coming up. */
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import { CertificateRefused } from './certificate.ts';
import type { Destination, HttpProxy } from './proxy.ts';

const untrusted = { powerschool: 'POWERSCHOOL_TLS_UNTRUSTED', relay: 'RELAY_TLS_UNTRUSTED' } as const;
const invalid = { powerschool: 'POWERSCHOOL_TLS_INVALID', relay: 'RELAY_TLS_INVALID' } as const;
const unreachable = { powerschool: 'POWERSCHOOL_UNREACHABLE', relay: 'RELAY_UNREACHABLE' } as const;

/** What codes of the system and of undici mean, for people. */
const words: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was broken off',
  EPIPE: 'the connection was broken off',
  ENOTFOUND: 'this computer does not find the name',
  EAI_AGAIN: 'names cannot be looked up at the moment',
  ETIMEDOUT: 'there was no answer in time',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  UND_ERR_CONNECT_TIMEOUT: 'there was no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'there was no answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer did not come to an end in time',
  UND_ERR_SOCKET: 'it closed the connection before the answer was complete',
};

/** Why a connection failed, with the code and the address for those who know what to make of them. */
function networkReason(error: unknown): string {
  const said = reasonOf(error);
  const [code = ''] = /\b(?:EAI_AGAIN|UND_ERR_[A-Z_]+|E[A-Z]{3,})\b/.exec(said) ?? [];
  const meaning = words[code];
  if (meaning === undefined) return said;
  const [, address] = new RegExp(`^\\w+ ${code} (\\S+)$`).exec(said) ?? [];
  return `${meaning} (${code}${address === undefined ? '' : ` ${address}`})`;
}

/** @param url the server's address, for people */
export function connectFailure(destination: Destination, url: string, error: unknown): HallpassError {
  // A proxy's refusal has its name already.
  if (error instanceof HallpassError) return error;
  if (!(error instanceof CertificateRefused)) {
    return fail(unreachable[destination], { url, reason: networkReason(error) }, { cause: error });
  }
  const { kind, issuer, message: reason } = error;
  return kind === 'untrusted'
    ? fail(untrusted[destination], { url, reason, issuer }, { cause: error })
    : fail(invalid[destination], { url, reason }, { cause: error });
}

export function proxyFailure({ url }: HttpProxy, error: unknown): HallpassError {
  const code = error instanceof CertificateRefused ? 'PROXY_TLS_UNTRUSTED' : 'PROXY_UNREACHABLE';
  return fail(code, { proxy: url.origin, reason: networkReason(error) }, { cause: error });
}
