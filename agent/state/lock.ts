/**
 * One agent per state folder. Node has no file locks: on Windows a named pipe ends with its holder (pipe-lock.ts),
 * elsewhere a file names the process that holds the lock and when it was started.
 */
import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { fail, type HallpassError, isSystemError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { giveToFolderOwner, makePrivateFolder } from '../../shared/owner.ts';
import { holdPipe, pipeHolder, pipeOf, removeOldLock } from './pipe-lock.ts';

const run = promisify(execFile);

const holderSchema = z.object({
  pid: z.int().min(1),
  started: z.string(),
  /** The boot that `started` counts from; absent in locks of 0.2.0. */
  boot: z.string().optional(),
});

export interface Lock {
  /** Writes the lock again if someone has deleted the folder. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes the lock, even from a process that no longer runs.
 *
 * @throws HallpassError STATE_IN_USE, STATE_UNWRITABLE
 */
export async function takeLock(path: string, platform = process.platform): Promise<Lock> {
  await makePrivateFolder(dirname(path)).catch(unwritable(path));
  if (platform === 'win32') return takePipe(path);
  const own = JSON.stringify({ pid: process.pid, started: await startOf(process.pid), boot: await bootId() });
  for (let attempt = 0; attempt < 3 && !(await create(path, own)); attempt += 1) {
    const found = await readFile(path, 'utf8').catch(goneOrUnreadable(path));
    const pid = await livingHolder(found);
    if (pid !== undefined) throw inUse(path, pid, platform);
    await setAside(path, found);
  }
  if ((await readFile(path, 'utf8').catch(() => '')) !== own) {
    throw inUse(path, 'starting now', platform);
  }
  return {
    renew: async () => void (await create(path, own)),
    release: async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === own) await rm(path, { force: true });
    },
  };
}

/** The process that holds the lock now, or undefined. */
export async function lockHolder(path: string, platform = process.platform): Promise<number | undefined> {
  if (platform === 'win32') {
    const holder = await pipeHolder(await pipeOf(path));
    // The caller itself may hold the lock.
    return holder === 'unknown' ? 0 : holder === process.pid ? undefined : holder;
  }
  return livingHolder(await readFile(path, 'utf8').catch(() => ''));
}

/** @throws HallpassError STATE_IN_USE, STATE_UNWRITABLE */
async function takePipe(path: string): Promise<Lock> {
  const pipe = await pipeOf(path);
  const holder = await pipeHolder(pipe);
  if (holder !== undefined) throw inUse(path, holder, 'win32');
  const server = await holdPipe(pipe).catch(unwritable(path));
  if (server === undefined) throw inUse(path, 'starting now', 'win32');
  await removeOldLock(path);
  return {
    // The pipe stays even when the folder is deleted.
    renew: async () => undefined,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function inUse(path: string, pid: number | string, platform: NodeJS.Platform): HallpassError {
  const service: Partial<Record<NodeJS.Platform, string>> = {
    linux: ' (the service: "sudo systemctl stop hallpass-agent")',
    win32: ' (the service: "Stop-Service hallpass-agent" in PowerShell as administrator)',
  };
  return fail('STATE_IN_USE', { pid, folder: dirname(path), service: service[platform] ?? '' });
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

/** Only one process wins a rename; one that moved something other than the dead lock puts it back. */
async function setAside(path: string, dead: string): Promise<void> {
  const aside = `${path}.${process.pid}.dead`;
  await rename(path, aside).catch(() => undefined);
  if ((await readFile(aside, 'utf8').catch(() => dead)) !== dead) await rename(aside, path);
  else await rm(aside, { force: true });
}

async function livingHolder(text: string): Promise<number | undefined> {
  const holder = holderSchema.safeParse(parse(text)).data;
  if (holder === undefined || holder.pid === process.pid || !isRunning(holder.pid)) return undefined;
  // After another boot, the same number is a different process.
  if (holder.boot !== undefined && holder.boot !== (await bootId())) return undefined;
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
 * When a process started, in ticks since boot (field 22 of /proc/PID/stat), or as `ps` reports it without /proc: it
 * differs for another process that got the same pid.
 */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined && process.platform !== 'linux') {
    const asked = run('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' },
    });
    return asked.then(({ stdout }) => stdout.trim()).catch(() => '');
  }
  return (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** A new value at every boot of Linux; empty elsewhere. */
async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A lock that this account may not read may well be held, so it does not count as dead. */
function goneOrUnreadable(path: string): (error: unknown) => string {
  return (error) => (isSystemError(error, 'ENOENT') ? '' : unwritable(path)(error));
}

function unwritable(file: string): (error: unknown) => never {
  return (error) => {
    throw fail('STATE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  };
}
