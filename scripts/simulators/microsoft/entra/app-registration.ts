/** The application as the tenant knows it: its credentials and what an administrator has consented to. */
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type CryptoKey, importX509 } from 'jose';

export interface AppRegistration {
  readonly clientId: string;
  /** Public keys by base64url SHA-256 and SHA-1 of the certificate (`x5t#S256`, `x5t`). */
  readonly keys: ReadonlyMap<string, CertificateKeys>;
  /** SHA-256 of each secret. */
  readonly secrets: readonly Buffer[];
  /** Application permissions granted by admin consent; the control API may change them. */
  roles: readonly string[];
}

/** One certificate's key, imported for each algorithm that assertions may use. */
export type CertificateKeys = Readonly<Record<'PS256' | 'RS256', CryptoKey>>;

export async function registerApp(options: {
  clientId: string;
  /** PEM texts. */
  certificates: readonly string[];
  secrets: readonly string[];
  roles: readonly string[];
}): Promise<AppRegistration> {
  const keys = new Map<string, CertificateKeys>();
  for (const pem of options.certificates) {
    const { raw } = new X509Certificate(pem);
    const pair = { PS256: await importX509(pem, 'PS256'), RS256: await importX509(pem, 'RS256') };
    for (const hash of ['sha256', 'sha1']) keys.set(createHash(hash).update(raw).digest('base64url'), pair);
  }
  const secrets = options.secrets.map(digest);
  return { clientId: options.clientId, keys, secrets, roles: options.roles };
}

/** Reads the files that the options name: PEM files of public certificates, and a file with one secret. */
export async function readCredentials(
  certFiles: readonly string[],
  secretFile: string | undefined,
): Promise<{ certificates: string[]; secrets: string[] }> {
  const certificates = await Promise.all(certFiles.map((file) => readFile(file, 'utf8')));
  const secrets = secretFile === undefined ? [] : [(await readFile(secretFile, 'utf8')).trim()];
  return { certificates, secrets };
}

export function hasSecret(app: AppRegistration, secret: string): boolean {
  const offered = digest(secret);
  return app.secrets.some((known) => timingSafeEqual(known, offered));
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
