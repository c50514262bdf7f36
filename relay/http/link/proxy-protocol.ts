/**
 * The PROXY protocol, versions 1 and 2 (haproxy.org/download/1.8/doc/proxy-protocol.txt): a proxy that forwards bytes
 * says first where they come from. Read from trusted proxies only, and required on all of their connections.
 */
import { type BlockList, isIP, type Server, type Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { isTrusted } from './addresses.ts';

/** Longest header of version 1, with its line end. */
const maxV1Bytes = 107;
/** Addresses and extensions (TLV) of version 2 that are read; proxies send a few hundred. */
const maxV2Bytes = 4096;
const signature = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
/** Timeout for the header, milliseconds. It comes in the connection's first packet. */
const headerTimeoutMs = 5000;

export type ProxyHeader =
  | { is: 'incomplete' }
  | { is: 'wrong' }
  /** `source` is missing if the proxy itself is the client, as in its health checks. */
  | { is: 'header'; bytes: number; source?: string };

/** Reads the header at the beginning of a connection. Pure. */
export function readProxyHeader(data: Buffer): ProxyHeader {
  const isV2 = data.subarray(0, signature.length).equals(signature.subarray(0, data.length));
  if (isV2) return data.length < 16 ? { is: 'incomplete' } : readV2(data);
  const begins = data.subarray(0, 6).toString('latin1');
  if (!'PROXY '.startsWith(begins) && begins !== 'PROXY ') return { is: 'wrong' };
  const end = data.subarray(0, maxV1Bytes).indexOf('\r\n');
  if (end < 0) return { is: data.length >= maxV1Bytes ? 'wrong' : 'incomplete' };
  const [, family, source = ''] = data.subarray(0, end).toString('latin1').split(' ');
  if (family === 'UNKNOWN') return { is: 'header', bytes: end + 2 };
  const fits = (family === 'TCP4' && isIP(source) === 4) || (family === 'TCP6' && isIP(source) === 6);
  return fits ? { is: 'header', bytes: end + 2, source } : { is: 'wrong' };
}

function readV2(data: Buffer): ProxyHeader {
  const [version, command] = [data.readUInt8(12) >> 4, data.readUInt8(12) & 15];
  const family = data.readUInt8(13);
  const length = data.readUInt16BE(14);
  if (version !== 2 || command > 1 || length > maxV2Bytes) return { is: 'wrong' };
  const bytes = 16 + length;
  if (data.length < bytes) return { is: 'incomplete' };
  if (command === 0) return { is: 'header', bytes };
  // Too short for the addresses that it announces.
  if ((family === 0x11 && length < 12) || (family === 0x21 && length < 36)) return { is: 'wrong' };
  if (family === 0x11) return { is: 'header', bytes, source: data.subarray(16, 20).join('.') };
  if (family !== 0x21) return { is: 'header', bytes };
  const groups = Array.from({ length: 8 }, (_, at) => data.readUInt16BE(16 + at * 2).toString(16));
  return { is: 'header', bytes, source: groups.join(':') };
}

/** Where a connection really comes from, behind its proxy. */
export interface Peers {
  sourceOf(socket: Socket): string | undefined;
}

/**
 * Reads the header of every connection before the server sees it. A peer that is not a trusted proxy, or sends no header, is
 * disconnected.
 *
 * @param refused called with the address of a peer that was disconnected
 */
export function expectProxyProtocol(server: Server, proxies: BlockList, refused: (address: string) => void): Peers {
  const sources = new Map<string, string>();
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? '';
    const turnAway = () => {
      refused(peer);
      socket.destroy();
    };
    socket.on('error', () => socket.destroy());
    if (!isTrusted(peer, proxies)) return turnAway();
    let seen = Buffer.alloc(0);
    // One timeout for the whole header: byte by byte it could take minutes.
    const late = setTimeout(turnAway, headerTimeoutMs);
    socket.once('close', () => clearTimeout(late));
    const onData = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const header = readProxyHeader(seen);
      if (header.is === 'incomplete') return;
      clearTimeout(late);
      socket.off('data', onData);
      socket.pause();
      if (header.is === 'wrong') return turnAway();
      const key = keyOf(socket);
      if (header.source !== undefined) sources.set(key, header.source);
      socket.once('close', () => sources.delete(key));
      if (seen.length > header.bytes) socket.unshift(seen.subarray(header.bytes));
      for (const listener of serve) listener.call(server, socket);
      // TLS reads the unshifted bytes by itself; HTTP reads them when the paused socket resumes.
      if (!(server instanceof TlsServer)) socket.resume();
    };
    socket.on('data', onData);
  });
  return { sourceOf: (socket) => sources.get(keyOf(socket)) };
}

/** The same key for a TCP socket and the TLS socket around it, which do not refer to each other. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}
