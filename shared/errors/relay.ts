import type { Entry } from './entry.ts';

export const relayErrors = {
  COMMAND_INTERRUPTED: {
    retry: 'retry',
    sentence: 'The command was stopped before its end.',
    action: 'Run it again: what it had done is recorded, and the rest is done then.',
    meaning:
      'Somebody pressed Ctrl-C, or the system ended the program. No command of the relay leaves half a change behind.',
  },
  RELAY_NOT_CONFIGURED: {
    retry: 'fix',
    sentence: 'The relay has no {setting}.',
    action: 'Give it with "hallpass-relay configure {options}".',
    meaning: 'A setting that the command needs was never given.',
  },
  RELAY_SETTING_INVALID: {
    retry: 'fix',
    sentence: 'The setting {setting} is not valid: {reason}.',
    action: 'Correct it and try again; nothing was changed.',
    meaning:
      'A value was refused before anything was stored. Where nothing was given, the value stands in settings.json in the state folder.',
  },
  RELAY_SETTINGS_INVALID: {
    retry: 'fix',
    sentence: 'The settings are not valid: {mistakes}',
    action: 'Correct them and try again; nothing was stored, and the earlier settings are still in place.',
    meaning: 'Settings are checked as a whole, with the files that they name, before anything is stored.',
  },
  TENANT_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no tenant "{tenant}".{hint}',
    action: 'List the tenants with "hallpass-relay tenant list".',
    meaning: 'Tenants are named by their slug or id.',
  },
  SERVER_NOT_REFUSED: {
    retry: 'fix',
    sentence: 'No agent of {tenant} was refused for the PowerSchool server "{server}".{hint}',
    action: 'List the servers that agents named with "hallpass-relay tenant show {tenant}".',
    meaning: 'Only a server can be accepted that an agent has named and that was refused (SOURCE_OTHER).',
  },
  TENANT_EXISTS: {
    retry: 'fix',
    sentence: 'There is already a tenant with {what}: {tenant}.',
    action:
      'Look at it with "hallpass-relay tenant show {tenant}"; change it with "tenant edit {tenant}", or take it away with "tenant remove {tenant}".',
    meaning: 'Slugs and Microsoft tenant ids are unique: two districts are never mixed.',
  },
  TENANT_GRAPH_UNKNOWN: {
    retry: 'fix',
    sentence: 'Microsoft knows no tenant with the id {id}.',
    action:
      'Copy the tenant id from the Entra admin center (Overview, Tenant ID) of the district; it is not the id of the app.',
    meaning: 'The id was looked up before the district was added or changed. Nothing was stored.',
  },
  TENANT_PROVISIONED: {
    retry: 'fix',
    sentence:
      'The tenant {tenant} has {links} linked accounts and {objects} objects in its Microsoft 365 tenant, so it cannot get another one.',
    action:
      'If the whole district moves, add it under another slug, let an agent enroll there, and remove this one with "hallpass-relay tenant remove {tenant}".',
    meaning: 'Links and what was written are of one Microsoft tenant; in another one they would point at nobody.',
  },
  TENANT_REMOVE_UNCONFIRMED: {
    retry: 'fix',
    sentence: 'Nothing was removed: the removal of {tenant} has to be confirmed with its slug.',
    action:
      'If you are sure: "hallpass-relay tenant remove {tenant} --confirm {tenant}". "audit {tenant} --csv FILE" keeps its audit log.',
    meaning: 'Removing a district deletes everything that the relay has of it, and cannot be undone but from a backup.',
  },
  AGENT_NOT_FOUND: {
    retry: 'fix',
    sentence: 'The tenant {tenant} has no agent "{agent}".{hint}',
    action: 'List its agents with "hallpass-relay agent list {tenant}".',
    meaning: 'Agents are named by their id or their name, and only within their own tenant.',
  },
  AGENT_AMBIGUOUS: {
    retry: 'fix',
    sentence: 'Several agents have the name "{agent}": {agents}.',
    action: 'Give the id of the one that is meant.',
    meaning: 'Names of agents are those of their machines and need not be unique; ids are.',
  },
  PROFILE_INVALID: {
    retry: 'fix',
    sentence: 'The profile {profile} is not valid: {mistakes}',
    action:
      'Correct the file and set it again. "hallpass-relay schools, licenses, domains, properties TENANT" list what can be chosen.',
    meaning:
      'A profile is checked as a whole before it replaces the current one, and every mistake is named at once, each with its place. Nothing of a refused document is kept; the current profile stays as it is.',
  },
  PROFILE_CHANGE_REFUSED: {
    retry: 'fix',
    sentence:
      'The profile {profile} is enabled, and the document does not fit the tenant {tenant}; errors: {count}. Nothing was changed.',
    action:
      'Follow the remedy of each and set it again. To try it without writing, set it under another "name" first: a new profile is a preview.',
    meaning:
      'The next run of an enabled profile writes to Microsoft 365, so a document with errors is refused, and the current profile stays as it is. "profile set --unchecked" skips the check.',
  },
  PROFILE_CHANGE_UNCHECKED: {
    retry: 'fix',
    sentence: 'The profile {profile} is enabled, and the document could not be checked: {reason}. Nothing was changed.',
    action: 'Fix that and set it again, or add --unchecked if you are sure of it.',
    meaning:
      'The next run of an enabled profile writes to Microsoft 365, so its document is held against domains, licenses and permissions first, and Microsoft 365 could not be asked about them.',
  },
  PROFILE_MISSING: {
    retry: 'fix',
    sentence: 'The tenant {tenant} has no profile.',
    action: 'Store one with "hallpass-relay profile set {tenant} FILE.json".',
    meaning: 'Until a profile says what is needed, agents send the list of schools and nothing else.',
  },
  PROFILE_UNKNOWN: {
    retry: 'fix',
    sentence: 'The tenant {tenant} has no profile "{profile}".{hint}',
    action: 'Name one of them: "hallpass-relay profile list {tenant}".',
    meaning: 'Profiles of a district are told apart by their names, to the letter.',
  },
  PROFILE_NOT_NAMED: {
    retry: 'fix',
    sentence: 'The tenant {tenant} has several profiles: {profiles}.',
    action: 'Name the one that is meant with --profile, in a query of the API with "profile".',
    meaning: 'Where a district has one profile it need not be named.',
  },
  QUARANTINED_BY_PROBLEMS: {
    retry: 'fix',
    sentence: 'The profile {profile} is quarantined: its last run found {count} problems, more than {limit}.',
    action:
      'See what they have in common with "hallpass-relay problems {tenant}" (often an identity rule), put it right, and resume with "hallpass-relay profile enable {tenant}".',
    meaning:
      'Nothing is written until somebody resumes the profile; runs go on as previews, so problems that are fixed disappear. The number is "guards.quarantine.problems" of the profile.',
  },
  QUARANTINED_BY_FAILURES: {
    retry: 'fix',
    sentence: 'The profile {profile} is quarantined: its last {count} runs failed, since {since}. {reason}.',
    action: 'Put the cause right. The quarantine of {tenant} ends by itself with the next run that does not fail.',
    meaning:
      'Runs failed again and again for a reason that only a person can fix, such as a consent that was withdrawn, for as long as "guards.quarantine.hours" of the profile says, and at least "guards.quarantine.failures" times. Runs go on as previews; the first one that comes to its end ends the quarantine, and writing goes on.',
  },
  HOLD_UNKNOWN: {
    retry: 'fix',
    sentence: 'Nothing is held under "{hold}".',
    action: 'List what is held with "hallpass-relay holds list TENANT".',
    meaning: 'A hold vanishes when its cause does, or when it was approved and carried out.',
  },
  HOLD_AMBIGUOUS: {
    retry: 'fix',
    sentence: 'Several profiles have a hold "{hold}": {profiles}.',
    action: 'Name the one that is meant with --profile.',
    meaning: 'A hold that concerns several schools has the same key in every profile of the district.',
  },
  HOLD_NOT_COVERED: {
    retry: 'fix',
    sentence: '{hold} holds {count} operations, and an approval of {limit} would not let them proceed.',
    action: 'Approve as many as are held, or correct the cause in PowerSchool and let the hold vanish.',
    meaning:
      'What is held proceeds as a whole or waits as a whole. An approval covers up to a tenth more operations than it names.',
  },
  RUN_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no run "{run}".',
    action: 'List the runs with "hallpass-relay runs TENANT".',
    meaning: 'Runs are named by their number or id. After some time they are forgotten ("configure --keep-days").',
  },
  FILE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'Cannot write {file}: {reason}.',
    action: 'Check the path, its permissions and the free space, or name another file.',
    meaning: 'A file that you asked a command to write.',
  },
  PLAN_NOT_READY: {
    retry: 'retry',
    sentence: 'There is nothing to plan from yet: {reason}.',
    action:
      'Fix that, let "hallpass-relay serve" run, and try again: "hallpass-relay status TENANT" says how far it is.',
    meaning:
      'A plan compares what PowerSchool has with what Microsoft 365 has. It needs a committed roster and one reading of the directory, and waits while a cycle is arriving.',
  },
  PLAN_RUNS_FAIL: {
    retry: 'fix',
    sentence: 'There is nothing to plan from: the last run of the profile {profile} failed at {at}{step}. {reason}.',
    action: '{action}',
    meaning:
      'A plan needs one reading of the accounts in Microsoft 365, and every run has failed so far, such as with a wrong tenant id or without consent. The roster is not at fault.',
  },
  PROFILE_NOT_READY: {
    retry: 'fix',
    sentence: 'The profile {profile} does not fit the tenant {tenant}; errors: {count}.',
    action:
      'Correct each of them as it says, and set the profile again; "hallpass-relay profile check {tenant}" lists them.',
    meaning:
      'Domains, licenses, schools, dates and rules of the profile are held against what the tenant and the mirror have. Warnings do not count.',
  },
  PERSON_UNKNOWN: {
    retry: 'fix',
    sentence: 'The roster has nobody "{person}".',
    action: 'Name a person as the problems do: students:ID or teachers:ID, with the DCID of PowerSchool.',
    meaning: 'Only people whom an agent has sent can be linked by hand.',
  },
  PERSON_NOT_FOUND: {
    retry: 'fix',
    sentence: '{who} in this district is "{asked}".{hint}',
    action:
      "Name the person by DCID, student or teacher number, user name, address, full name, or the account's user name or object id. Numbers and names are known only where the profile has agents send them.",
    meaning:
      'Commands about one person look among the people whom agents have sent, and those who left and have an account.',
  },
  PROBLEM_CODE_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no problem with the code "{code}".{hint}',
    action:
      'Run "hallpass-relay problems TENANT" without --code to see the codes that there are, or look into docs/errors.md.',
    meaning: 'A code is spelled as this page has it, capitals included.',
  },
  PERSON_NOT_CLEAR: {
    retry: 'fix',
    sentence: '"{asked}" is the {by} of {count} people: {people}.',
    action: 'Name one of them as in this list: students:ID or teachers:ID.',
    meaning: "A name, a number, or the DCID of a student and a staff member, may be several people's.",
  },
  ACCOUNT_UNKNOWN: {
    retry: 'fix',
    sentence: 'Microsoft 365 has no account "{account}".',
    action: 'Give its object id or its whole userPrincipalName.',
    meaning:
      'An account must exist before somebody is linked to it. One that was just made may take some seconds to show.',
  },
  LINK_TAKEN: {
    retry: 'fix',
    sentence: 'The account {account} belongs to {person} already, who is in PowerSchool.',
    action: 'If that is wrong, take it from them first: "hallpass-relay link remove TENANT {person}".',
    meaning:
      'One account is one person: two who share one would share mail, files and classes. Of somebody who has left PowerSchool, "link set" hands the account over.',
  },
  LINK_UNKNOWN: {
    retry: 'fix',
    sentence: '{person} has no account.',
    action: 'List who has which account with "hallpass-relay link list TENANT".',
    meaning: 'There is nothing to take away.',
  },
  KEY_UNUSABLE: {
    retry: 'fix',
    sentence: 'The key file {file} cannot be used: {reason}.',
    action: 'Restore the file from your backup of it. Without it, first passwords that wait cannot be read any more.',
    meaning:
      'Secrets in the database are sealed with a key in a file of its own: HALLPASS_KEY_FILE, or "configure --key-file", or secret.key in the state folder, which is made when it is needed first. One that was named is never made, because it would hide that the right one is missing.',
  },
  KEY_WRONG: {
    retry: 'fix',
    sentence: 'A sealed secret cannot be opened with the key file {file}: {reason}.',
    action: 'Use the key file with which it was sealed, from the backup that belongs to the database.',
    meaning:
      'The key was replaced, or the database came from another relay. Where the key is lost for good, an administrator sets new passwords in Microsoft 365.',
  },
  STATE_FOLDER_UNUSABLE: {
    retry: 'fix',
    sentence: 'Nothing can be kept in the state folder {folder}: {reason}.',
    action:
      'Set HALLPASS_HOME to a folder on a local disk that this account may write to, or correct its owner and permissions.',
    meaning:
      'Relay and agent each keep everything in a folder of their own. It must be a folder, and the account that the program runs under must be able to write to it.',
  },
  STORE_UNAVAILABLE: {
    retry: 'retry',
    sentence: 'The database {store} is not available: {reason}.',
    action: 'Check that the file or server is reachable and has free space.',
    meaning: 'Nothing is acknowledged to agents while the database cannot commit.',
  },
  STORE_DAMAGED: {
    retry: 'fix',
    sentence: 'The database {store} cannot be opened: {reason}.',
    action:
      'Stop the relay, keep the file for those who may want to look at it, and put the newest copy in its place, as the chapter on backups in docs/relay.md says.',
    meaning: 'Nothing is written over a file that is damaged or no database, and trying again does not help.',
  },
  STORE_TOO_NEW: {
    retry: 'fix',
    sentence: 'The database {store} was written by a newer version of Hallpass ({reason}).',
    action: 'Start the newer version, or restore the backup taken before the update.',
    meaning: 'Migrations go forward only; an older program never touches a newer database.',
  },
  LISTEN_INSECURE: {
    retry: 'fix',
    sentence: 'The relay will not listen on {address} without encryption.',
    action:
      'Give it a certificate with "hallpass-relay configure --tls-cert FILE --tls-key FILE", or let it listen on 127.0.0.1 behind a proxy that ends TLS.',
    meaning: 'Rosters never cross a network in the clear. Plain http is served to this computer itself only.',
  },
  STATE_EXPOSED: {
    retry: 'fix',
    sentence: 'Other users of this computer may {what} {file}.',
    action: 'Run "{command}".',
    meaning:
      'The database has personal data, the key opens sealed secrets. What the relay makes itself is closed to others; copies and restored backups often are not.',
  },
  RELAY_RUNNING: {
    retry: 'fix',
    sentence: 'Another relay serves from {folder} already.',
    action: 'Stop that one first, or give this one a state folder of its own with HALLPASS_HOME.',
    meaning:
      'Two relays on one database would both provision. The lock ends with the process that holds it; commands beside a serving relay work.',
  },
  PORT_IN_USE: {
    retry: 'fix',
    sentence: 'Cannot listen on {address}: {reason}.',
    action:
      'Stop the other program, or choose another address or port: --host and --port of "hallpass-relay configure".',
    meaning: 'Two relays on one machine need two ports.',
  },
} as const satisfies Record<string, Entry>;
