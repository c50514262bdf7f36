/** An application: its registration, and what one tenant knows of it, which is what an administrator there has consented to. */
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type CryptoKey, importX509 } from 'jose';

export interface AppRegistration {
  readonly clientId: string;
  /** Public keys by base64url SHA-256 and SHA-1 of the certificate (`x5t#S256`, `x5t`). */
  readonly keys: ReadonlyMap<string, CertificateKeys>;
  /** SHA-256 of each secret. */
  readonly secrets: readonly Buffer[];
  /** Application permissions that the registration lists: an administrator grants all of them or none. */
  readonly requires: readonly string[];
  /** Addresses to which the sign-in may send a browser. */
  readonly redirectUris: readonly string[];
  /** Whether the tenant has a service principal of it: the first consent creates it. */
  isKnown: boolean;
  /** Application permissions granted by admin consent; the control API may change them. */
  roles: readonly string[];
  /** Roles that a consent has just granted, and from when (milliseconds since the epoch) tokens have them. */
  arriving: { roles: readonly string[]; at: number } | undefined;
}

/** What is the same in every tenant. */
export type Registration = Omit<AppRegistration, 'isKnown' | 'roles' | 'arriving'>;

/** What tokens have now: a consent takes a while to reach all of Microsoft's servers. */
export function rolesNow(app: AppRegistration, now: number): readonly string[] {
  if (app.arriving !== undefined && app.arriving.at <= now) {
    app.roles = [...new Set([...app.roles, ...app.arriving.roles])];
    app.arriving = undefined;
  }
  return app.roles;
}

/** What a tenant knows of a registration. */
export function inTenant(
  app: Registration,
  { roles, isKnown = true }: { roles: readonly string[]; isKnown?: boolean },
): AppRegistration {
  return { ...app, roles, isKnown, arriving: undefined };
}

/** One certificate's key, imported for each algorithm that assertions may use. */
export type CertificateKeys = Readonly<Record<'PS256' | 'RS256', CryptoKey>>;

export async function registerApp(options: {
  clientId: string;
  /** PEM texts. */
  certificates: readonly string[];
  secrets: readonly string[];
  requires: readonly string[];
  redirectUris: readonly string[];
}): Promise<Registration> {
  const keys = new Map<string, CertificateKeys>();
  for (const pem of options.certificates) {
    const { raw } = new X509Certificate(pem);
    const pair = { PS256: await importX509(pem, 'PS256'), RS256: await importX509(pem, 'RS256') };
    for (const hash of ['sha256', 'sha1']) keys.set(createHash(hash).update(raw).digest('base64url'), pair);
  }
  const secrets = options.secrets.map(digest);
  const { clientId, requires, redirectUris } = options;
  return { clientId, keys, secrets, requires, redirectUris };
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
