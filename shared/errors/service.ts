import type { Entry } from './entry.ts';

export const serviceErrors = {
  SERVICE_UNSUPPORTED: {
    retry: 'fix',
    sentence: 'Hallpass does not know the service manager of this computer: {reason}.',
    action: 'Have your own service manager start "{command}", and not restart it after exit codes 64 and 78.',
    meaning:
      'Hallpass installs services for systemd and writes scripts for Windows. In a container or under another service manager the agent runs just as well, but you set it up yourself.',
  },
  SERVICE_NEEDS_ROOT: {
    retry: 'fix',
    sentence: 'Only root can {what} a service.',
    action: 'Run "sudo {command}".',
    meaning:
      'The command writes to /etc/systemd/system and talks to systemd. The service itself does not run as root. With --dry-run the command only shows what it would do, which needs no special rights.',
  },
  SERVICE_STATE_UNREADY: {
    retry: 'fix',
    sentence: 'The state folder {folder} is not ready for a service: {reason}',
    action: '{next}',
    meaning:
      "A service that is not configured or not enrolled would exit at once with code 78. Root and other users have separate state folders: what you configured without sudo is not in the service's folder.",
  },
  SERVICE_FILE_UNSUITABLE: {
    retry: 'fix',
    sentence: 'A service cannot use {file}: {reason}.',
    action:
      'Put the file where only root can write and others can read, for example /usr/local/bin or /opt for the program and /etc/ssl for a CA file, and run the command again from there. The command moves nothing.',
    meaning:
      'The service runs in a sandbox as its own user: it cannot see home folders or /tmp. A program that every user can change must not hold the client secret.',
  },
  SERVICE_USER_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no user "{user}" on this computer.',
    action: 'Create it (useradd --system {user}), or omit --user: systemd then creates a user for the service alone.',
    meaning: 'The service would not start.',
  },
  SERVICE_FOREIGN: {
    retry: 'fix',
    sentence: 'Hallpass did not write the unit {file}.',
    action:
      'If you no longer need the unit, remove it yourself; otherwise keep it and do not use "hallpass-agent service".',
    meaning: 'Hallpass never replaces or removes a unit that somebody wrote by hand or that a package installed.',
  },
  SERVICE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The file {file} cannot be written or removed: {reason}.',
    action: 'Check the file system and its permissions.',
    meaning: "The service's units and scripts are ordinary files. Nothing else was changed.",
  },
  SERVICE_COMMAND_FAILED: {
    retry: 'fix',
    sentence: 'The command "{command}" failed: {reason}.',
    action:
      'Read "systemctl status {service}" and "journalctl -u {service}", fix the cause, and run the command again.',
    meaning: 'systemd refused a step of the installation. You can repeat every step safely.',
  },
  SERVICE_NOT_RUNNING: {
    retry: 'fix',
    sentence: 'The service is {state}{detail}.',
    action: '{next}',
    meaning:
      '"service status" found this, or "service install" did after it started the service. The last lines of the log file give the reason.',
  },
} as const satisfies Record<string, Entry>;
