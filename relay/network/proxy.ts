/** Which proxy a connection of the relay takes: as HTTPS_PROXY and NO_PROXY of its environment say. */
import { fail, reasonOf } from '../../shared/errors.ts';
import { bypassEntries, isBypassed } from '../../shared/proxy-bypass.ts';

const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'] as const;

/** What the environment says of proxies, and nothing else of it: other threads get a copy. */
export type ProxyVariables = Readonly<Partial<Record<(typeof names)[number], string>>>;

export function proxyVariables(env: Readonly<Record<string, string | undefined>>): ProxyVariables {
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

export interface ForwardProxy {
  /** Without user name and password. */
  url: URL;
  /** Of the header Proxy-Authorization. */
  authorization: string | undefined;
}

/**
 * Undefined for what is reached directly. Lower case counts before upper case, and `http_proxy` for nothing: all that leaves the
 * relay is encrypted, or goes to this computer itself.
 *
 * @throws HallpassError RELAY_SETTING_INVALID when the variable holds no address of a proxy
 */
export function proxyFor(target: URL, env: ProxyVariables): ForwardProxy | undefined {
  const setting = env.https_proxy === undefined ? 'HTTPS_PROXY' : 'https_proxy';
  const value = env[setting]?.trim() ?? '';
  if (value === '' || isBypassed(target, bypassEntries(env.no_proxy ?? env.NO_PROXY ?? ''))) return undefined;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const reason = 'it must be the address of an HTTP proxy, such as http://proxy.example.org:8080';
    throw fail('RELAY_SETTING_INVALID', { setting, reason });
  }
  return { url: new URL(url.origin), authorization: signIn(url, setting) };
}

function signIn({ username, password }: URL, setting: string): string | undefined {
  if (username === '') return undefined;
  try {
    const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(plain).toString('base64')}`;
  } catch (cause) {
    throw fail(
      'RELAY_SETTING_INVALID',
      { setting, reason: `its user name or password: ${reasonOf(cause)}` },
      { cause },
    );
  }
}
