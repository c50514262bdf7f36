import type { Entry } from './entry.ts';

export const relayErrors = {
  COMMAND_INTERRUPTED: {
    retry: 'retry',
    sentence: 'The command was stopped before it finished.',
    action: 'Run it again: it recorded what it had done, and does the rest.',
    meaning: 'Somebody pressed Ctrl-C, or the system ended the program. No relay command leaves a change half-done.',
  },
  RELAY_NOT_CONFIGURED: {
    retry: 'fix',
    sentence: 'The relay has no {setting}.',
    action: 'Set it with "hallpass-relay configure {options}".',
    meaning: 'The command needs a setting that was never given.',
  },
  RELAY_SETTING_INVALID: {
    retry: 'fix',
    sentence: 'The setting {setting} is not valid: {reason}.',
    action: 'Correct the value and try again; nothing was changed.',
    meaning:
      'The relay refused the value before storing anything. If you did not pass the value, it is in settings.json in the state folder.',
  },
  RELAY_SETTINGS_INVALID: {
    retry: 'fix',
    sentence: 'The settings are not valid: {mistakes}',
    action: 'Correct the settings and try again; nothing was stored, and the earlier settings are still in effect.',
    meaning: 'The relay checks all settings, and the files that they name, before it stores any of them.',
  },
  TENANT_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no district "{tenant}".{hint}',
    action: 'List the districts with "hallpass-relay tenant list".',
    meaning: 'Commands and API paths name a district by its slug or id.',
  },
  SERVER_NOT_REFUSED: {
    retry: 'fix',
    sentence: 'The relay has refused no agent of {tenant} because of the PowerSchool server "{server}".{hint}',
    action: 'List the servers that agents named with "hallpass-relay tenant show {tenant}".',
    meaning: 'You can only accept a server that an agent named and the relay refused (SOURCE_OTHER).',
  },
  TENANT_EXISTS: {
    retry: 'fix',
    sentence: 'A district with {what} already exists: {tenant}.',
    action:
      'Look at it with "hallpass-relay tenant show {tenant}"; change it with "tenant edit {tenant}", or remove it with "tenant remove {tenant}".',
    meaning: 'Slugs and Microsoft 365 tenant ids are unique, so that two districts never mix.',
  },
  TENANT_GRAPH_UNKNOWN: {
    retry: 'fix',
    sentence: 'Microsoft 365 has no tenant with the id {id}.',
    action:
      "Copy the tenant id from the district's Entra admin center (Overview, Tenant ID); it is not the id of the app.",
    meaning: 'The relay looks the id up before it adds or changes a district. Nothing was stored.',
  },
  TENANT_PROVISIONED: {
    retry: 'fix',
    sentence:
      'The district {tenant} has {links} linked accounts and {objects} objects in its Microsoft 365 tenant, so you cannot give it another Microsoft 365 tenant.',
    action:
      'If the whole district moves, add it under another slug, enroll an agent there, and remove this one with "hallpass-relay tenant remove {tenant}".',
    meaning:
      'Account links and written objects belong to one Microsoft 365 tenant; in another one they would point to nothing.',
  },
  TENANT_REMOVE_UNCONFIRMED: {
    retry: 'fix',
    sentence: 'Nothing was removed: confirm the removal of {tenant} with its slug.',
    action:
      'If you are sure, run "hallpass-relay tenant remove {tenant} --confirm {tenant}". To keep its audit log, run "audit {tenant} --csv FILE" first.',
    meaning: 'Removing a district deletes everything that the relay stores about it. Only a backup can bring it back.',
  },
  AGENT_NOT_FOUND: {
    retry: 'fix',
    sentence: 'The district {tenant} has no agent "{agent}".{hint}',
    action: 'List its agents with "hallpass-relay agent list {tenant}".',
    meaning: 'An agent is named by its id or its name, within its own district.',
  },
  AGENT_AMBIGUOUS: {
    retry: 'fix',
    sentence: 'Several agents have the name "{agent}": {agents}.',
    action: 'Give the id of the agent that you mean.',
    meaning: 'An agent is named after its computer, so several may have the same name; ids are unique.',
  },
  PROFILE_INVALID: {
    retry: 'fix',
    sentence: 'The profile {profile} is not valid: {mistakes}',
    action:
      'Correct the file and set it again. The commands "schools", "licenses", "domains" and "properties" list the choices.',
    meaning:
      'The relay checks a whole profile before it replaces the current one, and reports every mistake with its place. It keeps nothing of a refused document; the current profile stays as it is.',
  },
  PROFILE_CHANGE_REFUSED: {
    retry: 'fix',
    sentence:
      'The profile {profile} is enabled, and the document does not fit the district {tenant}; errors: {count}. Nothing was changed.',
    action:
      'Correct each error as it says and set the profile again. To try the document without writing, set it under another "name" first: a new profile starts in preview.',
    meaning:
      'The next run of an enabled profile writes to Microsoft 365, so the relay refuses a document with errors and keeps the current profile. "profile set --unchecked" skips the check.',
  },
  PROFILE_CHANGE_UNCHECKED: {
    retry: 'fix',
    sentence:
      'The profile {profile} is enabled, and the relay could not check the document: {reason}. Nothing was changed.',
    action: 'Fix the cause and set the profile again, or add --unchecked if you are sure of it.',
    meaning:
      'The next run of an enabled profile writes to Microsoft 365, so the relay first checks the document against domains, licenses and permissions. It could not get these from Microsoft 365.',
  },
  PROFILE_MISSING: {
    retry: 'fix',
    sentence: 'The district {tenant} has no profile.',
    action: 'Store one with "hallpass-relay profile set {tenant} FILE.json".',
    meaning: 'Until a profile says what it needs, agents send only the list of schools.',
  },
  PROFILE_UNKNOWN: {
    retry: 'fix',
    sentence: 'The district {tenant} has no profile "{profile}".{hint}',
    action: 'Name an existing profile; "hallpass-relay profile list {tenant}" lists them.',
    meaning: "A profile's name must match exactly.",
  },
  PROFILE_NOT_NAMED: {
    retry: 'fix',
    sentence: 'The district {tenant} has several profiles: {profiles}.',
    action: 'Name one with --profile, or with "profile" in an API query.',
    meaning: 'You may omit the name only if the district has one profile.',
  },
  QUARANTINED_BY_PROBLEMS: {
    retry: 'fix',
    sentence: 'The profile {profile} is quarantined: its last run found {count} problems, more than {limit}.',
    action:
      'Find out what the problems have in common with "hallpass-relay problems {tenant}" (often an identity rule), fix the cause, and resume with "hallpass-relay profile enable {tenant}".',
    meaning:
      'The relay writes nothing until somebody resumes the profile. Runs continue as previews, so fixed problems disappear. The limit is "guards.quarantine.problems" of the profile.',
  },
  QUARANTINED_BY_FAILURES: {
    retry: 'fix',
    sentence: 'The profile {profile} is quarantined: its last {count} runs failed, since {since}. {reason}.',
    action: 'Fix the cause. The quarantine of {tenant} ends on its own with the next run that succeeds.',
    meaning:
      'Runs kept failing for a reason that only a person can fix, such as withdrawn consent, for the time in "guards.quarantine.hours" of the profile and at least "guards.quarantine.failures" times. Runs continue as previews; the first one that succeeds ends the quarantine, and writing resumes.',
  },
  HOLD_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no hold "{hold}".',
    action: 'List the holds with "hallpass-relay holds list TENANT".',
    meaning: 'A hold disappears when its cause does, or when it was approved and its operations are done.',
  },
  HOLD_AMBIGUOUS: {
    retry: 'fix',
    sentence: 'Several profiles have a hold "{hold}": {profiles}.',
    action: 'Name one of the profiles with --profile.',
    meaning: 'A hold on several schools has the same key in every profile of the district.',
  },
  HOLD_NOT_COVERED: {
    retry: 'fix',
    sentence: '{hold} holds {count} operations, and an approval of {limit} would not let them proceed.',
    action: 'Approve all operations of the hold, or correct the cause in PowerSchool so that the hold disappears.',
    meaning:
      'A hold proceeds as a whole or waits as a whole. An approval covers up to a tenth more operations than it names.',
  },
  RUN_UNKNOWN: {
    retry: 'fix',
    sentence: 'There is no run "{run}".',
    action: 'List the runs with "hallpass-relay runs TENANT".',
    meaning: 'A run is named by its number or id. The relay deletes old runs ("configure --keep-days").',
  },
  FILE_UNWRITABLE: {
    retry: 'fix',
    sentence: 'Cannot write {file}: {reason}.',
    action: 'Check the path, its permissions and the free space, or name another file.',
    meaning: 'The command could not write the file that you named.',
  },
  PLAN_NOT_READY: {
    retry: 'retry',
    sentence: 'The relay cannot plan yet: {reason}.',
    action:
      'Fix that, keep "hallpass-relay serve" running, and try again: "hallpass-relay status TENANT" shows its progress.',
    meaning:
      'A plan compares PowerSchool with Microsoft 365. It needs a committed roster and one reading of the directory, and waits while a cycle is arriving.',
  },
  PLAN_RUNS_FAIL: {
    retry: 'fix',
    sentence: 'The relay cannot plan: the last run of the profile {profile} failed at {at}{step}. {reason}.',
    action: '{action}',
    meaning:
      'A plan needs one reading of the accounts in Microsoft 365, and every run so far has failed, for example because of a wrong tenant id or missing consent. The roster is not the cause.',
  },
  PROFILE_NOT_READY: {
    retry: 'fix',
    sentence: 'The profile {profile} does not fit the district {tenant}; errors: {count}.',
    action:
      'Correct each error as it says and set the profile again; "hallpass-relay profile check {tenant}" lists them.',
    meaning:
      "The relay checks the profile's domains, licenses, schools, dates and rules against Microsoft 365 and the roster. Warnings do not count.",
  },
  WRITE_CONSENT_MISSING: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The Microsoft 365 of {tenant} has not granted {roles}, which the profile {profile} needs to write.',
    action: 'Have an administrator of the district open {page} and grant access to write; previews work without it.',
    meaning:
      'A consent to read is enough to match, check and preview. Writing needs more, and the page says what each permission is for. A new consent takes some minutes to take effect.',
  },
  PERSON_UNKNOWN: {
    retry: 'fix',
    sentence: 'The roster has no person "{person}".',
    action: 'Name the person as the problems do: students:ID or teachers:ID, with the PowerSchool DCID.',
    meaning: 'You can only link people whom an agent has sent.',
  },
  PERSON_NOT_FOUND: {
    retry: 'fix',
    sentence: '{who} in this district is "{asked}".{hint}',
    action:
      "Name the person by DCID, student or teacher number, user name, email address, full name, or the account's user name or object id. The relay knows numbers and names only if the profile has agents send them.",
    meaning:
      'Commands about one person search the people whom agents have sent, and former people who still have an account.',
  },
  CLASS_NOT_FOUND: {
    retry: 'fix',
    sentence: 'This district has no class "{asked}".',
    action: "Search for the class by its course, or name it by the section's DCID.",
    meaning:
      'The relay knows the sections that agents have sent, and classes that Microsoft 365 still has. People who see a part of a district get the same answer for classes elsewhere.',
  },
  PROBLEM_CODE_UNKNOWN: {
    retry: 'fix',
    sentence: 'No problem has the code "{code}".{hint}',
    action: 'Run "hallpass-relay problems TENANT" without --code to see the current codes, or look in docs/errors.md.',
    meaning: 'Spell a code exactly as on this page, including capitals.',
  },
  PERSON_NOT_CLEAR: {
    retry: 'fix',
    sentence: '"{asked}" is the {by} of {count} people: {people}.',
    action: 'Name one of them as shown in the list: students:ID or teachers:ID.',
    meaning:
      'Several people can have the same name or number, and a student and a staff member can have the same DCID.',
  },
  ACCOUNT_UNKNOWN: {
    retry: 'fix',
    sentence: 'Microsoft 365 has no account "{account}".',
    action: 'Give its object id or its full userPrincipalName.',
    meaning: 'An account must exist before you link a person to it. A new account may take some seconds to appear.',
  },
  ACCOUNT_EXEMPT: {
    retry: 'fix',
    sentence: 'The account {account} is exempt, so nothing is written to it: {reason}.',
    action: 'Choose another account, or end the exemption first with "hallpass-relay exempt remove".',
    meaning:
      'The district keeps a list of accounts that Hallpass never writes to. Nobody is linked to one, and none gets a new password.',
  },
  EXEMPT_ACCOUNT_INVALID: {
    retry: 'fix',
    sentence: '"{account}" cannot be made exempt: {reason}.',
    action: 'Give a user name or an object id, with * for any characters, and a reason; nothing was changed.',
    meaning: 'An entry needs at least 3 characters besides *. A list has at most 500 entries, and 50 with *.',
  },
  EXEMPT_ACCOUNT_UNKNOWN: {
    retry: 'fix',
    sentence: '"{account}" is not among the exempt accounts of {tenant}.{hint}',
    action: 'List them with "hallpass-relay exempt list {tenant}".',
    meaning: 'An entry is removed as it was added, with its * if it has one.',
  },
  BLACKOUT_INVALID: {
    retry: 'fix',
    sentence: 'The blackout cannot be added: {reason}.',
    action: 'Give a first and a last day such as 2026-12-20, and a reason; nothing was changed.',
    meaning:
      'Days are dates of the district, in the time zone that PowerSchool reports. A blackout that is over cannot be added; a district has at most 100.',
  },
  BLACKOUT_UNKNOWN: {
    retry: 'fix',
    sentence: '{tenant} has no blackout "{blackout}".',
    action: 'List them with "hallpass-relay blackout list {tenant}".',
    meaning: 'A blackout is named by its id. Somebody may have removed it meanwhile.',
  },
  PROVISION_IN_BLACKOUT: {
    retry: 'fix',
    sentence: 'Nobody can be provisioned now: {tenant} has a blackout through {to} ({reason}).',
    action:
      'Wait for its end, or end it for everybody with "hallpass-relay blackout remove {tenant} {blackout}"; nothing was changed.',
    meaning:
      'On the days of a blackout nothing is written to Microsoft 365, whoever asks. To write for one person, somebody has to remove the blackout, which the audit log records.',
  },
  PROVISION_UNKNOWN: {
    retry: 'fix',
    sentence: 'The district has no request "{request}" to provision a person.',
    action: 'Provision the person again.',
    meaning: 'Requests are deleted with the journal.',
  },
  PROVISION_INCOMPLETE: {
    retry: 'fix',
    sentence: '{person} is not fully provisioned: {reason}.',
    action: 'Do what the steps above say, and provision the person again: what is done is not repeated.',
    meaning:
      'The command shows each step with its state and the reason. This error gives the command an exit code that a script can see.',
  },
  PROVISION_PENDING: {
    retry: 'retry',
    sentence: 'The provisioning of {person} has not ended: {reason}.',
    action:
      'See that "hallpass-relay serve" runs and that an agent has sent a complete roster. The request stays open for an hour; the same command follows it again.',
    meaning: 'A serving relay carries out requests, and needs a whole state of PowerSchool for it.',
  },
  LINK_TAKEN: {
    retry: 'fix',
    sentence: 'The account {account} already belongs to {person}, who is in PowerSchool.',
    action:
      'If that is wrong, unlink the account from that person first: "hallpass-relay link remove TENANT {person}".',
    meaning:
      'One account belongs to one person: two people who share one would share mail, files and classes. If the first person has left PowerSchool, "link set" hands the account over.',
  },
  LINK_UNKNOWN: {
    retry: 'fix',
    sentence: '{person} has no account.',
    action: 'List the account links with "hallpass-relay link list TENANT".',
    meaning: 'There is no account link to remove.',
  },
  KEY_UNUSABLE: {
    retry: 'fix',
    sentence: 'The key file {file} cannot be used: {reason}.',
    action: 'Restore the file from your backup. Without it, nobody can read the first passwords that are waiting.',
    meaning:
      'A key seals the secrets in the database. It is in a separate file: HALLPASS_KEY_FILE, or "configure --key-file", or secret.key in the state folder, which the relay creates when it first needs it. The relay never creates a file that you named, because that would hide that the right one is missing.',
  },
  KEY_WRONG: {
    retry: 'fix',
    sentence: 'The key file {file} cannot open a sealed secret: {reason}.',
    action: 'Use the key file that sealed it, from the backup that belongs to the database.',
    meaning:
      'Somebody replaced the key, or the database comes from another relay. If the key is lost for good, have an administrator set new passwords in Microsoft 365.',
  },
  STATE_FOLDER_UNUSABLE: {
    retry: 'fix',
    sentence: 'The program cannot write to the state folder {folder}: {reason}.',
    action:
      'Set HALLPASS_HOME to a folder on a local disk that this account may write to, or correct its owner and permissions.',
    meaning:
      'Relay and agent each keep everything in their own folder. It must be a folder, and the account that runs the program must have write access.',
  },
  TURN_BROKEN: {
    retry: 'retry',
    sentence: 'A run of the district ended unexpectedly: {reason}.',
    action:
      'Wait: the next run continues where this one ended. If it happens again, give the relay more memory, or report it.',
    meaning:
      'Runs work in separate threads, so that one that fails does not affect anything else. Usually there was not enough memory for the district. The relay recorded every answer that it got, and looks up the rest.',
  },
  STORE_UNAVAILABLE: {
    retry: 'retry',
    sentence: 'The database {store} is not available: {reason}.',
    action: 'Check that the file or server is reachable and has free space.',
    meaning: 'The relay acknowledges nothing to agents while the database cannot commit.',
  },
  STORE_DAMAGED: {
    retry: 'fix',
    sentence: 'The database {store} cannot be opened: {reason}.',
    action:
      'Stop the relay, keep the damaged file in case somebody wants to examine it, and put the newest backup in its place, as the chapter on backups in docs/relay.md says.',
    meaning: 'The relay never writes over a file that is damaged or is not a database, and trying again does not help.',
  },
  STORED_VALUE_DAMAGED: {
    retry: 'fix',
    sentence: 'A row of the table {table} in the database cannot be read ({key}): {reason}.',
    action:
      'Stop the relay, keep the database in case somebody wants to examine it, and put the newest backup in its place, as the chapter on backups in docs/relay.md says.',
    meaning:
      'Something other than Hallpass changed the database, or its disk did. The relay leaves the row as it is. Whatever needs the row waits; everything else continues.',
  },
  STORE_TOO_NEW: {
    retry: 'fix',
    sentence: 'A newer version of Hallpass wrote the database {store} ({reason}).',
    action: 'Start the newer version, or restore the backup taken before the update.',
    meaning: 'Migrations only go forward; an older version never touches a newer database.',
  },
  STORE_ADDRESS_INVALID: {
    retry: 'fix',
    sentence: 'The address of the database cannot be used: {reason}.',
    action:
      'Give an address such as postgres://hallpass_serving@db.example.org:5432/hallpass?passwordfile=/etc/hallpass/db-password.',
    meaning: 'Passwords never stand in addresses, which programs show in lists of processes and in logs.',
  },
  STORE_NOT_MIGRATED: {
    retry: 'fix',
    sentence: 'The database {store} is not ready for this version of Hallpass: {reason}.',
    action:
      'Run "hallpass-relay store migrate" with the address of the owner of the tables, and start the relay again.',
    meaning:
      'On PostgreSQL, the role that serves may not change tables. Another role owns them, and prepares the database before a new version starts.',
  },
  STORE_ROLE_UNSAFE: {
    retry: 'fix',
    sentence: 'The relay will not serve from the database {store} as the role {role}: {reason}.',
    action:
      'Create a role that only logs in, let "hallpass-relay store migrate --role ROLE" give it its rights, and name it in the address.',
    meaning:
      'PostgreSQL keeps the rows of districts apart for ordinary roles. Superusers, owners and roles with BYPASSRLS would pass that wall.',
  },
  STORE_ROLE_UNKNOWN: {
    retry: 'fix',
    sentence: 'The server of the database {store} has no role {role}.',
    action: 'Create it with "create role {role} login", and give it a password if the server asks for one.',
    meaning: 'The role that serves gets its rights when the database is migrated.',
  },
  STORE_IN_USE: {
    retry: 'retry',
    sentence: 'Another relay serves from the database {store}.',
    action: 'Stop the other relay, or wait: the server notices within seconds that one has ended.',
    meaning: 'One relay at a time serves from a database: two would write to Microsoft 365 twice.',
  },
  STORE_NOT_EMPTY: {
    retry: 'fix',
    sentence: 'The database {store} is not empty: its table {table} has rows.',
    action: 'Copy to a database that was just created and migrated.',
    meaning: 'A copy never mixes with what is there. A copy that fails leaves nothing behind and can be repeated.',
  },
  STORE_MOVED: {
    retry: 'fix',
    sentence: 'The settings in {folder} name a PostgreSQL server, so the file there is not what the relay serves from.',
    action: 'Nothing has to be copied. To serve from the file again, run "hallpass-relay configure --store-file".',
    meaning: 'The relay has one database at a time.',
  },
  LISTEN_INSECURE: {
    retry: 'fix',
    sentence: 'The relay will not listen on {address} without encryption.',
    action:
      'Set a certificate with "hallpass-relay configure --tls-cert FILE --tls-key FILE", or have the relay listen on 127.0.0.1 behind a proxy that terminates TLS.',
    meaning: 'Rosters never cross a network unencrypted. The relay serves plain http only to this computer itself.',
  },
  STATE_EXPOSED: {
    retry: 'fix',
    sentence: 'Other users of this computer may {what} {file}.',
    action: 'Run "{command}".',
    meaning:
      'The database holds personal data, and the key opens sealed secrets. The relay creates its files closed to other users; copies and restored backups are often open.',
  },
  RELAY_RUNNING: {
    retry: 'fix',
    sentence: 'Another relay already serves from {folder}.',
    action: 'Stop the other relay first, or give this one a separate state folder with HALLPASS_HOME.',
    meaning:
      'Two relays on one database would both provision. The lock ends with the process that holds it; you can run other commands while a relay is serving.',
  },
  PORT_IN_USE: {
    retry: 'fix',
    sentence: 'Cannot listen on {address}: {reason}.',
    action:
      'Stop the other program, or choose another address or port: --host and --port of "hallpass-relay configure".',
    meaning: 'Two relays on one computer need two ports.',
  },
  METRICS_PORT_IN_USE: {
    retry: 'fix',
    sentence: 'Cannot serve metrics on {address}: {reason}.',
    action: 'Stop the other program, or choose another port: --metrics-port of "hallpass-relay configure", 0 for none.',
    meaning: 'Metrics have their own port, which only this computer can reach.',
  },
} as const satisfies Record<string, Entry>;
