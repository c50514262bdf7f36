/** One agent per state folder: a file with the process that holds it. Node has no file locks of the system's own. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { fail, isSystemError, reasonOf } from '../../shared/errors.ts';
import { giveToFolderOwner, makePrivateFolder } from '../../shared/owner.ts';

const holderSchema = z.object({ pid: z.int().min(1), started: z.string() });

export interface Lock {
  /** Writes the lock again when someone has deleted the folder. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lock, also from a process that no longer runs.
 *
 * @throws HallpassError STATE_IN_USE, STATE_UNWRITABLE
 */
export async function takeLock(path: string): Promise<Lock> {
  const own = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) });
  await makePrivateFolder(dirname(path)).catch(unwritable(path));
  for (let attempt = 0; attempt < 3 && !(await create(path, own)); attempt += 1) {
    const found = await readFile(path, 'utf8').catch(() => '');
    const pid = await livingHolder(found);
    if (pid !== undefined) throw fail('STATE_IN_USE', { pid, folder: dirname(path) });
    await setAside(path, found);
  }
  if ((await readFile(path, 'utf8').catch(() => '')) !== own) {
    throw fail('STATE_IN_USE', { pid: 'starting now', folder: dirname(path) });
  }
  return {
    renew: async () => void (await create(path, own)),
    release: async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === own) await rm(path, { force: true });
    },
  };
}

/** The process that holds the lock now, or undefined. */
export async function lockHolder(path: string): Promise<number | undefined> {
  return livingHolder(await readFile(path, 'utf8').catch(() => ''));
}

async function create(path: string, own: string): Promise<boolean> {
  try {
    await writeFile(path, own, { flag: 'wx', mode: 0o600 });
    await giveToFolderOwner(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    return unwritable(path)(error);
  }
}

/** A rename has one winner; who moved away something else than the dead lock puts it back. */
async function setAside(path: string, dead: string): Promise<void> {
  const aside = `${path}.${process.pid}.dead`;
  await rename(path, aside).catch(() => undefined);
  if ((await readFile(aside, 'utf8').catch(() => dead)) !== dead) await rename(aside, path);
  else await rm(aside, { force: true });
}

async function livingHolder(text: string): Promise<number | undefined> {
  const holder = holderSchema.safeParse(parse(text)).data;
  if (holder === undefined || holder.pid === process.pid || !isRunning(holder.pid)) return undefined;
  return (await startOf(holder.pid)) === holder.started ? holder.pid : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}

/**
 * When a process started, in ticks since boot (field 22 of /proc/PID/stat): a number that another process, which got the
 * same pid after a reboot, does not have. Empty where there is no /proc.
 */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unwritable(file: string): (error: unknown) => never {
  return (error) => {
    throw fail('STATE_UNWRITABLE', { file, reason: reasonOf(error) }, { cause: error });
  };
}
