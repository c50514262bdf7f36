/** What must be true before the agent becomes a service, so that it can work from the first moment. */
import { stat } from 'node:fs/promises';
import { fail } from '../../shared/errors.ts';
import type { AgentState } from '../state/agent-state.ts';
import { hiddenPlace, unsuitable } from './suitable.ts';
import { isManagedFolder, managedFolder } from './unit.ts';

/** The user that the service will run as; `uid` is known only if the user already exists. */
export interface Account {
  user: string | undefined;
  uid: number | undefined;
}

/** @throws HallpassError SERVICE_STATE_UNREADY when the service would end at once or could not use its state folder */
export async function needReadyState(state: AgentState, { user, uid }: Account): Promise<void> {
  const { folder, settings, secret, identity } = state;
  const unready = (reason: string, next: string) => fail('SERVICE_STATE_UNREADY', { folder, reason, next });
  const setUp = 'Run "hallpass-agent setup" as root (with sudo), which also installs the service.';
  if (settings.powerschool.url === undefined || settings.powerschool.clientId === undefined || secret === null) {
    throw unready('PowerSchool is not configured there.', setUp);
  }
  if (identity === null) throw unready('it is not enrolled with a relay.', setUp);
  if (isManagedFolder(folder)) return;
  const place = hiddenPlace(folder);
  if (place !== undefined) throw unready(`a service does not see ${place}.`, `Move it: ${moveCommand(folder)}`);
  if (user === undefined) {
    const next = `Name an existing user with --user, or use ${managedFolder}, for which systemd creates one.`;
    throw unready('systemd can give it to a user that it creates only if it is below /var/lib.', next);
  }
  if ((await stat(folder)).uid !== uid) {
    throw unready(`it does not belong to ${user}.`, `Run "chown -R ${user} ${folder}" and try again.`);
  }
}

/** How to move a state folder to where systemd manages it; systemd gives it to the service's user by itself. */
export function moveCommand(folder: string): string {
  return `sudo mv ${folder} ${managedFolder}`;
}

/** @throws HallpassError SERVICE_FILE_UNSUITABLE for the program, or a CA file named in the settings */
export async function needSuitableFiles(
  [program, script]: readonly string[],
  { settings }: AgentState,
  { uid }: Account,
): Promise<void> {
  const files = [
    [program, 'program'],
    [script, 'script'],
    [settings.powerschool.caFile, 'data'],
    [settings.relay.caFile, 'data'],
    [settings.proxy.caFile, 'data'],
  ] as const;
  for (const [file, kind] of files) {
    const problem = file === undefined ? undefined : await unsuitable(file, kind, uid);
    if (problem !== undefined) throw problem;
  }
}
