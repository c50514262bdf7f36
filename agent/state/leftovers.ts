/** Files that writes leave behind when their process is killed halfway: nobody reads them anymore. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../shared/errors.ts';

/** `settings.json.4711.tmp`, `settings.json.bak.4711.tmp`, `.check.4711.tmp`, `agent.lock.4711.dead`. */
const leftover = /\.(\d+)\.(?:tmp|dead)$/;

/** Called by the holder of the lock. Keeps files of running processes, such as a command beside the agent. */
export async function tidyLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(leftover.exec(name)?.[1]);
    if (Number.isNaN(pid) || (pid !== process.pid && isRunning(pid))) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}
