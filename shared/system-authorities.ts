/**
 * The authorities that this computer trusts: where an administrator, or a group policy, has put a district's own. Read when
 * they are asked for; Windows and macOS answer the same for as long as a program runs.
 */
import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/**
 * Where distributions keep all of them in one file: Debian, Ubuntu, Alpine, Arch; Fedora, Red Hat; openSUSE; OpenBSD, FreeBSD.
 * Node itself reads the thousand links of /etc/ssl/certs besides, which takes 0.7 s at every start and gives each four times.
 */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** PEM, in no particular order, perhaps more than once. Never fails: a computer that has none trusts none. */
export async function systemAuthorities(platform = process.platform, env = process.env): Promise<string[]> {
  return [...(await ofTheSystem(platform, env)), ...added()];
}

async function ofTheSystem(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (platform !== 'win32' && platform !== 'darwin') {
    // OpenSSL's own variables say where they are, to every program of the computer.
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

/** What NODE_EXTRA_CA_CERTS names, for all programs of Node. */
function added(): string[] {
  try {
    return getCACertificates('extra');
  } catch {
    return [];
  }
}
