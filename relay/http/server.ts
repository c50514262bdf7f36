/** The relay's HTTP server, with its timeouts for slow clients. */
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { fail, reasonOf } from '../../shared/errors.ts';
import { createServer as createHttpServer } from '../../shared/node-http.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { isLoopback } from '../../shared/trust.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { problemDetails, rawAnswer } from './problem-details.ts';

/** For the TLS handshake, which takes a second over a bad connection; Node's own limit is two minutes. */
const handshakeTimeoutMs = 10_000;

/** For a peer that does not read its answer, milliseconds. */
const goodbyeMs = 5000;

/** Until the first request of a connection, milliseconds; more than its headers may take. */
const silenceMs = 20_000;

const limits = {
  /**
   * For the whole request and for its headers, from the first byte of the connection or the end of the previous request.
   */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  /** Idle time between two requests; load balancers close after 60 s, and should close first. */
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16_384,
  /** How often the first two are checked. */
  connectionsCheckingInterval: 2000,
  /** Node would answer with an empty body; node.ts refuses such a request itself. */
  requireHostHeader: false,
};

/** Plain http is allowed only on a loopback address. */
export async function createServer({ listen }: RelaySettings): Promise<Server> {
  if (listen.certFile !== undefined && listen.keyFile !== undefined) {
    const [cert, key] = await Promise.all([readTextFile(listen.certFile), readTextFile(listen.keyFile)]);
    try {
      const server = createHttpsServer({ ...limits, handshakeTimeout: handshakeTimeoutMs, cert, key });
      return endSilent(server, 'secureConnection');
    } catch (error) {
      const setting = 'listen.certFile';
      throw fail('RELAY_SETTING_INVALID', { setting, reason: reasonOf(error) }, { cause: error });
    }
  }
  if (!isLoopback(listen.host)) throw fail('LISTEN_INSECURE', { address: listen.host });
  return endSilent(createHttpServer(limits), 'connection');
}

/** Node's own limits start with the first byte: a connection without any would stay forever. */
function endSilent(server: Server, opened: 'connection' | 'secureConnection'): Server {
  const asked = new WeakSet<Socket>();
  server.on(opened, (socket: Socket) => {
    const timer = setTimeout(() => {
      if (!asked.has(socket)) socket.destroy();
    }, silenceMs);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  });
  const ask = ({ socket }: IncomingMessage) => asked.add(socket);
  return server.on('request', ask).on('upgrade', ask);
}

/** What Node itself would refuse with an empty body is answered like everything else: with a code and a sentence. */
export function answerBrokenRequests(server: Server): void {
  const refuse = (socket: Duplex, reason: string, status: number) => {
    socket.end(rawAnswer(problemDetails(fail('REQUEST_MALFORMED', { reason }), { status })));
    setTimeout(() => socket.destroy(), goodbyeMs).unref();
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Only a client that has spoken HTTP can read an answer; one in the middle of a TLS handshake cannot.
    const isHttp = /^(?:HPE_|ERR_HTTP_)/.test(error.code ?? '');
    if (!isHttp || !socket.writable) return void socket.destroy();
    const [reason, status] = brokenRequests[error.code ?? ''] ?? [`it is not HTTP (${parserWords(error)})`, 400];
    refuse(socket, reason, status);
  });
  server.on('connect', (_request, socket) =>
    refuse(socket, 'the relay is not a proxy and does not accept CONNECT', 405),
  );
  server.on('checkExpectation', ({ headers, socket }: IncomingMessage) => {
    refuse(socket, `the relay does not support the header "Expect: ${headers.expect?.slice(0, 60)}"`, 417);
  });
}

/** By Node's code: reason and status. */
const brokenRequests: Record<string, [reason: string, status: number]> = {
  HPE_HEADER_OVERFLOW: [`its headers are longer than ${limits.maxHeaderSize / 1024} KB`, 431],
  ERR_HTTP_REQUEST_TIMEOUT: [`it was not complete within ${limits.requestTimeout / 1000} seconds`, 408],
};

/** What the parser says, which does not quote the request: "Invalid method encountered". */
function parserWords({ message }: Error): string {
  return message.replace(/^Parse Error: /, '').slice(0, 200);
}

/** Error codes of the system in words. */
const portReasons: Record<string, string> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this computer has no such address',
  EACCES: 'this account may not use a port below 1024',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name server does not answer',
};

export function portReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return portReasons[code] ?? reasonOf(error);
}

/** The port that is bound. */
export async function listen(
  app: FastifyInstance,
  server: Server,
  { listen: { host, port } }: RelaySettings,
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw fail('PORT_IN_USE', { address: `${host}:${port}`, reason: portReason(error) }, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
