/**
 * A real OpenID provider (oidc-provider) for tests and the demo: people choose an account and are signed in. Its tokens say `tid` and
 * `oid` besides, and name and address, as those of Microsoft Entra do.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { html } from 'ghtml';
import Provider, { type Configuration, interactionPolicy } from 'oidc-provider';

export interface SimulatedAccount {
  /** What `sub` says. */
  id: string;
  name: string;
  email: string;
  /** Ids of the Microsoft tenant and of the person in it; without them, the account is of another provider. */
  tid?: string;
  oid?: string;
  /** What people read beside the name. */
  says?: string;
}

export interface SignInSimulatorOptions {
  /** 0 for any. */
  port: number;
  clientId: string;
  clientSecret: string;
  /** Of the relay. */
  redirectUris: readonly string[];
  accounts: readonly SimulatedAccount[];
  /** People choose at each sign-in, as if they had signed out before. */
  asksEachTime?: boolean;
}

export interface SignInSimulator {
  issuer: string;
  close(): Promise<void>;
}

export async function startSignInSimulator(options: SignInSimulatorOptions): Promise<SignInSimulator> {
  const server = createServer();
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configurationOf(options));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    const isInteraction = request.url?.startsWith('/interaction/') === true;
    if (!isInteraction) return void answer(request, response);
    void interact(provider, options.accounts, request, response).catch((error: unknown) => {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  return { issuer, close: () => closed(server) };
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

function configurationOf(options: SignInSimulatorOptions) {
  const { clientId, clientSecret, redirectUris, accounts, asksEachTime = false } = options;
  // An elliptic key is made in a millisecond, an RSA key in a tenth of a second or more.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const scopes = 'openid profile email';
  const configuration: Configuration = {
    clients: [
      {
        ...{ client_id: clientId, client_secret: clientSecret, redirect_uris: [...redirectUris] },
        ...{ token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: 'ES256' },
        post_logout_redirect_uris: redirectUris.map((one) => new URL('/console/sign-in', one).href),
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: randomUUID() }] },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    // As Entra has it: names and addresses are in the ID token.
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'tid', 'oid'],
      ...{ profile: ['name'], email: ['email'] },
    },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: {
      url: (_context, { uid }) => `/interaction/${uid}`,
      policy: asksEachTime ? askingEachTime() : interactionPolicy.base(),
    },
    findAccount: async (_context, id) => {
      const account = accounts.find((one) => one.id === id);
      return account === undefined ? undefined : { accountId: id, claims: async () => ({ ...account, sub: id }) };
    },
    // Nobody is asked whether the relay may know who they are: an administrator has agreed for all.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' });
      grant.addOIDCScope(scopes);
      await grant.save();
      return grant;
    },
    ttl: { Grant: 3600, Session: 3600, Interaction: 3600, IdToken: 3600, AccessToken: 3600 },
    renderError: async (context, { error, error_description: description }) => {
      context.type = 'text/plain';
      context.body = `${error}: ${description ?? ''}`;
    },
  };
  return configuration;
}

function askingEachTime() {
  const policy = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const unasked = new Check('unasked', 'The person has not been asked who they are', ({ oidc }) =>
    oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
  );
  policy.get('login')?.checks.add(unasked);
  return policy;
}

/** `GET /interaction/UID` shows the accounts, `POST /interaction/UID` takes one, or none for "cancel". */
async function interact(
  provider: Provider,
  accounts: readonly SimulatedAccount[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(choiceOf(uid, accounts));
    return;
  }
  const account = new URLSearchParams(await text(request)).get('account') ?? '';
  const canceled = { error: 'access_denied', error_description: 'The person has canceled.' };
  const result = account === '' ? canceled : { login: { accountId: account } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function choiceOf(uid: string, accounts: readonly SimulatedAccount[]): string {
  const buttons = accounts.map(
    ({ id, name, email, says }) =>
      html`<p><button name="account" value="${id}"><strong>${name}</strong> (${email})!${says === undefined ? '' : html`<br>${says}`}</button></p>`,
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Simulated sign-in</title>
<style>
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
main { max-width: 34rem; margin: 3rem auto; padding: 0 1rem }
button { width: 100%; padding: 0.75rem 1rem; font: inherit; text-align: start; cursor: pointer }
</style></head>
<body><main><h1>Who are you?</h1>
<p>A simulated sign-in provider: there are no passwords.</p>
<form method="post" action="/interaction/${uid}">!${buttons}<p><button name="account" value="">Cancel</button></p></form>
</main></body></html>`;
}
