/** Where the relay keeps its state: it writes nothing outside this folder, except files that the user names. */
import { homedir, userInfo } from 'node:os';
import { posix, win32 } from 'node:path';

export interface HomeInput {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  homedir: string;
  /** True for the superuser on POSIX. */
  root: boolean;
}

/** This process's environment. */
export function homeInput(): HomeInput {
  return { env: process.env, platform: process.platform, homedir: homedir(), root: process.getuid?.() === 0 };
}

/**
 * Who is at the terminal: the account that this process runs as, or the one that called sudo. The account's number if
 * the system has no name for it, as in containers.
 *
 * @param env only root's is trusted: anyone else can write any name into it
 */
export function userName({ env, root }: Pick<HomeInput, 'env' | 'root'>): string {
  if (root && env.SUDO_USER) return env.SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * `HALLPASS_HOME`, or the platform's place for a service's state.
 *
 * systemd sets STATE_DIRECTORY (several are separated by colons) when the unit has StateDirectory=.
 */
export function relayHome({ env, platform, homedir, root }: HomeInput): string {
  const given = env.HALLPASS_HOME;
  if (given !== undefined && given !== '') return given;
  if (platform === 'win32') return win32.join(env.ProgramData ?? 'C:\\ProgramData', 'Hallpass', 'Relay');
  if (platform === 'darwin') return posix.join(homedir, 'Library/Application Support/Hallpass Relay');
  const systemd = env.STATE_DIRECTORY?.split(':')[0];
  if (systemd !== undefined && systemd !== '') return systemd;
  if (root) return '/var/lib/hallpass-relay';
  return posix.join(env.XDG_STATE_HOME || posix.join(homedir, '.local/state'), 'hallpass-relay');
}
