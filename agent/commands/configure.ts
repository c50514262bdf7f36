/** `hallpass-agent configure`: checks and stores settings; settings that are not named stay as they are. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail } from '../../shared/errors.ts';
import type { QuietWindow } from '../../shared/quiet.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { type ProxySignIn, proxySignInSchema } from '../network/proxy.ts';
import { typedClientId } from '../powerschool/client-id.ts';
import { changeSettings, type SettingChanges } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { closeSecretFiles } from '../state/secret-files.ts';
import type { Context } from '../terminal/context.ts';
import { secretFromFile, secretFromStdin } from '../terminal/input.ts';
import { type TypedAddress, typedAddress, typedProxy } from '../terminal/typed-address.ts';
import { tidyText } from '../terminal/typed-text.ts';

/** The value of `--proxy` that removes the setting. */
const fromEnvironment = 'environment';

const proxyCredentials = 'proxy credentials (user:password)';

export interface ConfigureOptions {
  name?: string;
  powerschoolUrl?: string;
  powerschoolClientId?: string;
  powerschoolSecretFile?: string;
  powerschoolSecretStdin?: true;
  powerschoolCa?: string;
  powerschoolSource?: 'auto' | 'powerquery' | 'rest';
  powerschoolMinInterval?: number;
  pageSize?: number;
  databaseShare?: number;
  horizonDays?: number;
  relayUrl?: string;
  relayCa?: string;
  proxy?: string;
  proxyCredentialsFile?: string;
  proxyCredentialsStdin?: true;
  proxyCa?: string;
  proxyBypass?: string[];
  proxyFor?: 'relay' | 'powerschool' | 'both';
  cycleSeconds?: number;
  quietHours?: QuietWindow[];
  page?: boolean;
  pagePort?: number;
  logFile?: string;
  logFiles?: number;
  logFileMb?: number;
}

/** @throws HallpassError as {@link storeSettings}, FILE_UNREADABLE, INPUT_ENDED; then nothing is stored */
export async function configure({ folder, stdin, stdout, stderr }: Context, typed: ConfigureOptions): Promise<void> {
  const { options, notes } = completed(typed);
  const { powerschoolSecretFile, powerschoolSecretStdin, proxyCredentialsFile, proxyCredentialsStdin } = options;
  const given = async (file: string | undefined, fromStdin: true | undefined, what: string) => {
    if (file !== undefined) return secretFromFile(file, what);
    return fromStdin === true ? secretFromStdin(stdin, stdout, what) : undefined;
  };
  const names = await storeSettings(folder, options, {
    powerschool: await given(powerschoolSecretFile, powerschoolSecretStdin, 'PowerSchool client secret'),
    proxy: await given(proxyCredentialsFile, proxyCredentialsStdin, proxyCredentials),
  });
  stdout.write(notes.map((note) => `${note}\n`).join(''));
  stdout.write(
    names.length === 0
      ? 'Nothing to change: see "hallpass-agent configure --help".\n'
      : `Stored ${names.join(', ')} in ${folder}. ${takenOver(names)}\n`,
  );
  for (const { message, action } of (await AgentState.open(folder)).notices) {
    stderr.write(`${message}\n  → ${action}\n`);
  }
}

/**
 * Addresses in the form in which they are stored, and what was changed to get there. @throws HallpassError
 * SETTING_INVALID and others
 */
function completed(typed: ConfigureOptions): { options: ConfigureOptions; notes: string[] } {
  const options = { ...typed };
  const notes: string[] = [];
  const note = (option: string, { address, changes }: TypedAddress) => {
    if (changes.length > 0) notes.push(`${option} is taken as ${address} (${changes.join('; ')}).`);
    return address;
  };
  const { powerschoolUrl, powerschoolClientId, relayUrl, proxy, name } = typed;
  if (powerschoolUrl !== undefined)
    options.powerschoolUrl = note('--powerschool-url', typedAddress('powerschool.url', powerschoolUrl));
  if (relayUrl !== undefined) options.relayUrl = note('--relay-url', typedAddress('relay.url', relayUrl));
  if (proxy !== undefined && proxy !== fromEnvironment) options.proxy = note('--proxy', configuredProxy(proxy));
  if (powerschoolClientId !== undefined) {
    const { value, doubt } = typedClientId(powerschoolClientId, 'powerschool.clientId');
    options.powerschoolClientId = value;
    if (doubt !== undefined) notes.push(`Warning: --powerschool-client-id is stored, but ${doubt}.`);
  }
  if (name !== undefined) options.name = tidyText(name);
  return { options, notes };
}

