/** Which certification authorities an outgoing TLS connection trusts. There is no way to trust everything. */
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { fail, reasonOf } from './errors.ts';

/**
 * The authorities for one destination: the well-known ones, and those of a district's own CA file.
 *
 * @param caFile PEM file with one or more certificates; undefined for the well-known authorities alone.
 * @throws HallpassError FILE_UNREADABLE, CA_FILE_INVALID
 */
export async function trustedAuthorities(caFile: string | undefined): Promise<string[]> {
  if (caFile === undefined) return [...rootCertificates];
  const pem = await readFile(caFile, 'utf8').catch((error: unknown) => {
    throw fail('FILE_UNREADABLE', { file: caFile, reason: reasonOf(error) }, { cause: error });
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw fail('CA_FILE_INVALID', { file: caFile });
  return [...rootCertificates, pem];
}

/** The codes with which Node says that a chain does not end in a trusted authority or names another host. */
const untrustedCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** True when a connection failed because of the certificate, which waiting does not cure. */
export function isUntrusted(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && untrustedCodes.has(at.code)) return true;
  }
  return false;
}

/** True for an address of this computer itself, the only place where an unencrypted connection is allowed. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
