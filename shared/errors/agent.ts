import type { Entry } from './entry.ts';

export const agentErrors = {
  NOT_CONFIGURED: {
    retry: 'fix',
    sentence: 'This agent has no {setting}.',
    action:
      'Run "hallpass-agent setup", which asks for every setting, or set this one alone: "hallpass-agent {command} --help" shows how.',
    meaning:
      'The command needs a setting that was never given. `setup` and `configure` write settings to the state folder. Root and other users have separate state folders: a command run without sudo does not see what was set with sudo.',
  },
  AGENT_NOT_RUNNING: {
    retry: 'fix',
    sentence: 'The agent is not running, so it reads and sends nothing.',
    action: 'Start its service ("hallpass-agent service status" says how it last ended), or run "hallpass-agent run".',
    meaning: '`status` shows this when no process uses the state folder and no error explains why the agent stopped.',
  },
  NOT_ENROLLED: {
    retry: 'fix',
    sentence: 'This agent is not enrolled with a relay.',
    action: 'Ask the relay operator for a code and run "hallpass-agent enroll --relay URL --code CODE".',
    meaning:
      'The state folder holds no identity. Enrolling creates a key on this computer and registers its public half with the relay.',
  },
  OPTION_INVALID: {
    retry: 'fix',
    sentence: '{problem}',
    action: 'See "{command} --help".',
    meaning: 'The program cannot understand the command line, so it did nothing. The exit code is 64.',
  },
  OUTPUT_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The output of the command cannot be written: {reason}.',
    action: 'Free some space or write to another file, and run the command again.',
    meaning:
      'The output of either program goes to a file or device that accepts no more data. The command itself ran to completion, and a service keeps running.',
  },
  SETTING_INVALID: {
    retry: 'fix',
    sentence: 'The setting {setting} is not valid: {reason}.',
    action: 'Correct the value and try again; "hallpass-agent configure --help" lists every setting.',
    meaning: 'The agent refused the value before storing anything; the earlier setting is still in effect.',
  },
  STATE_UNREADABLE: {
    retry: 'fix',
    sentence: 'The state file {file} cannot be read: {reason}.',
    action:
      'Check the owner and permissions of the file. If its content is broken because you went back to an older version, install the newer version again. Otherwise move the file away and run "hallpass-agent setup", which asks for its settings again.',
    meaning:
      'Neither the file nor its last good copy (`.bak`) could be read. Setting names that a newer version added do no harm (STATE_KEYS_UNKNOWN); values that it added do. The agent rebuilds a broken baseline file from the relay on its own. This error concerns settings or identity, which only a person can restore.',
  },
  STATE_COPY_USED: {
    retry: 'fix',
    sentence: 'The state file {file} is broken: {reason}. The agent uses its last good copy, {file}.bak, instead.',
    action: 'If you edited the file by hand, make the change with "hallpass-agent configure", which writes a new file.',
    meaning:
      'The agent works with the earlier settings. It keeps two copies of settings and identity, so a file broken by a crash or an editor does not stop it.',
  },
  STATE_PAUSE_LOST: {
    retry: 'fix',
    sentence:
      'The state file {file} is broken, so the agent no longer knows whether it was paused. The agent is working.',
    action: 'To pause the agent, press Pause on its local page again.',
    meaning: 'The file holds nothing but the pause. The agent has rewritten it, so it reports this once.',
  },
  STATE_BUSY: {
    retry: 'retry',
    sentence: 'The state file {file} is open in another program, or this account may not use it: {reason}.',
    action:
      'Wait, and leave the file where it is. If the error continues, close the program that has the file open, exclude the state folder from antivirus and backup, and run "hallpass-agent check" to see whether this account may use the folder.',
    meaning:
      'An antivirus, backup or indexing program or an editor has the file open, which on Windows locks everyone else out. The agent retried for six seconds. Nothing was changed, and the file itself is fine.',
  },
  STATE_KEYS_UNKNOWN: {
    retry: 'fix',
    sentence: 'This version does not know {keys} in {file}. It keeps the value and ignores it.',
    action: 'Ignore this if you went back to an older version. If you edited the file by hand, correct the name.',
    meaning:
      'A newer version wrote a name that this version does not know. This version keeps it whenever it writes the file, so that the newer version finds it again.',
  },
  STATE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The state file {file} cannot be written: {reason}.',
    action: "Give the agent's account write access to the state folder. If the disk is full, free some space.",
    meaning: 'The agent acknowledged nothing after the last good write, so no data is lost; it repeats the cycle.',
  },
  STATE_IN_USE: {
    retry: 'fix',
    sentence: 'Another agent (process {pid}) is using the state folder {folder}.',
    action:
      'Stop that agent first{service}. To read PowerSchool right now, you do not need to stop it: press Sync now on its local page.',
    meaning:
      'Two agents on one state folder would overwrite each other. The lock ends with the process that holds it, even after a crash, and another program that reuses its process id does not count. To run an agent for another district on the same computer, set HALLPASS_HOME to a separate folder.',
  },
  QUIET_HOURS: {
    retry: 'retry',
    sentence: 'The agent is in its quiet hours until {until} and does not read PowerSchool.',
    action:
      'Wait: the agent continues on its own. On the agent\'s computer, "hallpass-agent sync --once" works at any time.',
    meaning:
      'The district set quiet hours (`configure --quiet-hours`). During them the agent starts no cycle of its own and refuses to start one for the relay; a cycle in progress stops after the current school.',
  },
  FILE_UNREADABLE: {
    retry: 'fix',
    sentence: 'The file {file} cannot be read: {reason}.',
    action: 'Check the path and its permissions.',
    meaning: 'A file named in an option or setting (a CA, a secret, a certificate) is missing or not readable.',
  },
  TEXT_UNREADABLE: {
    retry: 'fix',
    sentence: '{source} cannot be used: {reason}.',
    action:
      'Save the file again as UTF-8, with nothing else in it. In PowerShell: Set-Content -Encoding utf8; in Notepad: Save as, encoding UTF-8.',
    meaning:
      'Hallpass reads UTF-8 and UTF-16, with or without a byte order mark, as Notepad and PowerShell write them. It refuses anything else rather than store garbage. A secret or code is one line of visible characters; Hallpass ignores spaces and line breaks around it.',
  },
  CA_FILE_INVALID: {
    retry: 'fix',
    sentence: 'The CA file {file} cannot be used: {reason}.',
    action:
      'Export the certificate of your certificate authority as an X.509 certificate in Base64 (PEM) or DER form, and name that file.',
    meaning:
      'Hallpass accepts PEM and DER files with one or more certificates, whatever their file extension. It does not accept containers (PKCS#7, PKCS#12, Java keystores), keys or requests: export the certificate from them.',
  },
  PAGE_UNAVAILABLE: {
    retry: 'fix',
    sentence: 'The local page cannot be opened on {address}: {reason}.',
    action: 'Choose another port with "hallpass-agent configure --page-port PORT", or run without the page: --no-page.',
    meaning: 'Another program, or another agent, uses the port. The agent still reads and sends.',
  },
  AGENT_PAUSED: {
    retry: 'retry',
    sentence: 'The district paused this agent, since {since}.',
    action: "Ask the district to press Resume on the agent's local page.",
    meaning:
      'An administrator pressed Pause on the local page. The pause survives restarts. The agent stays connected, reads nothing and refuses to start a cycle for the relay; "hallpass-agent sync --once" on the agent\'s computer still works.',
  },
  SECRET_EXPOSED: {
    retry: 'fix',
    sentence: 'The file {file} holds a secret and could be read by other users (mode {mode}). {closed}',
    action:
      'If other people use this computer, create a new client secret in PowerSchool or enroll again, depending on the file, and give a new client secret to "hallpass-agent configure".',
    meaning:
      'Only the owner may read a file with secrets (mode 600). A copy, a backup or a careless chmod opened this one; the agent closes it at startup and continues.',
  },
  FOLDER_OPEN: {
    retry: 'fix',
    sentence: 'The state folder {folder} holds secrets, and the agent could not restrict access to it: {reason}.',
    action: 'Run "hallpass-agent configure" as an administrator, which restricts the access.',
    meaning:
      'On Windows every user may read what is created in ProgramData. The agent restricts its folder to the system, administrators, its service and the person who set it up; it needs permission to do so.',
  },
  SUPPORT_BUNDLE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The support bundle cannot be written to {file}: {reason}.',
    action: 'Choose another path with --out.',
    meaning: 'The folder is missing or not writable, or a file with that name exists and belongs to another user.',
  },
  INPUT_ENDED: {
    retry: 'fix',
    sentence: 'The input ended before every question was answered.',
    action: 'Run the command again and answer the questions, or pass the answers as options: its --help lists them.',
    meaning: 'Somebody pressed Ctrl-C or Ctrl-D at a question, or a pipe had too few lines.',
  },
  SETUP_INTERRUPTED: {
    retry: 'retry',
    sentence: 'Setup was stopped at "{step}".',
    action: 'Run "hallpass-agent setup" to continue: it remembers the finished steps.',
    meaning: 'Somebody pressed Ctrl-C or chose to stop. You can stop setup at any step.',
  },
  SETUP_ANSWER_MISSING: {
    retry: 'fix',
    sentence: 'Setup cannot continue without this: {what}.',
    action: 'Run "hallpass-agent setup" again with {ways}; it remembers the finished steps.',
    meaning:
      'Setup cannot ask (no terminal, or --non-interactive), and no option, variable or file gave the answer. The first run usually ends here with the client id, which does not exist until the plugin is installed in PowerSchool.',
  },
  SETUP_CHECK_FAILED: {
    retry: 'fix',
    sentence: 'The check {name} failed: {fact}',
    action: '{action} Then run "hallpass-agent setup" to continue: it remembers the finished steps.',
    meaning: 'Setup does not continue past a failed check. "hallpass-agent check" shows all checks.',
  },
  LOG_UNWRITABLE: {
    retry: 'fix',
    sentence: 'The log file {file} cannot be written: {reason}.',
    action:
      "Free some disk space, or give the service's user write access to its folder. The agent keeps working meanwhile.",
    meaning:
      'Log lines go to standard output only until the agent can write the file again. It reports this once, not with every line.',
  },
  UNEXPECTED: {
    retry: 'bug',
    sentence: 'Something unexpected happened: {reason}.',
    action: 'Report it with the log around this line.',
    meaning: 'The catalog does not know this failure, which is always a bug in Hallpass.',
  },
} as const satisfies Record<string, Entry>;
