/**
 * The authorities that this computer trusts, including a district's own that an administrator or a group policy has
 * added. Read on demand; Windows and macOS return the same ones as long as a program runs.
 */
import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/**
 * Where distributions keep all of them in one file: Debian, Ubuntu, Alpine, Arch; Fedora, Red Hat; openSUSE; OpenBSD,
 * FreeBSD. Node itself also reads the thousand links in /etc/ssl/certs, which takes 0.7 s at every start and returns
 * each certificate four times.
 */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** PEM, in no particular order, possibly with duplicates. Never fails: a computer without any trusts none. */
export async function systemAuthorities(platform = process.platform, env = process.env): Promise<string[]> {
  return [...(await ofTheSystem(platform, env)), ...added()];
}

async function ofTheSystem(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (platform !== 'win32' && platform !== 'darwin') {
    // OpenSSL's own variables point every program of the computer to them.
    const named = env.SSL_CERT_FILE;
    const files = named ? [named] : env.SSL_CERT_DIR ? [] : bundles;
    for (const file of files) {
      const text = await readFile(file, 'latin1').catch(() => '');
      const found = text.match(/-----BEGIN CERTIFICATE-----[\w+/=\s]+-----END CERTIFICATE-----/g);
      if (found !== null) return found;
    }
    if (named) return [];
  }
  try {
    return getCACertificates('system');
  } catch {
    return [];
  }
}

/** The certificates in NODE_EXTRA_CA_CERTS, for all Node programs. */
function added(): string[] {
  try {
    return getCACertificates('extra');
  } catch {
    return [];
  }
}
