/** The path to one of the two servers, step by step on one connection: DNS, TCP, proxy, TLS. */
import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { chainOf } from '../network/certificate.ts';
import { connectTcp, reachProxy, startTls } from '../network/dial.ts';
import { connectFailure } from '../network/failure.ts';
import type { Destination, Way } from '../network/proxy.ts';
import { targetOf } from '../network/target.ts';
import { askForTunnel } from '../network/tunnel.ts';
import type { Check, CheckContext } from './finding.ts';
import { fails, notTried, pass, step, type Verdict, warn } from './step.ts';

const day = 86_400_000;
/** Warn about a certificate that expires sooner. */
const expiryWarnDays = 30;

/** The names of these checks, in order. The proxy check for PowerSchool exists only when a proxy is used. */
export function pathChecks(destination: Destination, proxied: boolean): string[] {
  const steps = destination === 'relay' || proxied ? ['dns', 'tcp', 'proxy', 'tls'] : ['dns', 'tcp', 'tls'];
  return steps.map((name) => `${destination}.${name}`);
}

/** Yields the checks; returns the name of the one that failed, or undefined when the path is clear. */
export async function* checkPath(
  destination: Destination,
  url: URL,
  way: Way,
  { signal, times, env, clock, state }: CheckContext,
): AsyncGenerator<Check, string | undefined> {
  const target = targetOf(url);
  const { proxy } = way;
  const first = proxy === undefined ? target : targetOf(proxy.url);
  const names = pathChecks(destination, proxy !== undefined);
  const toError = (error: unknown) => connectFailure(destination, url.origin, error);
  const options = (name: string, timeoutMs: number) => ({ name: `${destination}.${name}`, timeoutMs, signal, toError });
  let socket: Socket | undefined;
  try {
    const dns = await step(options('dns', times.dnsMs), () => resolveName(first.host, proxy && target.host));
    yield dns.check;
    if (dns.value !== true) return yield* rest('dns');

    // An https:// proxy needs a TLS handshake of its own first.
    const tcp = await step(options('tcp', times.tcpMs + times.tlsMs), async (limit) => {
      const began = clock.now();
      const value =
        proxy === undefined ? await connectTcp(target, limit, times.tcpMs) : await reachProxy(proxy, limit, times);
      return { ...pass(`${first.host}:${first.port} takes connections (${clock.now() - began} ms).`), value };
    });
    yield tcp.check;
    if (tcp.value === undefined) return yield* rest('tcp');
    const open = tcp.value;
    socket = open;

    if (names.includes(`${destination}.proxy`)) {
      const tunnel = await step(options('proxy', times.tunnelMs + 1000), async (limit) => {
        if (proxy === undefined) return { ...direct(env, state.settings.proxy.url), value: true };
        await askForTunnel(open, proxy, target, limit, times.tunnelMs);
        const named = `The proxy ${proxy.url.origin} (from ${proxy.from})`;
        return { ...pass(`${named} connects to ${target.host}:${target.port}.`), value: true };
      });
      yield tunnel.check;
      if (tunnel.value !== true) return yield* rest('proxy');
    }

    const tls = await step(options('tls', times.tlsMs + 1000), async (limit) => {
      if (url.protocol === 'http:') return { ...pass('Not needed: the address is this computer.'), value: true };
      const encrypted = await startTls(open, target.host, way.ca, limit, times.tlsMs);
      socket = encrypted;
      return { ...certificateVerdict(encrypted, clock.now()), value: true };
    });
    yield tls.check;
    return tls.value === true ? undefined : tls.check.name;
  } finally {
    socket?.destroy();
  }

  async function* rest(failed: string): AsyncGenerator<Check, string> {
    const because = `${destination}.${failed}`;
    for (const name of names.slice(names.indexOf(because) + 1)) yield notTried(name, because);
    return because;
  }
}

async function resolveName(host: string, beyond: string | undefined): Promise<Verdict & { value?: true }> {
  const by = beyond === undefined ? '' : `; the proxy looks up ${beyond}`;
  if (isIP(host) !== 0) return { ...pass(`${host} is an address${by}.`), value: true };
  const found = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => error);
  if (Array.isArray(found)) {
    return { ...pass(`${host} is ${found.map(({ address }) => address).join(', ')}${by}.`), value: true };
  }
  const code = found.code ?? found.message;
  if (code === 'ENOTFOUND') {
    return fails(
      `DNS does not know ${host} (${code}).`,
      'Check the spelling of the address, and the DNS server of this computer.',
    );
  }
  const unanswered = fails(
    `DNS gave no answer for ${host} (${code}).`,
    'Check the network and the DNS server of this computer.',
  );
  return { ...unanswered, temporary: true };
}

/** Many people set only `http_proxy` and mean both. */
function direct(env: NodeJS.ProcessEnv, setting: string | undefined): Verdict {
  const plain = env.http_proxy ?? env.HTTP_PROXY ?? '';
  const encrypted = env.https_proxy ?? env.HTTPS_PROXY ?? '';
  if (setting !== undefined || plain === '' || encrypted !== '') return pass('No proxy: the connection is direct.');
  return warn(
    'The environment sets only http_proxy, which Hallpass does not use: the connection is direct.',
    'If a proxy is needed, set https_proxy or run "hallpass-agent configure --proxy URL".',
  );
}

function certificateVerdict(socket: TLSSocket, nowMs: number): Verdict {
  const chain = chainOf(socket.getPeerCertificate(true));
  const [own] = chain;
  if (own === undefined) return pass('Encrypted.');
  const next = chain.reduce((first, other) => (other.validTo < first.validTo ? other : first));
  const days = Math.floor((next.validTo.getTime() - nowMs) / day);
  const whose = next === own ? '' : `, "${next.subject}"`;
  const until = `valid until ${next.validTo.toISOString().slice(0, 10)} (${days} days${whose})`;
  const fact = `"${own.subject}", issued by "${own.issuer}", ${until}, ${socket.getProtocol() ?? 'TLS'}.`;
  return days < expiryWarnDays ? warn(fact, 'Have the certificate renewed before it expires.') : pass(fact);
}
