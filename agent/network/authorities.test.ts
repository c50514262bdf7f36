/** Whom the agent trusts: the authorities of this computer, and files in whatever form someone exported them. */
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { agentScript } from '../testing/command.ts';

const run = promisify(execFile);

async function server(t: Test) {
  const authority = await createAuthority('District CA');
  const server = createServer(await authority.issue(['127.0.0.1']), (_, response) => response.writeHead(404).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { authority, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const skip = process.platform !== 'linux' && 'only on Linux a variable says where the authorities of the system are';
t.test('an authority that this computer trusts needs no file', { skip }, async (t) => {
  const { authority, url } = await server(t);
  const home = t.testdir({});
  const systemFile = join(home, 'system.pem');
  // One unreadable certificate does not discard the others.
  const stray = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  await writeFile(systemFile, stray + authority.ca);
  const tls = async (env: NodeJS.ProcessEnv) => {
    const agent = (...args: string[]) =>
      run(process.execPath, [agentScript, ...args], { env: { ...startVariables, HALLPASS_HOME: home, ...env } });
    await agent('configure', '--powerschool-url', url, '--powerschool-client-id', 'c', '--relay-url', url);
    const { stdout } = await agent('check', '--json').catch((error: { stdout: string }) => error);
    const checks: { name: string; status: string; action: string }[] = JSON.parse(stdout).checks;
    return checks.filter(({ name }) => name.endsWith('.tls'));
  };
  const untrusted = {
    status: 'fail',
    action: /"District CA".*\(PEM or DER\).*root certificates that this computer trusts/,
  };
  t.match(await tls({}), [untrusted, untrusted]);
  t.match(await tls({ SSL_CERT_FILE: systemFile }), [{ status: 'pass' }, { status: 'pass' }]);
  const extraFile = join(home, 'extra.pem');
  await writeFile(extraFile, authority.ca);
  t.match(
    await tls({ NODE_EXTRA_CA_CERTS: extraFile }),
    [{ status: 'pass' }, { status: 'pass' }],
    'as Node itself does',
  );
});

t.test('accepts PEM, DER and UTF-16, and several certificates, each once', async (t) => {
  const [one, other] = await Promise.all([createAuthority('One CA'), createAuthority('Other CA')]);
  const folder = t.testdir({});
  const known = (await trustedAuthorities(undefined)).length;
  const added = async (content: string | Uint8Array) => {
    const file = join(folder, 'ca.cer');
    await writeFile(file, content);
    return (await trustedAuthorities(file)).slice(known).map((pem) => new X509Certificate(pem).subject);
  };
  t.same(await added(one.ca), ['CN=One CA']);
  t.same(await added(new X509Certificate(one.ca).raw), ['CN=One CA'], 'DER, as Windows exports it by default');
  const both = [one, other].map(({ ca }) => new X509Certificate(ca).raw);
  t.same(await added(Buffer.concat(both)), ['CN=One CA', 'CN=Other CA'], 'DER one after the other');
  t.same(await added(Buffer.concat([...both, Buffer.from('\r\n\0')])), ['CN=One CA', 'CN=Other CA'], 'and a line end');
  t.same(await added(Buffer.from(`\uFEFF${one.ca}`, 'utf16le')), ['CN=One CA'], 'written with PowerShell');
  t.same(
    await added(`Bag Attributes\r\n\r\n${one.ca.replaceAll('\n', '\r\n')}`),
    ['CN=One CA'],
    'of Windows, with text',
  );
  t.same(await added(`# ours\n${one.ca}\n${other.ca}\n${one.ca}`), ['CN=One CA', 'CN=Other CA']);
  const file = join(folder, 'ca.cer');
  const before = await trustedAuthorities(file);
  t.equal(await trustedAuthorities(file), before, 'the same list, for which a TLS context is kept');
  await writeFile(file, one.ca);
  t.not(await trustedAuthorities(file), before, 'until the file changes');
});

t.test('refuses a file that is not a certificate, by name', { skip: noOpenssl() }, async (t) => {
  const authority = await createAuthority('One CA');
  const { cert, key } = await authority.issue(['localhost']);
  const folder = t.testdir({ 'ca.pem': authority.ca, 'cert.pem': cert, 'key.pem': key });
  const made = (...args: string[]) => execFileSync('openssl', args, { cwd: folder });
  const contents: [string | Uint8Array, RegExp][] = [
    [made('crl2pkcs7', '-nocrl', '-certfile', 'ca.pem'), /PKCS#7/],
    [made('crl2pkcs7', '-nocrl', '-certfile', 'ca.pem', '-outform', 'DER'), /PKCS#7/],
    [made('pkcs12', '-export', '-in', 'cert.pem', '-inkey', 'key.pem', '-passout', 'pass:'), /PKCS#12/],
    [key, /holds a private key/],
    [Buffer.concat([new X509Certificate(cert).raw, Buffer.from('more')]), /certificate 2 of 2 is damaged/],
    [Buffer.from('3082', 'hex'), /damaged/],
    [Buffer.from('feedfeed00000002', 'hex'), /Java keystore/],
    [new X509Certificate(cert).raw.subarray(0, 200), /damaged/],
    [cert.replace(/-----END[\s\S]*/, ''), /cut off/],
    ['hello', /no certificate in it/],
    ['', /empty/],
  ];
  for (const [content, message] of contents) {
    const file = join(folder, 'given');
    await writeFile(file, content);
    await t.rejects(trustedAuthorities(file), { code: 'CA_FILE_INVALID', message }, String(message));
  }
  await writeFile(join(folder, 'given'), made('x509', '-in', 'ca.pem', '-trustout', '-addtrust', 'serverAuth'));
  const trusted = await trustedAuthorities(join(folder, 'given'));
  t.equal(new X509Certificate(trusted.at(-1) ?? '').subject, 'CN=One CA', "a trusted certificate of OpenSSL's");
});

function noOpenssl(): string | false {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return 'openssl is not installed';
  }
}
