/** The files that hold a secret: readable only by their owner, whatever permissions a copy or a backup gave them. */
import { chmod, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { serviceName } from '../model/service-name.ts';
import { systemRun } from '../system/run.ts';
import type { statePaths } from './folder.ts';
import { closeFolder, rightsInWords } from './windows-acl.ts';

/** Any permission for the group or for others. */
const foreign = 0o077;

/** Every file that holds a secret, with the copies of the last good version. */
export function secretFiles({ secret, identity, proxySignIn }: ReturnType<typeof statePaths>): string[] {
  return [secret, identity, proxySignIn].flatMap((file) => [file, `${file}.bak`]);
}

/**
 * Removes everyone's access except the owner's; on Windows, where permissions are lists, for the whole folder.
 *
 * @returns SECRET_EXPOSED for each file that others could read until now
 */
export async function closeSecretFiles(paths: ReturnType<typeof statePaths>): Promise<HallpassError[]> {
  if (process.platform === 'win32') {
    const folder = dirname(paths.settings);
    const rights = await closeFolder(folder, serviceName, systemRun(process.env));
    return rights === undefined || rights.open.length === 0
      ? []
      : [fail('FOLDER_OPEN', { folder, reason: rightsInWords(rights) })];
  }
  const exposed: HallpassError[] = [];
  for (const file of secretFiles(paths)) {
    const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
    if ((mode & foreign) === 0) continue;
    const closed = await chmod(file, 0o600).then(
      () => 'The agent has restricted it (mode 600).',
      () => 'The agent could not restrict it, because it belongs to somebody else.',
    );
    exposed.push(fail('SECRET_EXPOSED', { file, mode: (mode & 0o777).toString(8), closed }));
  }
  return exposed;
}
