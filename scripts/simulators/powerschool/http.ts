/** Requests and replies as the simulator's parts see them; sockets stay in server.ts. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

export interface Call {
  method: string;
  /** Without the query string. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  remoteAddress: string;
  /** @throws BodyTooLarge */
  body(mostBytes: number): Promise<Buffer>;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** Pieces are sent chunked, as fast as the client reads them. */
  body?: string | Iterable<string>;
  /** The connection breaks in the middle of the body. */
  cut?: boolean;
}

export class BodyTooLarge extends Error {}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(status: number, title: string): Reply {
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, headers: { 'content-type': 'text/html;charset=UTF-8' }, body };
}

export function callOf(request: IncomingMessage): Call {
  const url = new URL(request.url ?? '/', 'http://server');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress ?? '',
    async body(mostBytes) {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > mostBytes) throw new BodyTooLarge(`the body is larger than ${mostBytes} bytes`);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
  };
}

/** Sends a reply; returns the bytes of its body. A client that disconnects ends the sending silently. */
export async function send(response: ServerResponse, reply: Reply): Promise<number> {
  const { body = '' } = reply;
  if (typeof body === 'string') {
    const bytes = Buffer.from(body);
    response.writeHead(reply.status, { ...reply.headers, 'content-length': bytes.length });
    if (reply.cut === true) {
      const half = bytes.subarray(0, Math.floor(bytes.length / 2));
      response.write(half, () => response.destroy());
      return half.length;
    }
    response.end(bytes);
    return bytes.length;
  }
  response.writeHead(reply.status, reply.headers);
  let sent = 0;
  for (const piece of body) {
    if (response.destroyed) return sent;
    const bytes = Buffer.from(piece);
    sent += bytes.length;
    if (!response.write(bytes)) await drained(response);
  }
  response.end();
  return sent;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
