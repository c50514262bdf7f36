import type { Entry } from './entry.ts';

export const linkErrors = {
  RELAY_ADDRESS_INSECURE: {
    retry: 'fix',
    sentence: 'The relay address {url} is not encrypted.',
    action:
      'Use an https:// (or wss://) address. Only this computer itself (127.0.0.1, localhost, ::1) may use plain http or ws.',
    meaning: 'Rosters never cross a network unencrypted; no option allows that.',
  },
  RELAY_UNREACHABLE: {
    retry: 'retry',
    sentence: 'Cannot reach the relay at {url}: {reason}.',
    action: 'Check the address, and check that the network allows outbound connections to this host and port.',
    meaning:
      'Name resolution, the connection or the TLS handshake failed. The agent reconnects on its own after increasing pauses.',
  },
  RELAY_TLS_UNTRUSTED: {
    retry: 'fix',
    sentence: 'The certificate of the relay at {url} is not trusted: {reason}.',
    action:
      'If "{issuer}" is the authority of your own network (a filter that inspects TLS) or of the relay operator, save its certificate (PEM or DER) and run "hallpass-agent configure --relay-ca FILE", or add it to the root certificates that this computer trusts (those of the computer, not of one user) and restart the agent.',
    meaning:
      'The certificate chain ends neither in a well-known authority, nor in one that this computer trusts, nor in one from the CA file. If nobody in your district knows the authority, ask; do not trust it. You cannot switch off verification.',
  },
  RELAY_TLS_INVALID: {
    retry: 'fix',
    sentence: 'The certificate of the relay at {url} is not accepted: {reason}.',
    action:
      'Check the address of the relay and the clock of this computer. If both are right, contact the relay operator.',
    meaning: 'It has expired, is not valid yet, or is for another name. A CA file does not change that.',
  },
  RELAY_INTERCEPTED: {
    retry: 'fix',
    sentence: 'Something on the network answered instead of the relay at {url}: {what}.',
    action: '{action}',
    meaning:
      'A filter, a sign-in page ("captive portal") or a proxy that does not support WebSockets answered, or the address is not a relay\'s. If the certificate shows on which side this happened, the next step says whom to ask. The agent keeps trying.',
  },
  RELAY_UPGRADE_LOST: {
    retry: 'fix',
    sentence:
      'The agent reached the relay at {url}, but its WebSocket request arrived as an ordinary request: {where}.',
    action: '{action}',
    meaning:
      "A proxy between agent and relay drops the WebSocket headers (Upgrade, Connection). It can be on either side: the operator's reverse proxy, or a district filter that inspects TLS. If the certificate is from a well-known authority, it can only be the operator's. The agent keeps trying.",
  },
  RELAY_REFUSED: {
    retry: 'retry',
    sentence: 'The relay at {url} refused the connection with status {status}.',
    action: 'Wait. If this continues, contact the relay operator.',
    meaning:
      'The relay is starting, or a proxy in front of it answered instead (502, 503, 504). When the relay itself refuses, it says why.',
  },
  AGENT_UNKNOWN: {
    retry: 'fix',
    sentence: 'The relay at {url} does not know this agent, or has revoked it.',
    action: 'Ask the relay operator for a new code, and run "hallpass-agent setup", which asks for it.',
    meaning:
      'The relay answered the upgrade with 401 or 403, or closed the connection with the code for "revoked". The agent stops trying.',
  },
  AGENT_REPLACED: {
    retry: 'fix',
    sentence: "Another connection with this agent's identity took over.",
    action:
      'Ignore this if it happens once. If it happens again, stop the copy of the agent, or enroll the copy with its own code.',
    meaning:
      'The agent was started a second time, or somebody else used its identity. It reconnects after a minute; see AGENT_COPIED.',
  },
  AGENT_COPIED: {
    retry: 'fix',
    sentence: "Another program with this agent's identity took over {count} times in a row.",
    action: 'Stop the copy, or enroll it with its own code: two computers must not run with the same state folder.',
    meaning:
      'This happens after somebody clones a virtual machine: the two keep replacing each other. The agent reconnects after pauses that grow to an hour.',
  },
  AGENT_TOKEN_INVALID: {
    retry: 'fix',
    sentence: "The relay refused the agent's token at the upgrade: {reason}.",
    action: "Check the clock of the agent's computer. If it is right, enroll again.",
    meaning:
      "Tokens are valid for one minute, and the relay tolerates clocks that are 30 seconds off. The agent adjusts its tokens to the time in the relay's answer if its own clock is up to a day off.",
  },
  ENROLLMENT_CODE_INVALID: {
    retry: 'fix',
    sentence: 'The enrollment code was not accepted by {url}.',
    action: 'Ask for a new code: each works once, for 10 minutes.',
    meaning:
      'The code is wrong, expired or already used. The relay does not say which, so that nobody can guess codes.',
  },
  ATTEMPTS_EXCEEDED: {
    retry: 'retry-after',
    sentence: 'The relay refused too many attempts from this network address.',
    action: 'Wait a minute and try again.',
    meaning:
      'The relay counts enrollments and refused connections per address, so that nobody can guess codes or tokens.',
  },
  RELAY_BUSY: {
    retry: 'retry-after',
    sentence: 'The relay is not accepting new connections or requests right now.',
    action: 'Try again in a few seconds; agents do so on their own.',
    meaning: 'The relay is shutting down for an update, or too many agents are connecting at once.',
  },
  PROTOCOL_UNSUPPORTED: {
    retry: 'fix',
    sentence: 'Agent and relay have no protocol version in common (agent {agent}, relay {relay}).',
    action: 'Update the older of the two.',
    meaning: 'The relay supports old protocol versions for as long as it can; a very old agent needs an update.',
  },
  SOURCE_OTHER: {
    retry: 'fix',
    who: 'operator',
    sentence: 'The agents of this district read the PowerSchool server {known}, but this agent reads {server}.',
    action:
      'If it is the same PowerSchool under a new name (moved, renamed, or reinstalled with its old data), accept it: "hallpass-relay tenant accept {tenant} {server}". Otherwise add its schools to the relay as a separate district.',
    meaning:
      'Each PowerSchool server numbers its records itself: number 12 on one server is not number 12 on another. So a district has one server, that of the first agent. Agents before 0.3.0 do not say which server they read, and the relay accepts them.',
  },
  SOURCE_REFUSED: {
    retry: 'fix',
    sentence: 'The relay does not accept this PowerSchool server: {reason}',
    action:
      'If it is the same PowerSchool under a new name, ask the relay operator to accept it. Otherwise correct the address ("hallpass-agent configure --powerschool-url"), or enroll with a code for the right district.',
    meaning:
      'Another agent of the district reads another PowerSchool server; see SOURCE_OTHER. The agent sent nothing, and asks again every minute.',
  },
  UPGRADE_MISSING: {
    retry: 'fix',
    sentence:
      'The WebSocket request arrived as an ordinary request (agent none, relay {relay}); it came through {who}.',
    action:
      'Let the proxy pass WebSockets. At the relay, use a configuration from docs/relay.md (nginx, Apache, HAProxy or Caddy); in the district, exempt this host from the filter.',
    meaning:
      'A proxy between agent and relay removed the headers Upgrade and Connection. The relay logs the address of the request (agent.upgrade-missing).',
  },
  PATH_UNKNOWN: {
    retry: 'fix',
    sentence: 'The relay has nothing at {path}.',
    action: "Correct the address: use the relay's address alone, without a path.",
    meaning: 'The server is a relay, but it has no such path.',
  },
  METHOD_NOT_ALLOWED: {
    retry: 'fix',
    sentence: 'The relay does not accept {method} at this path, only {allowed}.',
    action: 'Use one of those methods; /api/v1/openapi.json lists what each path of the API accepts.',
    meaning: 'The path exists, with other methods. The header Allow lists them. The relay did nothing.',
  },
  REQUEST_MALFORMED: {
    retry: 'fix',
    sentence: 'The relay cannot read the request: {reason}.',
    action:
      'Correct the program that sends it. If that is an agent, look for a proxy or filter that changes its requests.',
    meaning:
      'What arrived is not HTTP, or not all of it: another protocol, headers of more than 16 KB, or a request that was not complete within 30 seconds. The status says which (400, 405, 408, 417, 431). The relay did nothing.',
  },
  FRAME_MALFORMED: {
    retry: 'bug',
    sentence: 'A message between agent and relay cannot be read: {reason}.',
    action: 'Report it if agent and relay have the same version; otherwise update the older one.',
    meaning:
      'The message is not JSON or gzip, or a field is missing or has the wrong type. The receiver drops the whole message and keeps the connection, unless there are many of them.',
  },
  FRAME_TOO_LARGE: {
    retry: 'bug',
    sentence: 'A message between agent and relay is larger than {limit} bytes.',
    action: 'Report it.',
    meaning:
      'Limits apply before and after decompression, and are lower for kinds of messages that are never long, so that neither side can exhaust the other.',
  },
  FRAME_TOO_COMPLEX: {
    retry: 'bug',
    sentence: 'A message between agent and relay has more than {limit}.',
    action: 'Report it.',
    meaning:
      'The receiver counts depth and number of values before it parses a message, so that a small message cannot exhaust it.',
  },
  RECORDS_NOT_WANTED: {
    retry: 'bug',
    sentence: 'The agent sent {what}, which no profile asks for.',
    action: 'Update the agent. If it has the same version as the relay, report it.',
    meaning:
      "The relay's welcome says which schools and optional properties it wants. It refuses a whole batch that contains anything else and stores none of it; many such batches end the connection.",
  },
  LINK_LIMIT_EXCEEDED: {
    retry: 'retry-after',
    sentence: 'The relay closed the connection of this agent: {reason}.',
    action:
      'Wait. If this continues, update the agent; if that does not help, report it with the file that "hallpass-agent support-bundle" writes.',
    meaning:
      'The agent sent too many unusable messages, too many pings, or opened too many connections in a short time. An agent that works properly never does that; another program may be using its identity. The relay accepts the agent again after a pause that grows from 10 seconds to 10 minutes.',
  },
  MESSAGE_UNKNOWN: {
    retry: 'fix',
    sentence: 'This version does not know the message type "{type}".',
    action: 'Update the older of agent and relay if something does not work; otherwise ignore this.',
    meaning:
      'The newer side uses a message that this version does not have. The receiver answers with this error and otherwise ignores the message.',
  },
  LINK_OUT_OF_ORDER: {
    retry: 'retry',
    sentence: 'The message {type} is out of order: {reason}.',
    action: "Wait: the agent reconnects and compares its state with the relay's.",
    meaning:
      'For example a batch outside a cycle, a gap in the sequence, or a second hello. Both sides compare their state after the reconnect, so nothing is lost.',
  },
  LINK_LOST: {
    retry: 'retry',
    sentence: 'The connection to the relay at {url} was lost: {reason}.',
    action: 'Wait: the agent reconnects on its own.',
    meaning:
      'Agent and relay find a half-open connection within two ping intervals, by missing answers; they also end a connection on which acknowledgments stop arriving.',
  },
} as const satisfies Record<string, Entry>;
