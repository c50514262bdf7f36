/**
 * HTTP to the sign-in provider. One agent for its description, its keys and its tokens, so that all of them take the same way: by
 * the proxy of the environment, with the authorities that are trusted. (By themselves, the parts of @fastify/oauth2 would not:
 * with NODE_USE_ENV_PROXY it reads the description by the proxy, and asks for tokens directly. An agent with Node's own
 * `proxyEnv` does not do either: with it, network/proxy.test.ts ended in a segmentation fault of Node 24.21.)
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { contextOf, trustedAuthorities } from '../../shared/trust.ts';
import { type ForwardProxy, type ProxyVariables, proxyFor } from '../network/proxy.ts';
import { tunnelTo } from '../network/tunnel.ts';

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
export async function openConnection(authorities: string | null, proxies: ProxyVariables): Promise<ProviderConnection> {
  const known = await trustedAuthorities(undefined);
  const secureContext = contextOf(authorities === null ? known : [...known, authorities]);
  // No connection outlives its answer: sign-ins are rare, and a kept one would only be found broken.
  const shared = { keepAlive: false };
  const agents = {
    http: new HttpAgent(shared),
    https: new HttpsAgent({ ...shared, secureContext, rejectUnauthorized: true }),
  };
  const agentFor = (address: string) => {
    // Without encryption it is this computer itself, which is reached by no proxy.
    if (!address.startsWith('https:')) return agents.http;
    const proxy = proxyFor(new URL(address), proxies);
    return proxy === undefined ? agents.https : agentBy(proxy, secureContext);
  };
  return {
    agentFor,
    get: async (address) => {
      const signal = AbortSignal.timeout(providerTimeoutMs);
      const response = await answerTo(address, agentFor(address), signal);
      return { status: response.statusCode ?? 0, body: await textOf(response) };
    },
  };
}

/** Connects by the proxy, and speaks TLS with whom it leads to. */
function agentBy(proxy: ForwardProxy, secureContext: SecureContext): HttpsAgent {
  const agent = new HttpsAgent({ keepAlive: false });
  agent.createConnection = ({ host, port }, done) => {
    const target = { host: host ?? '', port: Number(port ?? 443) };
    const servername = isIP(target.host) === 0 ? { servername: target.host } : {};
    tunnelTo(target, proxy, secureContext)
      .then((socket) =>
        connectTls({ socket, host: target.host, ...servername, secureContext, rejectUnauthorized: true }),
      )
      .then(
        (socket) => done?.(null, socket),
        // Node calls it with only the error, which the types do not reflect.
        (error: Error) => (done as ((error: Error) => void) | undefined)?.(error),
      );
    return undefined;
  };
  return agent;
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
