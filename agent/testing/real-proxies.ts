/** Proxies that districts use, as packaged by Debian, each with a test's configuration. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type HttpProxy, ProxyCredentials, type ProxySignIn } from '../network/proxy.ts';
import { freePort, Program } from './program.ts';

export const squid = '/usr/sbin/squid';
/** Where Squid's own programs for sign-in and certificates are. */
export const squidHelpers = '/usr/lib/squid';
/** In Debian's squid-openssl, and not in its squid: only that one speaks TLS. */
export const squidTls = `${squidHelpers}/security_file_certgen`;
export const tinyproxy = '/usr/bin/tinyproxy';
export const privoxy = '/usr/sbin/privoxy';
export const cntlm = '/usr/sbin/cntlm';

/** A folder that a proxy without root rights can read and write: a checkout may be in a folder closed to others. */
export async function proxyFolder(t: Test): Promise<string> {
  const own = await mkdtemp(join(tmpdir(), 'hallpass-proxy-'));
  t.teardown(() => rm(own, { recursive: true, force: true }));
  await chmod(own, 0o777);
  return own;
}

/** Loopback addresses in settings are never reached through a proxy, so this one is assembled directly. */
export function proxyAt(port: number, signIn: ProxySignIn | null, ca?: string): HttpProxy {
  const credentials = signIn === null ? undefined : new ProxyCredentials(signIn);
  const url = new URL(`http${ca === undefined ? '' : 's'}://127.0.0.1:${port}`);
  return { url, credentials, from: 'the settings', ca: ca === undefined ? [] : [ca] };
}

/** Starts a program with a configuration; a failing test shows its output. */
async function start(t: Test, file: string, own: string, port: number, text: string, args: (file: string) => string[]) {
  const configuration = join(own, `configuration-${port}`);
  await writeFile(configuration, text);
  const program = new Program(file, args(configuration), port, own);
  t.teardown(() => program.stop());
  t.teardown(() => (t.passing() ? undefined : t.comment(program.said)));
  await program.start();
}

/**
 * Squid in one process, without a cache; it recognizes invalid names at once.
 *
 * @param own the folder for what its configuration names
 * @param listen options of its port
 * @returns its port
 */
export async function startSquid(t: Test, own: string, more: readonly string[], listen = ''): Promise<number> {
  const port = await freePort();
  const lines = [
    `http_port 127.0.0.1:${port} ${listen}`,
    ...['pid_filename none', 'access_log none', 'cache_log /dev/null', 'cache deny all', 'cache_mem 1 MB'],
    ...['pinger_enable off', 'netdb_filename none', 'shutdown_lifetime 0 seconds', 'max_filedescriptors 1024'],
    ...['dns_nameservers 127.0.0.1', 'dns_timeout 1 seconds'],
    ...more,
    '',
  ];
  await start(t, squid, own, port, lines.join('\n'), (file) => ['-N', '-f', file]);
  return port;
}

/** Squid configuration that makes everyone sign in. */
export function squidSignIn(...schemes: readonly string[]): string[] {
  return [...schemes, 'acl known proxy_auth REQUIRED', 'http_access allow known', 'http_access deny all'];
}

export async function startTinyproxy(t: Test, more: string): Promise<number> {
  const port = await freePort();
  const text = `Port ${port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 20\n${more}`;
  await start(t, tinyproxy, await proxyFolder(t), port, text, (file) => ['-d', '-c', file]);
  return port;
}

/** @param actions contents of an actions file; Privoxy's own are not used */
export async function startPrivoxy(t: Test, actions: string): Promise<number> {
  const [own, port] = [await proxyFolder(t), await freePort()];
  const file = join(own, 'user.action');
  await writeFile(file, actions);
  const text = `confdir /etc/privoxy\nlogdir ${own}\nactionsfile ${file}\nlisten-address 127.0.0.1:${port}\nsocket-timeout 300\n`;
  await start(t, privoxy, own, port, text, (file) => ['--no-daemon', file]);
  return port;
}

/** Signs in at the proxy with NTLM on behalf of programs that cannot. @param proxy its port */
export async function startCntlm(t: Test, proxy: number, { username, password }: ProxySignIn): Promise<number> {
  const [own, port] = [await proxyFolder(t), await freePort()];
  const text = [
    ...[`Username ${username}`, 'Domain CONTOSO', `Password ${password}`, 'Auth NTLM', 'NoProxy none.example'],
    ...[`Proxy 127.0.0.1:${proxy}`, `Listen 127.0.0.1:${port}`, ''],
  ].join('\n');
  await start(t, cntlm, own, port, text, (file) => ['-f', '-c', file]);
  return port;
}
