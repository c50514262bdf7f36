/** What is in the state folder when the relay starts: files that others may read, and leftovers of killed writes. */
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { fail, type HallpassError, isSystemError } from '../../shared/errors.ts';
import { makeFolders } from '../../shared/make-folder.ts';
import { placeReason } from './place-reason.ts';

/** @throws HallpassError STATE_FOLDER_UNUSABLE */
export async function makeStateFolder(home: string): Promise<void> {
  try {
    await makeFolders(home, 0o700);
  } catch (error) {
    throw fail('STATE_FOLDER_UNUSABLE', { folder: home, reason: placeReason(error) }, { cause: error });
  }
}

const groupOrOthers = 0o077;
const groupOrOthersWrite = 0o022;
/** In a folder such as /tmp everyone may create files, but nobody may replace those of others. */
const sticky = 0o1000;

/**
 * What others may read in the state folder, or replace above it: a database restored as root, a key that was copied.
 * Windows has no such modes.
 *
 * @returns STATE_EXPOSED for each
 */
export async function exposedState(home: string, platform: NodeJS.Platform): Promise<HallpassError[]> {
  if (platform === 'win32') return [];
  const exposed: HallpassError[] = [];
  for (const entry of await readdir(home, { withFileTypes: true })) {
    const file = join(home, entry.name);
    if (entry.isFile() && (await modeOf(file)) & groupOrOthers) {
      exposed.push(fail('STATE_EXPOSED', { file, what: 'read', command: `chmod go= ${file}` }));
    }
  }
  const { root } = parse(home);
  for (let folder = home; folder !== root; folder = dirname(folder)) {
    const mode = await modeOf(folder);
    const isOpen = (mode & groupOrOthersWrite) !== 0 && (mode & sticky) === 0;
    if (isOpen) exposed.push(fail('STATE_EXPOSED', { file: folder, what: 'replace', command: `chmod go-w ${folder}` }));
  }
  return exposed;
}

/** Removes the temporary files of processes that are gone (shared/durable-file.ts names them `NAME.PID.tmp`). */
export async function tidyState(home: string): Promise<string[]> {
  const left: string[] = [];
  for (const name of await readdir(home)) {
    const pid = Number(/\.(\d+)\.tmp$/.exec(name)?.[1]);
    if (!Number.isSafeInteger(pid) || isRunning(pid)) continue;
    await rm(join(home, name), { force: true });
    left.push(name);
  }
  return left;
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mode ?? 0;
}

function isRunning(pid: number): boolean {
  // A new process with the same number, ours, has written nothing yet.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}
