/** The relay's HTTP server, with the times within which a client has to get on. */
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { fail, reasonOf } from '../../shared/errors.ts';
import { createServer as createHttpServer, STATUS_CODES } from '../../shared/node-http.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { isLoopback } from '../../shared/trust.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { answerOf } from './answer.ts';

/** For the TLS handshake, which takes a second over a bad line; Node's own limit is two minutes. */
const handshakeTimeoutMs = 10_000;

/** For a peer that does not take its answer, milliseconds. */
const goodbyeMs = 5000;

/** Until the first request of a connection, milliseconds; more than its headers may take. */
const silenceMs = 20_000;

const limits = {
  /** For the whole request, and for its headers, from the first byte of the connection or the end of the last request. */
  requestTimeout: 30_000,
  headersTimeout: 15_000,
  /** Idle between two requests; load balancers close after 60 s, and should be first. */
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16_384,
  /** How often the first two are looked at. */
  connectionsCheckingInterval: 2000,
};

/** Plain http for this computer itself only. */
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

/** Node counts its own limits from the first byte: a connection on which none comes would stay forever. */
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

/** What is no HTTP, or takes too long, is answered like everything else: with a code and a sentence. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Only a peer that has spoken HTTP can read an answer: one that is in the middle of a TLS handshake never would.
    const isHttp = /^(?:HPE_|ERR_HTTP_)/.test(error.code ?? '');
    if (!isHttp || !socket.writable) return void socket.destroy();
    const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
    // The parser's own words, without what it stumbled over.
    const { headers, body } = answerOf(fail('FRAME_MALFORMED', { reason: error.message.slice(0, 200) }), status);
    const text = JSON.stringify(body);
    const lines = { ...headers, connection: 'close', 'content-length': Buffer.byteLength(text) };
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${text}`);
    setTimeout(() => socket.destroy(), goodbyeMs).unref();
  });
}

/** By what the system says, in words. */
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
