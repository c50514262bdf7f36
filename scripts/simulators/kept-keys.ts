/**
 * Keys of simulators that are given none, kept in a file for the next process: to make them takes 0.2 s of CPU, and a hundred
 * test files start a simulator. Nobody but who starts a simulator trusts them.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** PEM: a server's certificate with its key, and the certificate of the authority that clients must trust. */
export interface ServerCertificate {
  ca: string;
  cert: string;
  key: string;
}

/** Names of the server that every simulator is. */
export const ownNames: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const folder = join(import.meta.dirname, '../../node_modules/.cache/simulators');
const certificateShape = z.object({ ca: z.string(), cert: z.string(), key: z.string() });
const signingShape = z.object({ key: z.string() });
/** Made anew when less is left, so that none ends during a test. */
const leastLeftMs = 30 * 86_400_000;

let certificate: Promise<ServerCertificate> | undefined;
let signing: Promise<KeyObject> | undefined;

/** For {@link ownNames}. */
export function keptCertificate(): Promise<ServerCertificate> {
  certificate ??= kept('certificate.json', certificateShape, isValid, async () => {
    // Loaded where it is needed: that takes half as long as making the certificate.
    const { createAuthority } = await import('./authority.ts');
    const authority = await createAuthority();
    return { ca: authority.ca, ...(await authority.issue(ownNames)) };
  });
  return certificate;
}

/** A private RSA key. */
export function keptSigningKey(): Promise<KeyObject> {
  const make = async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  };
  signing ??= kept('signing.json', signingShape, () => true, make).then(({ key }) => createPrivateKey(key));
  return signing;
}

function isValid({ cert }: ServerCertificate): boolean {
  return new X509Certificate(cert).validToDate.getTime() > Date.now() + leastLeftMs;
}

/** Processes that start together may each make one, and keep the last. */
async function kept<T>(
  name: string,
  shape: z.ZodType<T>,
  isGood: (one: T) => boolean,
  make: () => Promise<T>,
): Promise<T> {
  const file = join(folder, name);
  const found = await readFile(file, 'utf8').catch(() => undefined);
  if (found !== undefined) {
    const known = shape.parse(JSON.parse(found));
    if (isGood(known)) return known;
  }
  const made = await make();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const half = `${file}.${randomUUID()}`;
  await writeFile(half, JSON.stringify(made), { mode: 0o600 });
  await rename(half, file);
  return made;
}
