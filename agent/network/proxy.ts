/** Which proxy is used for each of the two servers: decided by the settings, else by the environment. */
import { z } from 'zod';
import { fail } from '../../shared/errors.ts';
import { bypassEntries, isBypassed } from '../../shared/proxy-bypass.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import { noProxy, proxyAddress } from '../model/addresses.ts';

export type Destination = 'powerschool' | 'relay';

/** As in settings.json. */
export interface ProxySettings {
  url?: string | undefined;
  caFile?: string | undefined;
  bypass?: string[] | undefined;
  for: Destination | 'both';
}

/** A colon would end the user name (RFC 7617 §2). */
export const proxySignInSchema = z.strictObject({
  username: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^:]+$/),
  password: z.string().max(1000),
});
export type ProxySignIn = z.infer<typeof proxySignInSchema>;

/** A user name and password that leave this object only as the header for the proxy: never in a log or JSON. */
export class ProxyCredentials {
  readonly #header: string;

  constructor({ username, password }: ProxySignIn) {
    this.#header = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  /** Value of Proxy-Authorization (RFC 7617, UTF-8). */
  get header(): string {
    return this.#header;
  }
}

export interface ProxyChoice {
  /** Without user name and password. */
  url: URL;
  credentials: ProxyCredentials | undefined;
  /** Its source: "the settings", or the name of an environment variable. */
  from: string;
}

export interface HttpProxy extends ProxyChoice {
  /** Authorities trusted for the proxy's own certificate, PEM. */
  ca: string[];
}

/** How a server is reached: which authorities to trust, and through which proxy. */
export interface Way {
  /** Trusted authorities, PEM. */
  ca: string[];
  proxy?: HttpProxy | undefined;
}

/**
 * The proxy for a URL, or undefined when it is reached directly.
 *
 * A setting takes the place of its variable in the environment: `proxy.url` of `https_proxy`, `proxy.bypass` of
 * `no_proxy`. Lower case overrides upper case. `http_proxy` is ignored: nothing unencrypted leaves this computer.
 *
 * @throws HallpassError SETTING_INVALID when the environment's value is not the address of a proxy
 */
export function proxyFor(
  destination: Destination,
  url: URL,
  { proxy }: { proxy: ProxySettings },
  signIn: ProxySignIn | null,
  env: NodeJS.ProcessEnv,
): ProxyChoice | undefined {
  if (proxy.for !== 'both' && proxy.for !== destination) return undefined;
  const bypass = proxy.bypass ?? bypassEntries(env.no_proxy ?? env.NO_PROXY ?? '');
  if (isBypassed(url, bypass)) return undefined;
  if (proxy.url === noProxy) return undefined;
  if (proxy.url !== undefined) {
    const credentials = signIn === null ? undefined : new ProxyCredentials(signIn);
    return { url: proxyAddress(proxy.url, 'proxy.url'), credentials, from: 'the settings' };
  }
  const from = env.https_proxy !== undefined ? 'https_proxy' : 'HTTPS_PROXY';
  const value = env[from] ?? '';
  return value === '' ? undefined : { ...fromEnvironment(value, from), from };
}

/**
 * {@link proxyFor}, ready for use.
 *
 * @throws HallpassError SETTING_INVALID, FILE_UNREADABLE, CA_FILE_INVALID
 */
export async function openProxy(
  destination: Destination,
  url: URL,
  { settings, proxySignIn }: { settings: { proxy: ProxySettings }; proxySignIn: ProxySignIn | null },
  env: NodeJS.ProcessEnv,
): Promise<HttpProxy | undefined> {
  const choice = proxyFor(destination, url, settings, proxySignIn, env);
  return choice && { ...choice, ca: await trustedAuthorities(settings.proxy.caFile) };
}

/** `http://user:password@proxy:8080`; the scheme may be missing, as everywhere else. */
function fromEnvironment(value: string, variable: string): Omit<ProxyChoice, 'from'> {
  const [, scheme = 'http://', userinfo, rest = ''] =
    /^([a-z][a-z\d+.-]*:\/\/)?(?:(.*)@)?(.*)$/i.exec(value.trim()) ?? [];
  const url = proxyAddress(`${scheme}${rest}`, variable);
  if (userinfo === undefined) return { url, credentials: undefined };
  const [username = '', ...password] = userinfo.split(':');
  try {
    const signIn = { username: decodeURIComponent(username), password: decodeURIComponent(password.join(':')) };
    return { url, credentials: new ProxyCredentials(signIn) };
  } catch {
    throw fail('SETTING_INVALID', { setting: variable, reason: 'its user name or password is not percent-encoded' });
  }
}
