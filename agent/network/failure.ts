/** The catalog error for a connection that could not be opened. */
import { fail, HallpassError } from '../../shared/errors.ts';
import { CertificateRefused } from './certificate.ts';
import type { Destination, HttpProxy } from './proxy.ts';
import { spokenReason } from './spoken-reason.ts';

const untrusted = { powerschool: 'POWERSCHOOL_TLS_UNTRUSTED', relay: 'RELAY_TLS_UNTRUSTED' } as const;
const invalid = { powerschool: 'POWERSCHOOL_TLS_INVALID', relay: 'RELAY_TLS_INVALID' } as const;
const unreachable = { powerschool: 'POWERSCHOOL_UNREACHABLE', relay: 'RELAY_UNREACHABLE' } as const;

/** @param url the server's address, for people */
export function connectFailure(destination: Destination, url: string, error: unknown): HallpassError {
  // A proxy's refusal already is a catalog error.
  if (error instanceof HallpassError) return error;
  if (!(error instanceof CertificateRefused)) {
    return fail(unreachable[destination], { url, reason: spokenReason(error, url) }, { cause: error });
  }
  const { kind, issuer, message: reason } = error;
  return kind === 'untrusted'
    ? fail(untrusted[destination], { url, reason, issuer }, { cause: error })
    : fail(invalid[destination], { url, reason }, { cause: error });
}

export function proxyFailure({ url }: HttpProxy, error: unknown): HallpassError {
  const code = error instanceof CertificateRefused ? 'PROXY_TLS_UNTRUSTED' : 'PROXY_UNREACHABLE';
  return fail(code, { proxy: url.origin, reason: proxyReason(url, error) }, { cause: error });
}

/** Writing https:// for a proxy whose port speaks http is a common mistake: most proxies are reached without TLS. */
function proxyReason(url: URL, error: unknown): string {
  const reason = spokenReason(error, url.href);
  return url.protocol === 'https:' && /does not speak TLS/.test(reason)
    ? `${reason}: most proxies have an address with http://`
    : reason;
}
