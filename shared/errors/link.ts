import type { Entry } from './entry.ts';

export const linkErrors = {
  RELAY_ADDRESS_INSECURE: {
    retry: 'fix',
    sentence: 'The relay address {url} is not encrypted.',
    action:
      'Use an https:// (or wss://) address. Plain http/ws is accepted for this computer itself (127.0.0.1, localhost, ::1) only.',
    meaning: 'Rosters never cross a network in the clear, and there is no option to allow it.',
  },
  RELAY_UNREACHABLE: {
    retry: 'retry',
    sentence: 'Cannot reach the relay at {url}: {reason}.',
    action: 'Check the address and that outbound connections to this host and port are allowed.',
    meaning: 'Name resolution, connection or TLS handshake failed. The agent reconnects by itself with growing pauses.',
  },
  RELAY_TLS_UNTRUSTED: {
    retry: 'fix',
    sentence: 'The certificate of the relay at {url} is not trusted: {reason}.',
    action:
      'If "{issuer}" is the authority of your own network (a filter that inspects TLS) or of the relay\'s operator, save its certificate (PEM or DER) and run "hallpass-agent configure --relay-ca FILE", or add it to the root certificates that this computer trusts (the computer\'s own, not those of one user) and start the agent again.',
    meaning:
      'The chain ends neither in a well-known authority, nor in one that this computer trusts, nor in one of the CA file. An authority that nobody in your district knows is a reason to ask, not to trust. Verification cannot be switched off.',
  },
  RELAY_TLS_INVALID: {
    retry: 'fix',
    sentence: 'The certificate of the relay at {url} is not accepted: {reason}.',
    action: 'Check the address of the relay and the clock of this computer; else tell the operator of the relay.',
    meaning: 'It has expired, is not valid yet, or is for another name. No CA file changes that.',
  },
  RELAY_INTERCEPTED: {
    retry: 'fix',
    sentence: 'Something on the way answered in place of the relay at {url}: {what}.',
    action: '{action}',
    meaning:
      'A filter, a sign-in page ("captive portal") or a proxy that does not know WebSockets, or the address is not that of a relay. Where the certificate shows on which side the answer was given, the next step says whom to ask. The agent keeps trying.',
  },
  RELAY_UPGRADE_LOST: {
    retry: 'fix',
    sentence: 'The relay at {url} was reached, but the request for a WebSocket arrived as an ordinary one: {where}.',
    action: '{action}',
    meaning:
      "A proxy between agent and relay leaves out the headers of a WebSocket (Upgrade, Connection). It can stand on either side: the reverse proxy of the operator, or a filter of the district that inspects TLS. Under a certificate of a well-known authority it can only be the operator's. The agent keeps trying.",
  },
  RELAY_REFUSED: {
    retry: 'retry',
    sentence: 'The relay at {url} refused the connection with status {status}.',
    action: 'Nothing to do if it passes; else ask the operator of the relay.',
    meaning:
      'The relay is starting, or a proxy in front of it answered in its place (502, 503, 504). A relay that refuses says why, in its own words.',
  },
  AGENT_UNKNOWN: {
    retry: 'fix',
    sentence: 'The relay at {url} does not know this agent or has revoked it.',
    action: 'Ask the operator of the relay for a new code, and run "hallpass-agent setup", which asks for it.',
    meaning:
      'The upgrade was answered with 401 or 403, or the connection was closed with the code for "revoked". The agent stops trying.',
  },
  AGENT_REPLACED: {
    retry: 'fix',
    sentence: 'Another connection with the identity of this agent took over.',
    action: 'Nothing to do if this happens once. If it goes on, stop the copy, or enroll it with a code of its own.',
    meaning:
      'The agent was started a second time, or somebody else used its identity. It comes back after a minute; see AGENT_COPIED.',
  },
  AGENT_COPIED: {
    retry: 'fix',
    sentence: 'Another program with the identity of this agent took over {count} times in a row.',
    action: 'Stop the copy, or enroll it with a code of its own: two machines must not run with the same state folder.',
    meaning:
      'Happens after cloning a virtual machine: both take the place of the other in turn. The agent comes back after a pause that grows to an hour.',
  },
  AGENT_TOKEN_INVALID: {
    retry: 'fix',
    sentence: 'The token at the upgrade was refused: {reason}.',
    action: 'Check the clock of the agent machine; else enroll again.',
    meaning:
      'Tokens live for one minute, and the relay tolerates clocks that are 30 seconds off. The agent corrects its tokens by the time in the answer of the relay, for clocks that are up to a day off.',
  },
  ENROLLMENT_CODE_INVALID: {
    retry: 'fix',
    sentence: 'The enrollment code was not accepted by {url}.',
    action: 'Ask for a new one: a code works once and for 10 minutes.',
    meaning: 'Wrong, expired or already used. The relay does not say which, so that nobody can try codes out.',
  },
  ATTEMPTS_EXCEEDED: {
    retry: 'retry-after',
    sentence: 'Too many refused attempts from this network address.',
    action: 'Wait a minute and try again.',
    meaning:
      'The relay counts enrollments and refused connections per address, so that nobody can try codes or tokens out.',
  },
  RELAY_BUSY: {
    retry: 'retry-after',
    sentence: 'The relay takes no new connections at this moment.',
    action: 'Nothing to do: the agent tries again by itself.',
    meaning: 'It is going down for an update, or very many agents are connecting at once.',
  },
  PROTOCOL_UNSUPPORTED: {
    retry: 'fix',
    sentence: 'Agent and relay have no protocol version in common (agent {agent}, relay {relay}).',
    action: 'Update the older of the two.',
    meaning: 'The relay keeps old protocol versions for as long as it can; a very old agent must be updated.',
  },
  SOURCE_OTHER: {
    retry: 'fix',
    who: 'operator',
    sentence: 'This district is read from the PowerSchool server {known}, and this agent reads from {server}.',
    action:
      'If it is the same PowerSchool under a new name (moved, renamed, reinstalled with its old data), accept it: "hallpass-relay tenant accept {tenant} {server}". Else give its schools a district of their own at the relay.',
    meaning:
      'Ids of PowerSchool are counted on each server: number 12 of one is not number 12 of another. So a district has one server, that of the agent that came first. Agents before 0.3.0 do not say which one they read, and are taken.',
  },
  SOURCE_REFUSED: {
    retry: 'fix',
    sentence: 'The relay does not take this PowerSchool server: {reason}',
    action:
      'If it is the same PowerSchool under a new name, the operator of the relay can accept it. Else correct the address ("hallpass-agent configure --powerschool-url"), or enroll with a code of the right district.',
    meaning:
      'Another agent of the district reads another PowerSchool server; see SOURCE_OTHER. Nothing was sent. The agent asks again every minute.',
  },
  UPGRADE_MISSING: {
    retry: 'fix',
    sentence: 'The request for a WebSocket arrived as an ordinary one (agent none, relay {relay}); it came by {who}.',
    action:
      'Let the proxy pass WebSockets: at the relay, docs/relay.md has configurations for nginx, Apache, HAProxy and Caddy; in the district, let this host pass without a filter.',
    meaning:
      'A proxy on the way took the headers Upgrade and Connection away. The relay logs the address that it came from (agent.upgrade-missing).',
  },
  PATH_UNKNOWN: {
    retry: 'fix',
    sentence: 'The relay has nothing at {path}.',
    action: 'Check the address: it is that of the relay alone, without a path.',
    meaning: 'The server is a relay, but the path of the address is not one of its own.',
  },
  FRAME_MALFORMED: {
    retry: 'bug',
    sentence: 'A message on the link cannot be read: {reason}.',
    action: 'If agent and relay are of the same version, please report it.',
    meaning:
      'Not JSON, not gzip, or a field is missing or of the wrong type. The message is dropped as a whole; the connection stays, unless there are many of them.',
  },
  FRAME_TOO_LARGE: {
    retry: 'bug',
    sentence: 'A message on the link is larger than {limit} bytes.',
    action: 'Please report it.',
    meaning:
      'Limits hold before and after decompression, and are lower for messages that are never long, so that no peer can exhaust the other.',
  },
  FRAME_TOO_COMPLEX: {
    retry: 'bug',
    sentence: 'A message on the link has more than {limit}.',
    action: 'Please report it.',
    meaning:
      'Depth and number of values are counted before a message is parsed, so that no peer can exhaust the other with a small one.',
  },
  RECORDS_NOT_WANTED: {
    retry: 'bug',
    sentence: 'The agent sent {what}, which no profile asks for.',
    action: 'Update the agent; if it is of the same version as the relay, please report it.',
    meaning:
      'The relay says in its welcome which schools and which optional properties are wanted. A batch with anything else is refused as a whole, and nothing of it is stored; many of them end the connection.',
  },
  LINK_LIMIT_EXCEEDED: {
    retry: 'retry-after',
    sentence: 'The relay ended the connection of this agent: {reason}.',
    action:
      'Nothing to do if it passes; else update the agent, and report it with "hallpass-agent support" if that does not help.',
    meaning:
      'Too many messages that cannot be used, too many pings, or too many connections in a short time. No agent of ours does that in good order; another program may be using its identity. The relay takes the agent again after a pause that grows from 10 seconds to 10 minutes.',
  },
  MESSAGE_UNKNOWN: {
    retry: 'fix',
    sentence: 'The message type "{type}" is not known here.',
    action: 'Update the older of agent and relay if something does not work; else ignore it.',
    meaning: 'A newer peer uses a message this version does not have. It is answered and otherwise ignored.',
  },
  LINK_OUT_OF_ORDER: {
    retry: 'retry',
    sentence: 'The message {type} does not fit here: {reason}.',
    action: 'Nothing to do: the agent reconnects and compares.',
    meaning:
      'A batch outside a cycle, a gap in the sequence, a second hello. State is compared again after the reconnect, so nothing is lost.',
  },
  LINK_LOST: {
    retry: 'retry',
    sentence: 'The connection to the relay at {url} was lost: {reason}.',
    action: 'Nothing to do: the agent reconnects by itself.',
    meaning:
      'Half-open connections are found by missing answers within two ping intervals; acknowledgements that stop moving end the connection, too.',
  },
} as const satisfies Record<string, Entry>;
