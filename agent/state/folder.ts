/** Where the agent keeps its state, per platform. */
import { join, posix, resolve, win32 } from 'node:path';

export interface Surroundings {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** User id; undefined on Windows. */
  uid: number | undefined;
  homedir: string;
}

/**
 * The state folder: HALLPASS_HOME; else the folder that systemd created for the unit (StateDirectory=); else the
 * platform's own place, system-wide for root and per user otherwise.
 */
export function stateFolder({ env, platform, uid, homedir }: Surroundings): string {
  // Absolute, because a service is started in another folder than the shell that installed it.
  if (env.HALLPASS_HOME) return resolve(env.HALLPASS_HOME);
  // systemd joins several folders with colons; the first is ours.
  const systemd = env.STATE_DIRECTORY?.split(':')[0];
  if (systemd) return systemd;
  if (platform === 'win32') return win32.join(env.ProgramData || 'C:\\ProgramData', 'Hallpass', 'Agent');
  if (uid === 0) return '/var/lib/hallpass-agent';
  if (platform === 'darwin') return posix.join(homedir, 'Library', 'Application Support', 'Hallpass Agent');
  return posix.join(env.XDG_STATE_HOME || posix.join(homedir, '.local', 'state'), 'hallpass-agent');
}

/** Every path below the state folder. */
export function statePaths(folder: string) {
  return {
    settings: join(folder, 'settings.json'),
    identity: join(folder, 'identity.json'),
    secret: join(folder, 'powerschool-secret'),
    proxySignIn: join(folder, 'proxy-credentials'),
    refusal: join(folder, 'powerschool-refusal.json'),
    health: join(folder, 'health.json'),
    link: join(folder, 'link.json'),
    pause: join(folder, 'pause.json'),
    history: join(folder, 'history.json'),
    probe: join(folder, 'probe.json'),
    baseline: join(folder, 'baseline'),
    log: join(folder, 'logs', 'agent.log'),
    setup: join(folder, 'setup.json'),
    lock: join(folder, 'agent.lock'),
  };
}
