import type { Entry } from './entry.ts';

export const networkErrors = {
  PROXY_UNREACHABLE: {
    retry: 'retry',
    sentence: 'Cannot reach the proxy {proxy}: {reason}.',
    action: 'Check the proxy\'s address: "hallpass-agent configure --proxy URL", or https_proxy of the service.',
    meaning:
      'The name did not resolve, the connection was refused or timed out, or the server does not speak HTTP (or speaks TLS although the address starts with http://, or the reverse). The agent tries again on its own.',
  },
  PROXY_TLS_UNTRUSTED: {
    retry: 'fix',
    sentence: 'The certificate of the proxy {proxy} is not accepted: {reason}.',
    action:
      'Check the proxy\'s address. If its certificate comes from a private authority, pass that with "hallpass-agent configure --proxy-ca FILE" (PEM or DER), or add it to the root certificates that this computer trusts (those of the computer, not of one user) and restart the agent.',
    meaning:
      'The agent trusts the well-known authorities, those that this computer trusts, and those in the CA file. Only a proxy whose address starts with https:// has its own certificate. You cannot switch off verification.',
  },
  PROXY_AUTH_REQUIRED: {
    retry: 'fix',
    sentence: 'The proxy {proxy} asks for a sign-in: {detail}.',
    action:
      'Set user name and password with "hallpass-agent configure --proxy-credentials-file FILE", or have {target} exempted from the sign-in.',
    meaning:
      'The proxy answered 407 or another status that asks for credentials (tinyproxy answers 401 to a wrong password). Hallpass signs in with Basic.',
  },
  PROXY_AUTH_UNSUPPORTED: {
    retry: 'fix',
    sentence: 'The proxy {proxy} accepts only {schemes} as a sign-in, which Hallpass does not support.',
    action:
      'Ask the people who run the proxy to exempt {target} from the sign-in. Or run a small proxy on this computer that signs in for the agent (cntlm for NTLM; px for NTLM, Negotiate and Digest) and use that one: "hallpass-agent configure --proxy http://127.0.0.1:3128".',
    meaning:
      'Hallpass signs in to proxies with Basic. Another user name or password does not help. Exempting this one host is simplest, because it needs no password on this computer.',
  },
  PROXY_PARENT_REFUSED: {
    retry: 'fix',
    sentence: 'cntlm at {proxy} cannot sign in to the proxy behind it.',
    action:
      'Check Username, Domain, Password and Auth in cntlm.conf, and restart cntlm. If the proxy behind it accepts only Negotiate (Kerberos), use px instead of cntlm. Or ask the people who run that proxy to exempt {target} from the sign-in.',
    meaning:
      'cntlm answers every refusal of the next proxy with a challenge of its own, Basic realm="Cntlm for parent". Another user name or password in Hallpass does not help: cntlm uses those of its own configuration.',
  },
  PROXY_REFUSED: {
    retry: 'fix',
    sentence: 'The proxy {proxy} does not allow a connection to {target}: it answered with status {status}.',
    action:
      'Ask the people who run the proxy to allow CONNECT to {target}. If this is a web server and not a proxy, correct the address of the proxy.',
    meaning:
      'A rule of the proxy forbids the connection, or the address belongs to a web server that is not a proxy (400, 405, 501).',
  },
  PROXY_FAILED: {
    retry: 'retry',
    sentence: 'The proxy {proxy} could not connect to {target}: {reason}.',
    action:
      'Check that the name and the port in {target} are right and that this server is running. If they are, ask the people who run the proxy whether the proxy can reach it.',
    meaning:
      'The proxy answered with 404 or 5xx, or not in time; the message quotes its own explanation if it gave one. The name or port is wrong, the server is down, or the proxy cannot reach it. The agent tries again on its own.',
  },
  PROXY_WEB_PAGE: {
    retry: 'fix',
    sentence: 'The proxy {proxy} answered with a web page instead of a connection to {target} (status {status}).',
    action: 'Have {target} exempted from sign-in pages and filters, or correct the address of the proxy.',
    meaning: 'It is a sign-in page ("captive portal"), a filter\'s notice, or a web server that is not a proxy.',
  },
} as const satisfies Record<string, Entry>;
