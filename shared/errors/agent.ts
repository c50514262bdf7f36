import type { Entry } from './entry.ts';

export const agentErrors = {
  NOT_CONFIGURED: {
    retry: 'fix',
    sentence: 'This agent has no {setting}.',
    action:
      'Run "hallpass-agent setup", which asks for everything; or give this alone: "hallpass-agent {command} --help".',
    meaning:
      'A setting that the command needs was never given. `setup` and `configure` write it to the state folder. Root and other users have state folders of their own: what was set with sudo is not seen without it.',
  },
  AGENT_NOT_RUNNING: {
    retry: 'fix',
    sentence: 'The agent is not running, so nothing is read or sent.',
    action: 'Start its service ("hallpass-agent service status" says how it ended last), or run "hallpass-agent run".',
    meaning: 'Shown by `status` when no process uses the state folder, and nothing is known that has ended the agent.',
  },
  NOT_ENROLLED: {
    retry: 'fix',
    sentence: 'This agent is not enrolled with a relay.',
    action: 'Ask for a code on the relay and run "hallpass-agent enroll --relay URL --code CODE".',
    meaning: 'The state folder holds no identity. Enrolling makes a key on this machine and registers its public half.',
  },
  OPTION_INVALID: {
    retry: 'fix',
    sentence: '{problem}',
    action: 'See "{command} --help".',
    meaning: 'The command line cannot be understood, so nothing was done. The exit code is 64.',
  },
  OUTPUT_UNWRITABLE: {
    retry: 'fix',
    sentence: 'What the command has to say cannot be written: {reason}.',
    action: 'Send it to another place, or make room there, and run the command again.',
    meaning:
      'The output of either program goes to a file or a device that takes no more. The command itself went on to its end, and a service goes on.',
  },
  SETTING_INVALID: {
    retry: 'fix',
    sentence: 'The setting {setting} is not valid: {reason}.',
    action: 'Correct it and try again; "hallpass-agent configure --help" has every setting.',
    meaning: 'A value was refused before anything was stored; the earlier setting is still in place.',
  },
  STATE_UNREADABLE: {
    retry: 'fix',
    sentence: 'The state file {file} cannot be read: {reason}.',
    action:
      'Check the owner and permissions of the file. If its content is broken: where an older version was put back, put the newer one in place again; else move the file away and run "hallpass-agent setup", which asks for what was in it.',
    meaning:
      'Neither the file nor its last good copy (`.bak`) could be read. Names that a newer version has added do not matter (STATE_KEYS_UNKNOWN), values that it has added do. A baseline file in this state is rebuilt from the relay without asking; this error is about settings or identity, which only a person can restore.',
  },
  STATE_COPY_USED: {
    retry: 'fix',
    sentence: 'The state file {file} is broken: {reason}. Its last good copy, {file}.bak, is used in its place.',
    action: 'If you changed it by hand, make the change with "hallpass-agent configure", which writes a new file.',
    meaning:
      'The agent works with the earlier settings. Settings and identity are kept twice, so that a file that a crash or an editor has left broken stops nothing.',
  },
  STATE_PAUSE_LOST: {
    retry: 'fix',
    sentence: 'The state file {file} is broken, so a pause that was in it is lost. The agent is working.',
    action: 'To pause the agent, press Pause on its local page again.',
    meaning: 'This is reported once: the file is written again. It holds nothing but the pause.',
  },
  STATE_BUSY: {
    retry: 'retry',
    sentence: 'The state file {file} is held by another program, or closed to this account: {reason}.',
    action:
      'Nothing to do if it passes: leave the file where it is. If it lasts, close the program that has it open, take the state folder out of antivirus and backup, and see with "hallpass-agent check" whether this account may use the folder.',
    meaning:
      'Antivirus, backup, indexing or an editor has the file open, which on Windows keeps everybody else away from it. It was tried again for six seconds. Nothing was changed, and nothing is wrong with the file.',
  },
  STATE_KEYS_UNKNOWN: {
    retry: 'fix',
    sentence: 'This version does not know {keys} in {file}. It is kept there, and has no effect.',
    action:
      'Nothing to do if an older version was put back over a newer one. If you changed the file by hand, correct the name.',
    meaning:
      'A newer version has written a name that this one does not know. It survives everything that this version writes, so that the newer one finds it again.',
  },
  STATE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The state file {file} cannot be written: {reason}.',
    action:
      'Give the account of the agent write access to the state folder; where the reason is a full disk, free some space.',
    meaning: 'Nothing was acknowledged past the last good write, so nothing is lost; the cycle is repeated.',
  },
  STATE_IN_USE: {
    retry: 'fix',
    sentence: 'Another agent (process {pid}) is using the state folder {folder}.',
    action: 'Stop that one first{service}. For a reading at once nothing need stop: press Sync now on its local page.',
    meaning:
      'Two agents on one state folder would overwrite each other. A lock ends with the process that holds it, whatever became of it; another program that got its process id counts for nothing. An agent for another district on the same computer has a folder of its own in HALLPASS_HOME.',
  },
  QUIET_HOURS: {
    retry: 'retry',
    sentence: 'The district wants its PowerSchool left alone now, until {until}.',
    action:
      'Nothing to do: the agent goes on by itself. In the district, "hallpass-agent sync --once" works at any time.',
    meaning:
      'The agent has quiet hours (`configure --quiet-hours`). In that time it begins no cycle of its own and refuses to begin one for the relay; a cycle under way ends after the school it is at.',
  },
  FILE_UNREADABLE: {
    retry: 'fix',
    sentence: 'The file {file} cannot be read: {reason}.',
    action: 'Check the path and its permissions.',
    meaning: 'A file named in an option or a setting (a CA, a secret, a certificate) is missing or not readable.',
  },
  TEXT_UNREADABLE: {
    retry: 'fix',
    sentence: '{source} cannot be used: {reason}.',
    action:
      'Save it again as UTF-8, with nothing else in it. In PowerShell: Set-Content -Encoding utf8; in Notepad: Save as, encoding UTF-8.',
    meaning:
      'UTF-8 and UTF-16, with or without a byte order mark, are read, as Notepad and PowerShell write them. Anything else would be stored as garbage, so it is refused. A secret or a code is one line of visible characters; blanks and line ends around it do not count.',
  },
  CA_FILE_INVALID: {
    retry: 'fix',
    sentence: 'The CA file {file} cannot be used: {reason}.',
    action:
      'Export the certificate of your certification authority as an X.509 certificate, in Base64 (PEM) or DER form, and name that file.',
    meaning:
      'PEM and DER files with one or more certificates are accepted, whatever their names end in. Containers (PKCS#7, PKCS#12, Java keystores), keys and requests are not: export the certificate from them.',
  },
  PAGE_UNAVAILABLE: {
    retry: 'fix',
    sentence: 'The local page cannot be opened on {address}: {reason}.',
    action: 'Choose another port with "hallpass-agent configure --page-port PORT", or do without it: --no-page.',
    meaning: 'Another program, or another agent, uses the port. The agent reads and sends all the same.',
  },
  AGENT_PAUSED: {
    retry: 'retry',
    sentence: 'The district has paused this agent, since {since}.',
    action: 'Ask the district: it goes on when somebody presses Resume on the local page of the agent.',
    meaning:
      'An administrator pressed Pause on the local page. It is remembered over restarts. The agent stays connected, reads nothing and refuses to begin a cycle for the relay; "hallpass-agent sync --once" in the district works all the same.',
  },
  SECRET_EXPOSED: {
    retry: 'fix',
    sentence: 'The file {file} holds a secret and could be read by other users (mode {mode}). {closed}',
    action:
      'If others use this computer: make a new client secret in PowerSchool, or enroll again, depending on the file, and give it to "hallpass-agent configure".',
    meaning:
      'Secrets are written for their owner alone (mode 600). A copy, a backup or a careless chmod had opened the file; the agent closes it when it starts, and goes on.',
  },
  FOLDER_OPEN: {
    retry: 'fix',
    sentence: 'The state folder {folder} holds secrets, and it could not be closed: {reason}.',
    action: 'Run "hallpass-agent configure" as an administrator, which closes it.',
    meaning:
      'On Windows every user may read what is made in ProgramData. The agent takes the folder away from all but the system, administrators, its service and who set it up; it needs the right to do so.',
  },
  SUPPORT_BUNDLE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The support bundle cannot be written to {file}: {reason}.',
    action: 'Choose another path with --out.',
    meaning:
      'The folder is missing or not writable, or a file of that name is there already and belongs to another user.',
  },
  INPUT_ENDED: {
    retry: 'fix',
    sentence: 'The input ended before everything was answered.',
    action: 'Run the command again and answer, or give the answers as options: its --help lists them.',
    meaning: 'Ctrl-C or Ctrl-D at a question, or a pipe with too few lines.',
  },
  SETUP_INTERRUPTED: {
    retry: 'retry',
    sentence: 'Setup was stopped at "{step}".',
    action: 'Run "hallpass-agent setup" to go on: what is done is remembered.',
    meaning: 'Ctrl-C, or a person chose to stop. Setup can be stopped anywhere.',
  },
  SETUP_ANSWER_MISSING: {
    retry: 'fix',
    sentence: 'Setup cannot go on without this: {what}.',
    action: 'Run "hallpass-agent setup" again with {ways}; what is done is remembered.',
    meaning:
      'Nobody is there to be asked (no terminal, or --non-interactive), and no option, variable or file gave the answer. The first run usually ends here with the client id, which exists only when the plugin is installed in PowerSchool.',
  },
  SETUP_CHECK_FAILED: {
    retry: 'fix',
    sentence: 'The check {name} failed: {fact}',
    action: '{action} Then run "hallpass-agent setup" to go on: what is done is remembered.',
    meaning: 'Setup goes no further than the checks allow. "hallpass-agent check" shows all of them.',
  },
  LOG_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The log file {file} cannot be written: {reason}.',
    action:
      'Free some disk space, or give the user of the service write access to its folder. The work goes on meanwhile.',
    meaning:
      'What is reported goes to standard output only, until the file can be written again. Said once, not with every line.',
  },
  UNEXPECTED: {
    retry: 'bug',
    sentence: 'Something unexpected happened: {reason}.',
    action: 'Please report it with the log around this line.',
    meaning: 'A failure that the catalogue does not know. It is always a bug in Hallpass that it has no better name.',
  },
} as const satisfies Record<string, Entry>;
