/**
 * The authorization code flow with PKCE, by @fastify/oauth2. The plugin keeps state and verifier in two cookies with fixed names, so
 * that of two tabs the first one fails; and it is configured once, before the server starts, so that a provider that is down then is
 * down for good. Here it is plugged into an application that never listens, for one provider as it describes itself now, and gets
 * what it takes for cookies from the sign-in that a request belongs to.
 */
import type { FastifyOAuth2Options, OAuth2Namespace } from '@fastify/oauth2';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { mostProviderBytes, type ProviderConnection, providerTimeoutMs } from './connection.ts';
import type { ProviderDocument } from './discovery.ts';

const verifierCookie = 'verifier';

export interface Flow {
  /** @returns where the browser has to go, and the verifier to keep until it comes back */
  start(asked: {
    state: string;
    nonce: string;
    callback: string;
    isFresh: boolean;
  }): Promise<{ address: string; verifier: string }>;
  /** @returns the id_token; undefined if there is none @throws what the plugin throws */
  finish(given: { code: string; verifier: string; callback: string }): Promise<string | undefined>;
}

export interface FlowOptions {
  document: ProviderDocument;
  clientId: string;
  secret: string;
  connection: ProviderConnection;
}

/** Asks for a sign-in although the provider knows the person. */
const freshParams = { prompt: 'login', max_age: '0' };

export function openFlow(options: FlowOptions): Flow {
  return {
    async start({ state, nonce, callback, isFresh }) {
      const { authorization_endpoint: endpoint } = options.document;
      // The plugin loses what an address has behind its "?" (policies of Azure AD B2C).
      const params = { ...Object.fromEntries(new URL(endpoint).searchParams), nonce, ...(isFresh && freshParams) };
      const plugin = await plugged(options, { callback, state, params });
      const kept = new Map<string, string>();
      const reply = { setCookie: (name: string, value: string) => kept.set(name, value) };
      const address = await plugin.generateAuthorizationUri({} as FastifyRequest, reply as unknown as FastifyReply);
      return { address, verifier: kept.get(verifierCookie) ?? '' };
    },
    async finish({ code, verifier, callback }) {
      const plugin = await plugged(options, { callback, state: '', params: {} });
      const request = { query: { code }, cookies: { [verifierCookie]: verifier } };
      const { token } = await plugin.getAccessTokenFromAuthorizationCodeFlow(request as unknown as FastifyRequest);
      const { id_token: idToken } = token as { id_token?: unknown };
      return typeof idToken === 'string' ? idToken : undefined;
    },
  };
}

/** Takes 5 ms, once at each end of a sign-in. */
async function plugged(
  { document, clientId, secret, connection }: FlowOptions,
  { callback, state, params }: { callback: string; state: string; params: Record<string, string> },
): Promise<OAuth2Namespace> {
  const [authorize, token] = [new URL(document.authorization_endpoint), new URL(document.token_endpoint)];
  const methods = document.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const http = { agent: connection.agentFor(token.href), timeout: providerTimeoutMs, maxBytes: mostProviderBytes };
  const settings: FastifyOAuth2Options = {
    name: 'provider',
    scope: ['openid', 'profile', 'email'],
    credentials: {
      client: { id: clientId, secret },
      auth: {
        ...{ authorizeHost: authorize.origin, authorizePath: authorize.pathname },
        ...{ tokenHost: token.origin, tokenPath: `${token.pathname}${token.search}` },
      },
      options: { authorizationMethod: methods.includes('client_secret_post') ? 'body' : 'header' },
      http,
    },
    callbackUri: callback,
    callbackUriParams: params,
    pkce: 'S256',
    verifierCookieName: verifierCookie,
    // Ours, and checked against the database before the plugin is asked (app/commands/sign-in.ts).
    generateStateFunction: () => state,
    checkStateFunction: () => true,
  };
  // Loaded by the first sign-in: it takes 70 ms of CPU, which a relay that starts does not have to wait for.
  const { default: oauth2 } = await import('@fastify/oauth2');
  const app = fastify();
  await app.register(oauth2, settings);
  await app.ready();
  const { provider } = app as unknown as { provider: OAuth2Namespace };
  return provider;
}
