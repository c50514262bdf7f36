/** `POST /oauth/access_token` and its tokens: one per client, issued again with its remaining life. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { type Call, json, type Reply } from './http.ts';
import type { Plugin, PluginRegistry } from './plugin/registry.ts';

/** 30 days, as remaining lives seen on real servers suggest. */
export const defaultTokenSeconds = 2_592_000;

interface Token {
  value: string;
  clientId: string;
  expiresAt: number;
}

export class OAuth {
  readonly #plugins: PluginRegistry;
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #tokens = new Map<string, Token>();

  constructor(plugins: PluginRegistry, clock: Clock, seconds: number) {
    this.#plugins = plugins;
    this.#clock = clock;
    this.#seconds = seconds;
  }

  /** The token endpoint. */
  async grant(call: Call): Promise<Reply> {
    if (call.method !== 'POST') return json(405, { error: 'invalid_request' }, { allow: 'POST' });
    const plugin = this.#client(call.headers.authorization);
    if (plugin?.credentials === undefined) return json(401, { error: 'invalid_client' });
    const form = new URLSearchParams((await call.body(10_000)).toString('utf8'));
    const formType = /^application\/x-www-form-urlencoded\b/i.test(call.headers['content-type'] ?? '');
    if (!formType || !form.has('grant_type')) return json(400, { error: 'invalid_request' });
    if (form.get('grant_type') !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' });
    const token = this.#tokenOf(plugin.credentials.clientId);
    return json(200, {
      access_token: token.value,
      token_type: 'Bearer',
      expires_in: String(Math.floor((token.expiresAt - this.#clock.now()) / 1000)),
    });
  }

  /** The enabled plugin that the request's token belongs to, or a 401. */
  authenticate(call: Call): Plugin | Reply {
    const [, value] = /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? '') ?? [];
    if (value === undefined) return { status: 401, headers: { 'www-authenticate': 'Bearer realm="PowerSchool"' } };
    const token = this.#tokens.get(value);
    if (token === undefined) return unauthorized('The access token is invalid');
    if (token.expiresAt <= this.#clock.now()) return unauthorized('The access token has expired');
    return this.#plugins.enabledClient(token.clientId) ?? unauthorized('The access token is invalid');
  }

  /** Ends the life of all tokens; the next request is told that its token has expired. */
  expireAll(): void {
    for (const token of this.#tokens.values()) token.expiresAt = this.#clock.now();
  }

  /** Forgets all tokens. */
  revokeAll(): void {
    this.#tokens.clear();
  }

  #client(authorization: string | undefined): Plugin | undefined {
    const [, encoded = ''] = /^Basic\s+(\S+)$/i.exec(authorization ?? '') ?? [];
    const [, id = '', secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
    const plugin = this.#plugins.enabledClient(id);
    return plugin?.credentials?.clientSecret === secret ? plugin : undefined;
  }

  #tokenOf(clientId: string): Token {
    const now = this.#clock.now();
    for (const token of this.#tokens.values()) {
      // A token in its last second would be reported with a life of "0" seconds.
      if (token.clientId === clientId && token.expiresAt - now >= 1000) return token;
    }
    const token = { value: randomUUID(), clientId, expiresAt: now + this.#seconds * 1000 };
    this.#tokens.set(token.value, token);
    return token;
  }
}

/** The answer to a token that is not valid, or no longer. The body is empty. */
export function unauthorized(description: string): Reply {
  const challenge = `Bearer error="invalid_token",realm="PowerSchool",error_description="${description}"`;
  return { status: 401, headers: { 'www-authenticate': challenge } };
}

/** True for a plugin rather than a reply. */
export function isPlugin(result: Plugin | Reply): result is Plugin {
  return 'manifest' in result;
}
