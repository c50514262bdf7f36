import type { Entry } from './entry.ts';

export const powerschoolErrors = {
  POWERSCHOOL_ADDRESS_INSECURE: {
    retry: 'fix',
    sentence: 'The PowerSchool address {url} is not encrypted.',
    action:
      'Use an https:// address. Plain http is accepted for this computer itself (127.0.0.1, localhost, ::1) only.',
    meaning: 'Client secret and rosters would cross the network in the clear; there is no option to allow it.',
  },
  POWERSCHOOL_UNREACHABLE: {
    retry: 'retry',
    sentence: 'Cannot reach PowerSchool at {url}: {reason}.',
    action: 'Check the address, that the server is up, and that this computer may open the port.',
    meaning:
      'The name did not resolve, the connection was refused or timed out. Normal during a restart of PowerSchool.',
  },
  POWERSCHOOL_TLS_UNTRUSTED: {
    retry: 'fix',
    sentence: 'The certificate of PowerSchool at {url} is not trusted: {reason}.',
    action:
      'If "{issuer}" is your own authority, save its certificate (PEM or DER) and run "hallpass-agent configure --powerschool-ca FILE", or add it to the root certificates that this computer trusts (the computer\'s own, not those of one user) and start the agent again.',
    meaning:
      'PowerSchool uses a private or self-signed certificate, or something on the way inspects TLS. Trusted are the well-known authorities, those that this computer trusts, and those in the CA file. Verification cannot be switched off.',
  },
  POWERSCHOOL_TLS_INVALID: {
    retry: 'fix',
    sentence: 'The certificate of PowerSchool at {url} is not accepted: {reason}.',
    action: 'Use the name that is in the certificate, or renew the certificate on the PowerSchool server.',
    meaning:
      'It has expired, is not valid yet (check the clock of this computer), or is for another name. No CA file changes that.',
  },
  POWERSCHOOL_SECRET_REFUSED: {
    retry: 'fix',
    sentence: 'PowerSchool at {url} refused the client id and secret ({detail}).',
    action:
      'Check that the plugin is enabled and copy client id and secret again from its Data Provider Configuration page. The agent tries the same ones again in {minutes} min, other ones at once, and "hallpass-agent check" whenever you ask.',
    meaning:
      'The token request was answered with 401, or a fresh token was. It also happens while the plugin is disabled, for instance during an upgrade, or after it was deleted and installed again. So that no account is locked, the agent waits 1, 5, 15 and from then on 60 minutes, also across restarts; other credentials (`configure`) are tried at once.',
  },
  POWERSCHOOL_WRONG_HOST: {
    retry: 'fix',
    sentence: 'There is no PowerSchool API at {url}: the token address answered {status}.',
    action:
      'Use the address that teachers open in the browser, without a path, for instance https://powerschool.example.org.',
    meaning: 'The server answers, but it is not PowerSchool or not the API node.',
  },
  POWERSCHOOL_MAINTENANCE: {
    retry: 'retry',
    sentence: 'PowerSchool at {url} is in maintenance: it answered with a web page in place of data.',
    action: 'Nothing to do: the agent tries again by itself and sends nothing until PowerSchool is back.',
    meaning:
      'Hosted servers redirect every request to a message page with status 200 during maintenance. Nothing read in that time is used.',
  },
  POWERSCHOOL_QUERY_MISSING: {
    retry: 'fix',
    sentence: 'PowerSchool does not know the query {query}.',
    action:
      'Install and enable the plugin written by "hallpass-agent plugin", in the version that belongs to this agent.',
    meaning: 'The plugin is an older version, is not enabled, or its query was refused silently by PowerSchool.',
  },
  POWERSCHOOL_V1_DENIED: {
    retry: 'fix',
    sentence: 'PowerSchool at {url} does not let the plugin use /ws/v1: "{detail}".',
    action:
      'Open the plugin\'s Data Provider Configuration page in PowerSchool and set the access level of the V1 API to READ, or install the plugin written by "hallpass-agent plugin --variant rest", which asks for it.',
    meaning:
      'Since PowerSchool 25.2 a plugin needs this right, and one that was installed before does not have it. Nothing is wrong with client id, secret or token, so no new token is asked for.',
  },
  POWERSCHOOL_NOTHING_TO_READ: {
    retry: 'fix',
    sentence: 'There is no way to read PowerSchool: {reason}',
    action:
      'Install and enable the plugin written by "hallpass-agent plugin", in the version that belongs to this agent. Where only /ws/v1 may be used, write it with "--variant rest".',
    meaning:
      'The agent was left to choose how it reads PowerSchool (setting "source": auto), and found neither the queries of its plugin nor an open /ws/v1.',
  },
  POWERSCHOOL_ACCESS_DENIED: {
    retry: 'fix',
    sentence: 'PowerSchool does not grant the plugin access to {fields} (query {query}).',
    action: 'Open the plugin in PowerSchool, approve its access request, and enable it again.',
    meaning: 'The plugin was installed, but one or more columns of its access request were not approved.',
  },
  POWERSCHOOL_THROTTLED: {
    retry: 'retry-after',
    sentence: 'PowerSchool at {url} asks for fewer requests.',
    action:
      'Nothing to do; if it lasts, raise "minimum time between requests" in the agent to the value set in PowerSchool.',
    meaning: 'The administrator has set a minimum time interval between API requests of one plugin.',
  },
  POWERSCHOOL_FAILED: {
    retry: 'retry',
    sentence: 'PowerSchool at {url} failed with status {status} ({what}).',
    action: 'Nothing to do if it passes; else look into the PowerSchool server log at this time.',
    meaning: 'An error of the server. Deletes are never derived from a failed reading.',
  },
  POWERSCHOOL_MALFORMED: {
    retry: 'retry',
    sentence: 'PowerSchool at {url} sent an answer that cannot be used ({what}): {reason}.',
    action: 'Nothing to do if it passes; else send a support bundle.',
    meaning:
      'Broken or truncated JSON, a missing column, or a value that is not of its type. The bucket concerned is left as it was.',
  },
  ROWS_LEFT_OUT: {
    retry: 'fix',
    sentence: '{count} left out, because no record can be made of them: {rows}. Everything else is sent.',
    action: 'Correct it in PowerSchool ({page}). "hallpass-agent status" lists all of them. The number is the DCID.',
    meaning:
      'A row lacks a value that a record cannot be without, or a value is too long, no date, or has an invisible control character; or PowerSchool has a row twice with different values. Such a row is left out of what is sent. The relay keeps the last good record, and lists the row among its problems; nothing is deleted. The message ends by itself with the cycle that reads the corrected row.',
  },
  RowLeftOut: {
    retry: 'fix',
    who: 'sis',
    sentence: '{row}{school} in PowerSchool is left out: {complaint}.',
    action: 'Correct it in PowerSchool ({page}). The number is the DCID of the row.',
    meaning:
      'The agent could make no record of this row of PowerSchool. What Hallpass had of it before stays as it was, nothing is deleted, and everything else goes on. The problem ends with the cycle that reads the corrected row, or when the row is really gone.',
  },
  MemberRowLeftOut: {
    retry: 'fix',
    who: 'sis',
    sentence:
      'The {kind} in section {section} names {reference}, who is not in the class because of their own row: {complaint}.',
    action: 'Resolve the problem RowLeftOut of {reference} first; the {kind} then follows by itself.',
    meaning:
      'A class names somebody of whom the agent could make no record. The rest of the class is provisioned. Other reasons why a class names somebody whom nobody provisions are reported as InvalidLookupReference.',
  },
  MoreRowsLeftOut: {
    retry: 'fix',
    who: 'sis',
    sentence: '{count} more rows of PowerSchool are left out than are listed here.',
    action: 'Correct those that are listed; the rest is listed as they go.',
    meaning: 'An agent lists 500 of the rows that it leaves out, and counts the rest.',
  },
  ROWS_UNUSABLE: {
    retry: 'fix',
    sentence:
      'PowerSchool sent {bucket} with {count} of {rows} rows that cannot be used; for example {reason} in {example}.',
    action:
      'Look at that row in PowerSchool ({page}). If it is right there, install the plugin again: then its query is at fault.',
    meaning:
      'More than half of the rows of a school and kind cannot be used, at least ten: that is no single mistake, but an import, or a query that was changed. The school and kind stay as they were, everything else is sent.',
  },
  SOURCE_INCOMPLETE: {
    retry: 'retry',
    sentence: 'The reading of {bucket} is not proven complete: {read} rows read, {counted} counted.',
    action: 'Nothing to do: it is read again in the next cycle, and no deletion is sent until then.',
    meaning:
      'Rows were changing while they were read, or an answer was cut short. Normal now and then on a busy server.',
  },
  SOURCE_KIND_EMPTY: {
    retry: 'fix',
    sentence: 'PowerSchool suddenly has no {kinds} at all, where it had {before}.',
    action:
      'Check PowerSchool. If it is really meant (an empty system), stop the service and run "hallpass-agent sync --once --accept-empty {kind}".',
    meaning:
      'All records of a kind vanished at once: more likely a lost permission, a failed import or a restored database than the truth. Nothing is deleted.',
  },
} as const satisfies Record<string, Entry>;
