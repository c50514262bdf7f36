/**
 * A private certificate authority for the simulators, the demo and the tests: real TLS, which the product verifies with
 * a CA file exactly as a district with its own CA would. Never part of production code.
 */
import { webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
const day = 86_400_000;

x509.cryptoProvider.set(webcrypto as never);

export interface Authority {
  /** PEM of the authority's own certificate: what a client must trust. */
  ca: string;
  /** Path of that PEM, for a `caFile` setting or NODE_EXTRA_CA_CERTS; undefined for an authority kept in memory. */
  caFile: string | undefined;
  /**
   * A server certificate for these DNS names and IP addresses.
   *
   * @param validity start and end, in milliseconds from now
   */
  issue(hosts: readonly string[], validity?: readonly [number, number]): Promise<{ cert: string; key: string }>;
}

/** A new authority whose key exists only in this process. */
export async function createAuthority(name = 'Hallpass simulator CA'): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return fromKeys(await selfSign(name, keys), keys, undefined);
}

/**
 * The authority kept in a folder (`ca.pem`, `ca.key`), created on first use, so that several processes share one. Two
 * processes that start at the same moment agree: the folder `.making` is the lock.
 */
export async function openAuthority(dir: string): Promise<Authority> {
  await mkdir(dir, { recursive: true });
  const caFile = join(dir, 'ca.pem');
  const keyFile = join(dir, 'ca.key');
  const lock = join(dir, '.making');
  while (!existsSync(caFile)) {
    const mine = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!mine) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    try {
      if (existsSync(caFile)) break;
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      await writeFile(keyFile, await privatePem(keys), { mode: 0o600 });
      await writeFile(caFile, (await selfSign('Hallpass simulator CA', keys)).toString('pem'));
    } finally {
      await rm(lock, { recursive: true });
    }
  }
  const certificate = new x509.X509Certificate(await readFile(caFile, 'utf8'));
  const pkcs8 = x509.PemConverter.decodeFirst(await readFile(keyFile, 'utf8'));
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
  const publicKey = await webcrypto.subtle.importKey('spki', certificate.publicKey.rawData, algorithm, true, [
    'verify',
  ]);
  return fromKeys(certificate, { privateKey, publicKey }, caFile);
}

/** A self-signed RSA certificate for a client assertion (Entra app registrations take RSA keys). */
export async function createClientCertificate(name: string): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: rsa,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 365 * day),
  });
  return { cert: certificate.toString('pem'), key: await privatePem(keys) };
}

function selfSign(name: string, keys: webcrypto.CryptoKeyPair): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 3650 * day),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
}

function fromKeys(ca: x509.X509Certificate, caKeys: webcrypto.CryptoKeyPair, caFile: string | undefined): Authority {
  return {
    ca: ca.toString('pem'),
    caFile,
    async issue(hosts, [from, to] = [-day, 397 * day]) {
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const names = hosts.map(
        (host): x509.JsonGeneralName => ({ type: /^[\d.]+$|:/.test(host) ? 'ip' : 'dns', value: host }),
      );
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${hosts[0]}`,
        issuer: ca.subject,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(Date.now() + from),
        notAfter: new Date(Date.now() + to),
        extensions: [
          new x509.SubjectAlternativeNameExtension(names),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          await x509.AuthorityKeyIdentifierExtension.create(ca),
        ],
      });
      return { cert: certificate.toString('pem'), key: await privatePem(keys) };
    },
  };
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}
