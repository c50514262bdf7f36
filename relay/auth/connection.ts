/**
 * HTTP to the sign-in provider. One agent for its description, its keys and its tokens, so that all of them take the same way: by
 * the proxy of the environment, with the authorities that are trusted. (By themselves, the parts of @fastify/oauth2 would not:
 * with NODE_USE_ENV_PROXY it reads the description by the proxy, and asks for tokens directly.)
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { contextOf, trustedAuthorities } from '../../shared/trust.ts';

/** HTTPS_PROXY and NO_PROXY, as the environment has them. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** For a whole answer. A person waits for it. */
export const providerTimeoutMs = 10_000;
/** Descriptions and keys of providers have 2 to 40 KB. */
export const mostProviderBytes = 1 << 20;

export interface ProviderConnection {
  /** For whoever makes requests of their own to this address. */
  agentFor(address: string): HttpAgent | HttpsAgent;
  /** @throws whatever keeps an answer from coming; statuses are answers */
  get(address: string): Promise<{ status: number; body: string }>;
}

/** @param authorities PEM of private authorities, besides the known ones */
export async function openConnection(
  authorities: string | null,
  proxyEnv: ProxyVariables,
): Promise<ProviderConnection> {
  const known = await trustedAuthorities(undefined);
  const secureContext = contextOf(authorities === null ? known : [...known, authorities]);
  // No connection outlives its answer: sign-ins are rare, and a kept one would only be found broken.
  const shared = { keepAlive: false, proxyEnv: { ...proxyEnv } };
  const agents = {
    http: new HttpAgent(shared),
    https: new HttpsAgent({ ...shared, secureContext, rejectUnauthorized: true }),
  };
  const agentFor = (address: string) => (address.startsWith('https:') ? agents.https : agents.http);
  return {
    agentFor,
    get: async (address) => {
      const signal = AbortSignal.timeout(providerTimeoutMs);
      const response = await answerTo(address, agentFor(address), signal);
      return { status: response.statusCode ?? 0, body: await textOf(response) };
    },
  };
}

function answerTo(address: string, agent: HttpAgent | HttpsAgent, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = address.startsWith('https:') ? httpsRequest : httpRequest;
  request(address, { agent, signal, headers: { accept: 'application/json' } }, resolve)
    .on('error', reject)
    .end();
  return promise;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostProviderBytes) response.destroy(new Error(`its answer is larger than ${mostProviderBytes} bytes`));
  });
  return await text(response);
}
