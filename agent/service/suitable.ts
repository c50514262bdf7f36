/** Whether a sandboxed service can use a file that nobody else can change. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';

/** What the unit hides from the service (ProtectHome=, PrivateTmp=). */
const hiddenFolders = ['/home', '/root', '/run/user', '/tmp', '/var/tmp'];

/** What the service must be allowed to do with the file itself, as bits of `rwx`. */
const needed = { program: 0o5, script: 0o4, data: 0o4 };

/**
 * Why a service cannot or must not use this file, or undefined. What the service runs must not be writable by everyone:
 * anyone who changes it could read the client secret.
 *
 * @param uid of the service's user; undefined when it does not exist yet, so that only everyone's permissions count
 */
export async function unsuitable(
  path: string,
  kind: 'program' | 'script' | 'data',
  uid: number | undefined,
  hidden: readonly string[] = hiddenFolders,
): Promise<HallpassError | undefined> {
  const file = resolve(path);
  const problem = (reason: string) => fail('SERVICE_FILE_UNSUITABLE', { file, reason });
  const place = hiddenPlace(file, hidden);
  if (place !== undefined) return problem(`a service does not see ${place}`);
  // systemd accepts no quoting of these characters in the program's own path.
  if (kind === 'program' && /["'\\]/.test(file)) return problem('systemd accepts no program with quotes in its path');
  for (let at = file; ; at = dirname(at)) {
    const found = await stat(at).catch((error: unknown) => fileReason(error));
    if (typeof found === 'string') return problem(found);
    const bits = at === file ? needed[kind] : 0o1;
    const own = found.uid === uid ? found.mode >> 6 : found.mode;
    if ((own & bits) !== bits) return problem(`${at} is closed to the user of the service (mode ${octal(found)})`);
    if (kind !== 'data' && isOpenToAll(found)) return problem(`everybody may change ${at} (mode ${octal(found)})`);
    if (at === dirname(at)) return undefined;
  }
}

/** The hidden folder that contains this path, or undefined. */
export function hiddenPlace(path: string, hidden: readonly string[] = hiddenFolders): string | undefined {
  return hidden.find((folder) => path.startsWith(`${folder}/`));
}

/** In a folder with the sticky bit, such as /tmp, everyone may add files but not change those of others. */
function isOpenToAll({ mode }: Stats): boolean {
  return (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

function octal({ mode }: Stats): string {
  return (mode & 0o777).toString(8);
}
