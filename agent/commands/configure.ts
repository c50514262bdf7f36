/** `hallpass-agent configure`: checks and stores settings; what is not named stays as it is. */
import { resolve } from 'node:path';
import { trustedAuthorities } from '../../shared/trust.ts';
import type { QuietWindow } from '../quiet.ts';
import { changeSettings, type SettingChanges } from '../settings.ts';
import { AgentState } from '../state/agent-state.ts';
import type { Context } from './context.ts';
import { secretFromFile, secretFromStdin } from './input.ts';

export interface ConfigureOptions {
  name?: string;
  powerschoolUrl?: string;
  powerschoolClientId?: string;
  powerschoolSecretFile?: string;
  powerschoolSecretStdin?: true;
  powerschoolCa?: string;
  powerschoolMinInterval?: number;
  pageSize?: number;
  databaseShare?: number;
  horizonDays?: number;
  relayUrl?: string;
  relayCa?: string;
  cycleSeconds?: number;
  quietHours?: QuietWindow[];
  logFile?: string;
  logFiles?: number;
  logFileMb?: number;
}

/**
 * @throws HallpassError SETTING_INVALID, POWERSCHOOL_ADDRESS_INSECURE, RELAY_ADDRESS_INSECURE, FILE_UNREADABLE,
 *   CA_FILE_INVALID, STATE_UNREADABLE, STATE_UNWRITABLE; nothing is stored then
 */
export async function configure({ folder, stdin, stdout }: Context, options: ConfigureOptions): Promise<void> {
  const state = await AgentState.open(folder);
  const changes: SettingChanges = {
    name: options.name,
    'powerschool.url': options.powerschoolUrl,
    'powerschool.clientId': options.powerschoolClientId,
    'powerschool.caFile': await caFile(options.powerschoolCa),
    'powerschool.minIntervalMs': options.powerschoolMinInterval,
    'powerschool.pageSize': options.pageSize,
    'powerschool.databaseShare': options.databaseShare,
    'powerschool.horizonDays': options.horizonDays,
    'relay.url': options.relayUrl,
    'relay.caFile': await caFile(options.relayCa),
    'cycle.seconds': options.cycleSeconds,
    quiet: options.quietHours,
    'log.file': options.logFile === undefined ? undefined : resolve(options.logFile),
    'log.files': options.logFiles,
    'log.fileMB': options.logFileMb,
  };
  const settings = changeSettings(state.settings, changes);
  const secret = await newSecret(options, stdin, stdout);

  await state.saveSettings(settings);
  if (secret !== undefined) await state.saveSecret(secret);
  const names = Object.keys(changes).filter((name) => changes[name] !== undefined);
  if (secret !== undefined) names.push('powerschool secret');
  stdout.write(
    names.length === 0
      ? 'Nothing to change: see "hallpass-agent configure --help".\n'
      : `Stored ${names.join(', ')} in ${folder}. ${takenOver(names)}\n`,
  );
}

function takenOver(names: readonly string[]): string {
  const atOnce = names.every((name) => name === 'powerschool secret' || name === 'powerschool.clientId');
  return `An agent that is running takes it over ${atOnce ? 'when it next needs a token' : 'at its next start'}.`;
}

async function newSecret(
  options: ConfigureOptions,
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): Promise<string | undefined> {
  const setting = 'PowerSchool client secret';
  if (options.powerschoolSecretFile !== undefined) return secretFromFile(options.powerschoolSecretFile, setting);
  return options.powerschoolSecretStdin === true ? secretFromStdin(stdin, stdout, setting) : undefined;
}

/** Absolute, because the service runs in another folder; read once, so that a wrong file is told now. */
async function caFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  await trustedAuthorities(file);
  return resolve(file);
}
