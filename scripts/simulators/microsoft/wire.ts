/**
 * The transport: HTTP/2 for clients that offer it by ALPN, as Graph does, and HTTP/1.1 for others; and how a fault
 * breaks a connection or a stream.
 */
import { constants, type Http2SecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import type { FaultOrder, StreamError } from './fault-order.ts';

export type WireServer = FastifyInstance<Http2SecureServer, Http2ServerRequest, Http2ServerResponse>;
export type WireRequest<Route extends RouteGenericInterface = RouteGenericInterface> = FastifyRequest<
  Route,
  Http2SecureServer,
  Http2ServerRequest
>;
export type WireReply = FastifyReply<RouteGenericInterface, Http2SecureServer, Http2ServerRequest, Http2ServerResponse>;

/** What happens to the answer in transit. */
export type Breakage =
  | { how: 'drop' }
  /** The stream is reset instead of answering, or after half of the answer. */
  | { how: 'reset'; code: StreamError; midway: boolean }
  /** The server announces that it leaves. @param answers whether this request is still answered */
  | { how: 'goaway'; answers: boolean };

export function breakageOf(fault: FaultOrder | undefined): Breakage | undefined {
  switch (fault?.kind) {
    case 'lost-answer':
    case 'drop':
      return { how: 'drop' };
    case 'reset':
      return { how: 'reset', code: fault.code ?? 'INTERNAL_ERROR', midway: fault.midway === true };
    case 'goaway':
      return { how: 'goaway', answers: fault.done === true };
    default:
      return undefined;
  }
}

const codes: Record<StreamError, number> = {
  CANCEL: constants.NGHTTP2_CANCEL,
  NO_ERROR: constants.NGHTTP2_NO_ERROR,
  REFUSED_STREAM: constants.NGHTTP2_REFUSED_STREAM,
  INTERNAL_ERROR: constants.NGHTTP2_INTERNAL_ERROR,
};

/**
 * Breaks the connection or stream that carries the answer. HTTP/1.1 has no streams, so there the connection breaks.
 *
 * @param text the intended answer, half of which is sent when the stream breaks midway
 * @returns false when the answer is to be sent nevertheless
 */
export function breakOff(request: WireRequest, reply: WireReply, breakage: Breakage, text: string): boolean {
  const { raw } = request;
  const stream = raw.httpVersionMajor === 2 ? raw.stream : undefined;
  if (stream === undefined) return breakConnection(request, reply, breakage, text);
  if (breakage.how === 'goaway') {
    const id = Number(stream.id ?? 0);
    // A client may repeat requests after the last stream named here: they were not looked at.
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR, breakage.answers ? id : Math.max(0, id - 2));
    if (breakage.answers) return false;
    reply.hijack();
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return true;
  }
  reply.hijack();
  if (breakage.how === 'drop') {
    stream.session?.destroy();
    return true;
  }
  const { code, midway } = breakage;
  if (!midway) {
    stream.close(codes[code]);
    return true;
  }
  stream.respond({ ':status': reply.statusCode, 'content-type': 'application/json' });
  stream.write(text.slice(0, Math.floor(text.length / 2)), () => stream.close(codes[code]));
  return true;
}

function breakConnection(request: WireRequest, reply: WireReply, breakage: Breakage, text: string): boolean {
  if (breakage.how === 'goaway' && breakage.answers) {
    reply.header('Connection', 'close');
    return false;
  }
  reply.hijack();
  const { socket } = request.raw;
  if (breakage.how !== 'reset' || !breakage.midway) {
    socket.destroy();
    return true;
  }
  const head = `HTTP/1.1 ${reply.statusCode} OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
  socket.write(head + text.slice(0, Math.floor(text.length / 2)), () => socket.destroy());
  return true;
}
