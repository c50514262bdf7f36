import type { Entry } from './entry.ts';

export const networkErrors = {
  PROXY_UNREACHABLE: {
    retry: 'retry',
    sentence: 'Cannot reach the proxy {proxy}: {reason}.',
    action: 'Check the proxy\'s address: "hallpass-agent configure --proxy URL", or https_proxy of the service.',
    meaning:
      'The name did not resolve, the connection was refused or timed out, or what answers does not speak HTTP. The agent tries again by itself.',
  },
  PROXY_TLS_UNTRUSTED: {
    retry: 'fix',
    sentence: 'The certificate of the proxy {proxy} is not accepted: {reason}.',
    action:
      'Check the proxy\'s address. If its certificate comes from a private authority, give that with "hallpass-agent configure --proxy-ca FILE".',
    meaning:
      'Only a proxy whose address begins with https:// has a certificate of its own. Verification cannot be switched off.',
  },
  PROXY_AUTH_REQUIRED: {
    retry: 'fix',
    sentence: 'The proxy {proxy} asks for a sign-in: {detail}.',
    action:
      'Give user name and password with "hallpass-agent configure --proxy-credentials-file FILE", or have {target} exempted from the sign-in.',
    meaning:
      'The proxy answered 407. Hallpass signs in with Basic; a proxy that takes only Negotiate, Kerberos or NTLM needs an exemption for the one host.',
  },
  PROXY_REFUSED: {
    retry: 'fix',
    sentence: 'The proxy {proxy} does not allow a connection to {target}: it answered with status {status}.',
    action: 'Ask whoever runs the proxy to allow CONNECT to {target}.',
    meaning: 'A rule of the proxy, or the address is of a web server that is no proxy at all (405, 400, 404).',
  },
  PROXY_FAILED: {
    retry: 'retry',
    sentence: 'The proxy {proxy} could not connect to {target}: {reason}.',
    action: 'Nothing to do if it passes; else ask whoever runs the proxy whether it can reach {target}.',
    meaning: 'The proxy answered with 5xx, or not in time. The agent tries again by itself.',
  },
  PROXY_WEB_PAGE: {
    retry: 'fix',
    sentence: 'The proxy {proxy} answered with a web page in place of a connection to {target} (status {status}).',
    action: 'Have {target} exempted from sign-in pages and filters, or correct the address of the proxy.',
    meaning: 'A sign-in page ("captive portal"), a filter\'s notice, or a web server that is no proxy.',
  },
} as const satisfies Record<string, Entry>;
