import type { Entry } from './entry.ts';

export const serviceErrors = {
  SERVICE_UNSUPPORTED: {
    retry: 'fix',
    sentence: 'This computer has no service manager that is known here: {reason}.',
    action: 'Let your own service manager start "{command}" and not restart it after exit codes 64 and 78.',
    meaning:
      'Services are installed for systemd; for Windows, scripts are written. In a container or under another service manager the agent runs just as well, but is set up by hand.',
  },
  SERVICE_NEEDS_ROOT: {
    retry: 'fix',
    sentence: 'Only root can {what} a service.',
    action: 'Run "sudo {command}".',
    meaning:
      'The command writes to /etc/systemd/system and speaks to systemd. The service itself does not run as root. With --dry-run it only shows what it would do, which needs no rights.',
  },
  SERVICE_STATE_UNREADY: {
    retry: 'fix',
    sentence: 'The state folder {folder} is not ready for a service: {reason}',
    action: '{next}',
    meaning:
      'A service that is not configured or not enrolled would end at once with exit code 78. Root and other users have state folders of their own: what was configured without sudo is not in the folder of the service.',
  },
  SERVICE_FILE_UNSUITABLE: {
    retry: 'fix',
    sentence: 'A service cannot use {file}: {reason}.',
    action:
      'Put the file where only root writes and others read, for example /usr/local/bin or /opt for the program and /etc/ssl for a CA file, and run the command again from there. Nothing is moved for you.',
    meaning:
      'The service runs locked in as a user of its own: it does not see home folders and /tmp. A program that everybody may change must not hold the client secret.',
  },
  SERVICE_USER_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no user "{user}" on this computer.',
    action:
      'Create it (useradd --system {user}), or leave --user out: systemd then makes a user for the service alone.',
    meaning: 'The service would not start.',
  },
  SERVICE_FOREIGN: {
    retry: 'fix',
    sentence: 'The unit {file} was not written by this program.',
    action: 'If it is no longer needed, remove it yourself; else keep it and do not use "hallpass-agent service".',
    meaning: 'A unit that somebody wrote by hand, or that a package brought, is never replaced or removed.',
  },
  SERVICE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The file {file} cannot be written or removed: {reason}.',
    action: 'Check the file system and its permissions.',
    meaning: 'Units and scripts of the service are ordinary files. Nothing else was changed.',
  },
  SERVICE_COMMAND_FAILED: {
    retry: 'fix',
    sentence: 'The command "{command}" failed: {reason}.',
    action: 'See "systemctl status {service}" and "journalctl -u {service}".',
    meaning: 'systemd refused a step of the installation. It can be repeated: every step may be done twice.',
  },
  SERVICE_NOT_RUNNING: {
    retry: 'fix',
    sentence: 'The service is {state}{detail}.',
    action: '{next}',
    meaning:
      'What "service status" found, and "service install" after it has started the service. The reason is in the last lines of the log file.',
  },
} as const satisfies Record<string, Entry>;
