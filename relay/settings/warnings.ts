/** What settings lack for real work, or will lack soon: reported when they are set and when the relay starts. */
import { isLoopback } from '../../shared/trust.ts';
import { certificateIn } from './certificate-files.ts';
import type { RelaySettings } from './settings.ts';

const dayMs = 86_400_000;
/** Microsoft and browsers need a new certificate in time: a month is enough to get one. */
const endsSoonDays = 30;

/** In sentences without a period. */
export async function settingWarnings(settings: RelaySettings, nowMs: number): Promise<string[]> {
  const { listen, graph } = settings;
  const warnings: string[] = [];
  if (graph.clientId === undefined || (graph.certificateFile ?? graph.secretFile) === undefined) {
    warnings.push(
      'There is no app registration, so nothing can be provisioned: hallpass-relay configure --client-id GUID --client-cert FILE --client-key FILE',
    );
  }
  warnings.push(...addressWarnings(listen));
  for (const [what, file] of [
    ["The relay's certificate", listen.certFile],
    ["The app's certificate", graph.certificateFile],
  ] as const) {
    const warning = file === undefined ? undefined : await endWarning(what, file, nowMs);
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}

function addressWarnings({ host, port, certFile, publicUrl, trustedProxies }: RelaySettings['listen']): string[] {
  if (publicUrl === undefined) {
    return certFile !== undefined
      ? []
      : [
          `Agents on other machines cannot reach ${host}: give a certificate (--tls-cert, --tls-key), or --public-url if a proxy stands in front of the relay`,
        ];
  }
  const warnings: string[] = [];
  const { protocol, hostname, port: named, pathname, search, hash, username } = new URL(publicUrl);
  const isHttps = protocol === 'https:';
  if (!isHttps && !isLoopback(hostname)) {
    warnings.push(`The address for agents, ${publicUrl}, is not encrypted: agents refuse it`);
  }
  if (pathname !== '/' || `${search}${hash}${username}` !== '') {
    warnings.push(`Agents use host and port of ${publicUrl} only: a proxy must pass on requests to its root`);
  }
  if (certFile === undefined && isHttps && Number(named || 443) === port) {
    warnings.push(
      `Agents will speak https to port ${port}, but there the relay itself speaks http: a proxy that terminates TLS must be at ${publicUrl}`,
    );
  }
  if (certFile === undefined && trustedProxies === undefined && !isLoopback(hostname)) {
    warnings.push(
      'No proxy is trusted, so all agents share one address and its limits: hallpass-relay configure --trusted-proxy ADDRESS',
    );
  }
  return warnings;
}

async function endWarning(what: string, file: string, nowMs: number): Promise<string | undefined> {
  const found = await certificateIn(file);
  if ('reason' in found) return `${what} cannot be used: ${found.reason}`;
  const { validToDate } = found.value;
  const days = (validToDate.getTime() - nowMs) / dayMs;
  if (days > endsSoonDays) return undefined;
  const end = validToDate.toISOString().slice(0, 10);
  return days <= 0
    ? `${what} (${file}) expired on ${end}`
    : `${what} (${file}) ends on ${end}, in ${Math.floor(days)} days`;
}