/** Other users can read a password on a command line, so it is refused there instead of just stored separately. */
function configuredProxy(typed: string): TypedAddress {
  const proxy = typedProxy(typed, 'proxy.url');
  if (proxy.signIn === undefined) return proxy;
  const reason = 'an address must not hold a user name or password; they come from --proxy-credentials-file';
  throw fail('SETTING_INVALID', { setting: 'proxy.url', reason });
}

export interface GivenSecrets {
  powerschool?: string | undefined;
  /** user:password */
  proxy?: string | undefined;
}

/**
 * Stores the named settings, from options or secrets.
 *
 * @returns the names of what was stored
 * @throws HallpassError SETTING_INVALID, POWERSCHOOL_ADDRESS_INSECURE, RELAY_ADDRESS_INSECURE, FILE_UNREADABLE,
 *   CA_FILE_INVALID, STATE_UNREADABLE, STATE_UNWRITABLE; then nothing is stored
 */
export async function storeSettings(
  folder: string,
  options: ConfigureOptions,
  { powerschool: secret, proxy }: GivenSecrets = {},
): Promise<string[]> {
  const state = await AgentState.open(folder);
  const changes: SettingChanges = {
    name: options.name,
    'powerschool.url': options.powerschoolUrl,
    'powerschool.clientId': options.powerschoolClientId,
    'powerschool.caFile': await caFile(options.powerschoolCa),
    'powerschool.source': options.powerschoolSource,
    'powerschool.minIntervalMs': options.powerschoolMinInterval,
    'powerschool.pageSize': options.pageSize,
    'powerschool.databaseShare': options.databaseShare,
    'powerschool.horizonDays': options.horizonDays,
    'relay.url': options.relayUrl,
    'relay.caFile': await caFile(options.relayCa),
    'proxy.url': options.proxy === fromEnvironment ? null : options.proxy,
    'proxy.caFile': await caFile(options.proxyCa),
    'proxy.bypass': options.proxyBypass,
    'proxy.for': options.proxyFor,
    'cycle.seconds': options.cycleSeconds,
    quiet: options.quietHours,
    'page.enabled': options.page,
    'page.port': options.pagePort,
    'log.file': await logFile(options.logFile),
    'log.files': options.logFiles,
    'log.fileMB': options.logFileMb,
  };
  const settings = changeSettings(state.settings, changes);
  // A new proxy must not receive the previous proxy's credentials: they are deleted (null).
  const otherProxy = settings.proxy.url !== state.settings.proxy.url ? null : undefined;
  const signIn = proxy === undefined ? otherProxy : proxySignInOf(proxy);

  await state.saveSettings(settings);
  // Before a secret is written to it.
  if (process.platform === 'win32') await closeSecretFiles(state.paths);
  if (secret !== undefined) await state.saveSecret(secret);
  if (signIn !== undefined) await state.saveProxySignIn(signIn);
  const names = Object.keys(changes).filter((name) => changes[name] !== undefined);
  if (secret !== undefined) names.push('powerschool secret');
  if (signIn) names.push('proxy credentials');
  return names;
}

function takenOver(names: readonly string[]): string {
  const atOnce = names.every((name) => name === 'powerschool secret' || name === 'powerschool.clientId');
  return `A running agent uses it ${atOnce ? 'when it next needs a token' : 'at its next start'}.`;
}

/** @throws HallpassError SETTING_INVALID */
export function proxySignInOf(given: string): ProxySignIn {
  const [username = '', ...password] = given.split(':');
  const signIn = proxySignInSchema.safeParse({ username, password: password.join(':') });
  if (signIn.success && password.length > 0) return signIn.data;
  throw fail('SETTING_INVALID', { setting: proxyCredentials, reason: 'it is not of the form user:password' });
}

/** Absolute for the same reason. @throws HallpassError SETTING_INVALID for a folder, to which nothing can be written */
async function logFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory() !== true) return resolve(file);
  throw fail('SETTING_INVALID', { setting: 'log.file', reason: `${resolve(file)} is a folder and not a file` });
}

/** Absolute because the service runs in another folder; read once so that a wrong file is reported now. */
async function caFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  await trustedAuthorities(file);
  return resolve(file);
}
