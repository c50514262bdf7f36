import type { Entry } from './entry.ts';

export const powerschoolErrors = {
  POWERSCHOOL_ADDRESS_INSECURE: {
    retry: 'fix',
    sentence: 'The PowerSchool address {url} is not encrypted.',
    action: 'Use an https:// address. Only this computer itself (127.0.0.1, localhost, ::1) may use plain http.',
    meaning: 'The client secret and the rosters would cross the network unencrypted; no option allows that.',
  },
  POWERSCHOOL_UNREACHABLE: {
    retry: 'retry',
    sentence: 'Cannot reach PowerSchool at {url}: {reason}.',
    action:
      'Check that the address is right, that the server is running, and that this computer may connect to the port.',
    meaning:
      'The name did not resolve, or the connection was refused or timed out. This is normal while PowerSchool restarts.',
  },
  POWERSCHOOL_TLS_UNTRUSTED: {
    retry: 'fix',
    sentence: 'The certificate of PowerSchool at {url} is not trusted: {reason}.',
    action:
      'If "{issuer}" is your own authority, save its certificate (PEM or DER) and run "hallpass-agent configure --powerschool-ca FILE", or add it to the root certificates that this computer trusts (those of the computer, not of one user) and restart the agent.',
    meaning:
      'PowerSchool uses a private or self-signed certificate, or something on the network inspects TLS. The agent trusts the well-known authorities, those that this computer trusts, and those in the CA file. You cannot switch off verification.',
  },
  POWERSCHOOL_TLS_INVALID: {
    retry: 'fix',
    sentence: 'The certificate of PowerSchool at {url} is not accepted: {reason}.',
    action: 'Use the name that is in the certificate, or renew the certificate on the PowerSchool server.',
    meaning:
      'It has expired, is not valid yet (check the clock of this computer), or is for another name. A CA file does not change that.',
  },
  POWERSCHOOL_SECRET_REFUSED: {
    retry: 'fix',
    sentence: 'PowerSchool at {url} refused the client id and secret ({detail}).',
    action:
      'Check that the plugin is enabled, and copy client id and secret again from its Data Provider Configuration page. The agent retries the same ones in {minutes} min and new ones at once; "hallpass-agent check" tries them whenever you ask.',
    meaning:
      'PowerSchool answered 401 to the token request or to a fresh token. This also happens while the plugin is disabled, for instance during an upgrade, or after it was deleted and installed again. To keep the account from being locked, the agent waits 1, 5, 15 and then 60 minutes each time, even across restarts; it tries other credentials (`configure`) at once.',
  },
  POWERSCHOOL_WRONG_HOST: {
    retry: 'fix',
    sentence: 'There is no PowerSchool API at {url}: the token address answered {status}.',
    action:
      'Use the address that teachers open in the browser, without a path, for example https://powerschool.example.org.',
    meaning: 'The server answers, but it is not PowerSchool or not its API node.',
  },
  POWERSCHOOL_MAINTENANCE: {
    retry: 'retry',
    sentence: 'PowerSchool at {url} is in maintenance: it answered with a web page instead of data.',
    action: 'Wait: the agent tries again on its own and sends nothing until PowerSchool is back.',
    meaning:
      'During maintenance, hosted servers redirect every request to a message page with status 200. The agent uses nothing that it read in that time.',
  },
  POWERSCHOOL_QUERY_MISSING: {
    retry: 'fix',
    sentence: 'PowerSchool does not know the query {query}.',
    action: 'Install and enable the plugin that "hallpass-agent plugin" of this agent version writes.',
    meaning: 'The plugin is an older version or is not enabled, or PowerSchool silently refused its query.',
  },
  POWERSCHOOL_V1_DENIED: {
    retry: 'fix',
    sentence: 'PowerSchool at {url} does not let the plugin use /ws/v1: "{detail}".',
    action:
      'Open the plugin\'s Data Provider Configuration page in PowerSchool and set the access level of the V1 API to READ, or install the plugin that "hallpass-agent plugin --variant rest" writes, which asks for it.',
    meaning:
      'Since PowerSchool 25.2 a plugin needs this right, and a plugin installed before that does not have it. Client id, secret and token are fine, so the agent asks for no new token.',
  },
  POWERSCHOOL_NOTHING_TO_READ: {
    retry: 'fix',
    sentence: 'There is no way to read PowerSchool: {reason}',
    action:
      'Install and enable the plugin that "hallpass-agent plugin" of this agent version writes. If you may use only /ws/v1, write the plugin with "--variant rest".',
    meaning:
      'The agent chooses how to read PowerSchool (setting "source": auto), and found neither its plugin\'s queries nor access to /ws/v1.',
  },
  POWERSCHOOL_ACCESS_DENIED: {
    retry: 'fix',
    sentence: 'PowerSchool does not grant the plugin access to {fields} (query {query}).',
    action: 'Open the plugin in PowerSchool, approve its access request, and enable it again.',
    meaning: 'The plugin is installed, but somebody did not approve one or more columns of its access request.',
  },
  POWERSCHOOL_THROTTLED: {
    retry: 'retry-after',
    sentence: 'PowerSchool at {url} asks for fewer requests.',
    action:
      'Wait. If this continues, raise "minimum time between requests" in the agent to the value set in PowerSchool.',
    meaning: 'The administrator set a minimum time between API requests of one plugin.',
  },
  POWERSCHOOL_FAILED: {
    retry: 'retry',
    sentence: 'PowerSchool at {url} failed with status {status} ({what}).',
    action: 'Wait. If this continues, look at the PowerSchool server log around this time.',
    meaning: 'The server failed. The agent never derives deletions from a failed reading.',
  },
  POWERSCHOOL_MALFORMED: {
    retry: 'retry',
    sentence: 'PowerSchool at {url} sent an answer that cannot be used ({what}): {reason}.',
    action: 'Wait. If this continues, send a support bundle.',
    meaning:
      'The answer had broken or truncated JSON, a missing column, or a value of the wrong type. The agent leaves the bucket unchanged.',
  },
  ROWS_LEFT_OUT: {
    retry: 'fix',
    sentence: '{count} left out, because the agent cannot turn them into records: {rows}. Everything else is sent.',
    action: 'Correct them in PowerSchool ({page}). "hallpass-agent status" lists all of them. The number is the DCID.',
    meaning:
      'A row lacks a required value, or a value is too long, is not a date, or contains an invisible control character; or PowerSchool returned a row twice with different values. The agent leaves such a row out. The relay keeps the last good record and lists the row as a problem; it deletes nothing. The message disappears with the cycle that reads the corrected row.',
  },
  RowLeftOut: {
    retry: 'fix',
    who: 'sis',
    sentence: '{row}{school} in PowerSchool is left out: {complaint}.',
    action: 'Correct it in PowerSchool ({page}). The number is the DCID of the row.',
    meaning:
      'The agent could not turn this row into a record. Hallpass keeps what it had of it before, deletes nothing, and continues with everything else. The problem disappears with the cycle that reads the corrected row, or when the row no longer exists.',
  },
  MemberRowLeftOut: {
    retry: 'fix',
    who: 'sis',
    sentence:
      'The {kind} in section {section} names {reference}, who is not in the class because of a problem in their own row: {complaint}.',
    action: 'Resolve the problem RowLeftOut of {reference} first; the {kind} then follows on its own.',
    meaning:
      'A class names a person whose row the agent left out. Hallpass provisions the rest of the class. When a class names somebody who is not provisioned for any other reason, the problem is InvalidLookupReference.',
  },
  MoreRowsLeftOut: {
    retry: 'fix',
    who: 'sis',
    sentence: 'PowerSchool has {count} more left-out rows than are listed here.',
    action: 'Correct the listed rows first; the others then appear in the list.',
    meaning: 'An agent lists 500 left-out rows and counts the rest.',
  },
  ROWS_UNUSABLE: {
    retry: 'fix',
    sentence:
      'PowerSchool sent {bucket} with {count} of {rows} rows that cannot be used; for example {reason} in {example}.',
    action:
      'Look at that row in PowerSchool ({page}). If the row is right, install the plugin again, because its query is at fault.',
    meaning:
      'More than half of the rows of a school and kind, and at least ten, cannot be used. That is not one typing mistake but an import or a changed query. The agent leaves this school and kind unchanged and sends everything else.',
  },
  SOURCE_INCOMPLETE: {
    retry: 'retry',
    sentence: 'The reading of {bucket} may be incomplete: {read} rows read, {counted} counted.',
    action: 'Wait: the agent reads it again in the next cycle, and sends no deletion until then.',
    meaning:
      'Rows changed during the reading, or an answer was cut short. This is normal now and then on a busy server.',
  },
  SOURCE_KIND_EMPTY: {
    retry: 'fix',
    sentence: 'PowerSchool suddenly has no {kinds} at all, where it had {before}.',
    action:
      'Check PowerSchool. If it really should be empty (a new system), stop the service and run "hallpass-agent sync --once --accept-empty {kind}".',
    meaning:
      'All records of one kind vanished at once. A lost permission, a failed import or a restored database is more likely than a real deletion, so Hallpass deletes nothing.',
  },
} as const satisfies Record<string, Entry>;
