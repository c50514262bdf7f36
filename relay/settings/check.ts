/**
 * Whether settings can work: the contents of the files that they name, and whether addresses fit ports. The files are
 * read when they are set.
 */
import { certificatesIn } from '../../shared/ca-file.ts';
import { readBytes, readTextFile } from '../../shared/text-file.ts';
import { isLoopback } from '../../shared/trust.ts';
import { keyFileTrouble } from '../secrets/key-file.ts';
import { certificateIn, orReason, privateKeyIn } from './certificate-files.ts';
import type { RelaySettings, SettingMistake } from './settings.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const dayMs = 86_400_000;

/** Everything that cannot work. */
export async function settingMistakes(settings: RelaySettings, nowMs: number): Promise<SettingMistake[]> {
  const { listen, graph } = settings;
  const mistakes: SettingMistake[] = [];
  if (listen.certFile === undefined && !isLoopback(listen.host)) {
    const reason = `the relay does not listen on ${listen.host} without encryption: give --tls-cert and --tls-key too, or listen on 127.0.0.1 behind a proxy that terminates TLS`;
    mistakes.push({ setting: 'listen.host', reason });
  }
  const addresses = {
    'listen.publicUrl': listen.publicUrl,
    'graph.baseUrl': graph.baseUrl,
    'graph.authority': graph.authority,
  };
  for (const [setting, address] of Object.entries(addresses)) {
    if (address === undefined || !hasUserInfo(address)) continue;
    mistakes.push({ setting, reason: 'it must not hold a user name or password: give only the address' });
  }
  const address = publicUrlMistake(listen);
  if (address !== undefined) mistakes.push({ setting: 'listen.publicUrl', reason: address });
  for (const name of ['clientId', 'readerClientId'] as const) {
    const id = graph[name];
    if (id === undefined || guid.test(id)) continue;
    const reason = `"${id}" is not a client id, which is a GUID (Entra admin center, App registrations, Application (client) ID)`;
    mistakes.push({ setting: `graph.${name}`, reason });
  }
  mistakes.push(
    ...(await pairMistakes('listen.certFile', 'listen.keyFile', listen.certFile, listen.keyFile, nowMs)),
    ...(await pairMistakes('graph.certificateFile', 'graph.keyFile', graph.certificateFile, graph.keyFile, nowMs)),
    ...(await otherFileMistakes(settings)),
  );
  return mistakes;
}

/** An address that no agent could use, whatever is in front of the relay. */
function publicUrlMistake({ publicUrl, certFile, port }: RelaySettings['listen']): string | undefined {
  if (publicUrl === undefined) return undefined;
  const { protocol, hostname, port: named } = new URL(publicUrl);
  const isHttps = protocol === 'https:';
  if (!isLoopback(hostname))
    return isHttps ? undefined : `${publicUrl} has no encryption, and agents refuse it: use https`;
  // A port on this same computer: no proxy can listen there too.
  if (Number(named || (isHttps ? 443 : 80)) !== port) return undefined;
  if (isHttps && certFile === undefined) {
    return `${publicUrl} says https, and the relay speaks http on port ${port}: give --tls-cert and --tls-key, or say http`;
  }
  if (!isHttps && certFile !== undefined) {
    return `${publicUrl} says http, and the relay speaks https on port ${port}, because it has a certificate: say https`;
  }
  return undefined;
}

function hasUserInfo(address: string): boolean {
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}

async function pairMistakes(
  certSetting: string,
  keySetting: string,
  certFile: string | undefined,
  keyFile: string | undefined,
  nowMs: number,
): Promise<SettingMistake[]> {
  if (certFile === undefined || keyFile === undefined) return [];
  const [certificate, key] = [await certificateIn(certFile), await privateKeyIn(keyFile)];
  const mistakes: SettingMistake[] = [];
  if ('reason' in certificate) mistakes.push({ setting: certSetting, reason: certificate.reason });
  if ('reason' in key) mistakes.push({ setting: keySetting, reason: key.reason });
  if ('reason' in certificate) return mistakes;
  const { value } = certificate;
  if ('value' in key && !value.checkPrivateKey(key.value)) {
    mistakes.push({ setting: keySetting, reason: `${keyFile} is not the key of the certificate in ${certFile}` });
  }
  if (value.validToDate.getTime() <= nowMs) {
    const reason = `the certificate in ${certFile} expired on ${day(value.validToDate)}`;
    mistakes.push({ setting: certSetting, reason });
  } else if (value.validFromDate.getTime() > nowMs + dayMs) {
    const reason = `the certificate in ${certFile} is not valid before ${day(value.validFromDate)}`;
    mistakes.push({ setting: certSetting, reason });
  }
  return mistakes;
}

async function otherFileMistakes({ graph, alerts, secrets }: RelaySettings): Promise<SettingMistake[]> {
  const mistakes: SettingMistake[] = [];
  const note = (setting: string, reason: string | undefined) => {
    if (reason !== undefined) mistakes.push({ setting, reason });
  };
  for (const name of ['secretFile', 'readerSecretFile'] as const) {
    const file = graph[name];
    if (file !== undefined) note(`graph.${name}`, await secretTrouble(file));
  }
  if (graph.caFile !== undefined) note('graph.caFile', await caTrouble(graph.caFile));
  if (alerts.caFile !== undefined) note('alerts.caFile', await caTrouble(alerts.caFile));
  if (secrets.keyFile !== undefined) note('secrets.keyFile', await keyFileTrouble(secrets.keyFile));
  return mistakes;
}

async function secretTrouble(file: string): Promise<string | undefined> {
  const text = await orReason(readTextFile(file));
  if ('reason' in text) return text.reason;
  const secret = text.value.trim();
  if (secret === '') return `${file} does not hold one secret: it is empty`;
  if (/\s/.test(secret)) return `${file} does not hold one secret: it is more than one word`;
  // The portal shows both, and most people copy the id (https://learn.microsoft.com/entra, "Client secrets").
  return guid.test(secret) ? `${file} holds the Secret ID: use the Value next to it instead` : undefined;
}

async function caTrouble(file: string): Promise<string | undefined> {
  const bytes = await orReason(readBytes(file));
  if ('reason' in bytes) return bytes.reason;
  const found = certificatesIn(bytes.value);
  return 'reason' in found ? `${file} holds no certificate: ${found.reason}` : undefined;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
