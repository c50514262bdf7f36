/** Whether settings can work: what the files that they name hold. Read once, when they are given and when the relay starts. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { HallpassError } from '../shared/errors.ts';
import { readTextFile } from '../shared/text-file.ts';
import { isLoopback } from '../shared/trust.ts';
import type { RelaySettings } from './settings.ts';

export interface SettingMistake {
  setting: string;
  /** Without a full stop. */
  reason: string;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const dayMs = 86_400_000;
/** Microsoft and browsers want a new certificate in time: a month is enough to get one. */
const endsSoonDays = 30;

/** Everything that cannot work. */
export async function settingMistakes(settings: RelaySettings, nowMs: number): Promise<SettingMistake[]> {
  const { listen, graph, secrets } = settings;
  const mistakes: SettingMistake[] = [];
  if (listen.certFile === undefined && !isLoopback(listen.host)) {
    const reason = `the relay does not listen on ${listen.host} without encryption: give --tls-cert and --tls-key too, or listen on 127.0.0.1 behind a proxy that ends TLS`;
    mistakes.push({ setting: 'listen.host', reason });
  }
  if (graph.clientId !== undefined && !guid.test(graph.clientId)) {
    const reason = `"${graph.clientId}" is no client id: it is a GUID (Entra admin center, App registrations, Application (client) ID)`;
    mistakes.push({ setting: 'graph.clientId', reason });
  }
  mistakes.push(...(await pairMistakes('listen', listen.certFile, listen.keyFile, nowMs)));
  mistakes.push(...(await pairMistakes('graph', graph.certificateFile, graph.keyFile, nowMs)));
  for (const [setting, file] of Object.entries({
    'graph.secretFile': graph.secretFile,
    'graph.caFile': graph.caFile,
    'secrets.keyFile': secrets.keyFile,
  })) {
    if (file === undefined) continue;
    const { text, mistake } = await contentOf(setting, file);
    if (mistake !== undefined) mistakes.push(mistake);
    else if (setting === 'graph.secretFile' && /^\s*$|\S\s+\S/.test(text)) {
      mistakes.push({
        setting,
        reason: `${file} does not hold one secret: it is ${text.trim() === '' ? 'empty' : 'more than one word'}`,
      });
    } else if (setting === 'graph.caFile' && certificateOf(text) === undefined) {
      mistakes.push({ setting, reason: `${file} holds no certificate in PEM` });
    }
  }
  return mistakes;
}

async function pairMistakes(
  part: 'listen' | 'graph',
  certFile: string | undefined,
  keyFile: string | undefined,
  nowMs: number,
): Promise<SettingMistake[]> {
  if (certFile === undefined || keyFile === undefined) return [];
  const [certSetting, keySetting] = [
    part === 'listen' ? 'listen.certFile' : 'graph.certificateFile',
    `${part}.keyFile`,
  ];
  const [cert, key] = [await contentOf(certSetting, certFile), await contentOf(keySetting, keyFile)];
  const mistakes = [cert.mistake, key.mistake].filter((one) => one !== undefined);
  const certificate = certificateOf(cert.text);
  const privateKey = keyOf(key.text);
  if (cert.mistake === undefined && certificate === undefined) {
    mistakes.push({ setting: certSetting, reason: `${certFile} holds no certificate in PEM` });
  }
  if (key.mistake === undefined && privateKey === undefined) {
    mistakes.push({ setting: keySetting, reason: `${keyFile} holds no private key in PEM, or one with a passphrase` });
  }
  if (certificate === undefined) return mistakes;
  if (privateKey !== undefined && !certificate.checkPrivateKey(privateKey)) {
    mistakes.push({ setting: keySetting, reason: `${keyFile} is not the key of the certificate in ${certFile}` });
  }
  if (certificate.validToDate.getTime() <= nowMs) {
    mistakes.push({
      setting: certSetting,
      reason: `the certificate in ${certFile} expired on ${day(certificate.validToDate)}`,
    });
  } else if (certificate.validFromDate.getTime() > nowMs + dayMs) {
    mistakes.push({
      setting: certSetting,
      reason: `the certificate in ${certFile} is not valid before ${day(certificate.validFromDate)}`,
    });
  }
  return mistakes;
}

/** What is missing for real work, or will be soon, in sentences. */
export async function settingWarnings({ listen, graph }: RelaySettings, nowMs: number): Promise<string[]> {
  const warnings: string[] = [];
  const { host, certFile, publicUrl, trustedProxies } = listen;
  if (graph.clientId === undefined || (graph.certificateFile ?? graph.secretFile) === undefined) {
    warnings.push(
      'There is no app registration, so nothing can be provisioned: hallpass-relay configure --client-id GUID --client-cert FILE --client-key FILE',
    );
  }
  if (certFile === undefined && publicUrl === undefined) {
    warnings.push(
      `Agents on other machines cannot reach ${host}: give a certificate (--tls-cert, --tls-key), or --public-url where a proxy stands before the relay`,
    );
  }
  if (publicUrl?.startsWith('http:') && !isLoopback(new URL(publicUrl).hostname)) {
    warnings.push(`The address for agents, ${publicUrl}, is without encryption: agents refuse it`);
  }
  if (publicUrl !== undefined && certFile === undefined && trustedProxies === undefined) {
    warnings.push(
      'No proxy is trusted, so all agents share one address and its limits: hallpass-relay configure --trusted-proxy ADDRESS',
    );
  }
  for (const [what, file] of [
    ["The relay's certificate", certFile],
    ["The app's certificate", graph.certificateFile],
  ] as const) {
    if (file === undefined) continue;
    const certificate = certificateOf((await contentOf('', file)).text);
    const days = certificate === undefined ? undefined : (certificate.validToDate.getTime() - nowMs) / dayMs;
    if (certificate === undefined || days === undefined || days > endsSoonDays) continue;
    const end = day(certificate.validToDate);
    warnings.push(
      days <= 0
        ? `${what} (${file}) expired on ${end}`
        : `${what} (${file}) ends on ${end}, in ${Math.floor(days)} days`,
    );
  }
  return warnings;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

async function contentOf(
  setting: string,
  file: string,
): Promise<{ text: string; mistake: SettingMistake | undefined }> {
  try {
    return { text: await readTextFile(file), mistake: undefined };
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    const reason = `${error.message.charAt(0).toLowerCase()}${error.message.slice(1).replace(/\.$/, '')}`;
    return { text: '', mistake: { setting, reason } };
  }
}

function certificateOf(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

function keyOf(text: string) {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
