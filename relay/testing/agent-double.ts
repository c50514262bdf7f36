/** An agent for tests of the relay: real HTTP, real WebSocket, real signatures, and none of the agent's own code. */
import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { type Digest, digestToText, emptyDigest } from '../../shared/digest.ts';
import { decodeFrame, encodeFrame } from '../../shared/frames.ts';
import {
  type AgentMessage,
  type BucketDigest,
  enrollPath,
  enrollResponseSchema,
  type Hello,
  linkPath,
  protocolVersion,
  type RelayMessage,
  relayMessageSchema,
  subprotocol,
  tokenAudience,
  type Welcome,
} from '../../shared/link.ts';
import type { Bucket } from '../../shared/roster.ts';

export interface AgentIdentity {
  agentId: string;
  tenantId: string;
  privateKey: CryptoKey;
}

/** What stood instead of the upgrade or of the enrollment. */
export interface Refusal {
  status: number;
  code: string | undefined;
  retryAfter: string | undefined;
}

export async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const { x = '' } = await exportJWK(publicKey);
  return { privateKey, publicKey: { kty: 'OKP', crv: 'Ed25519', x } };
}

export async function postEnroll(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}${enrollPath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

export async function enrollDouble(url: string, code: string, post = postEnroll): Promise<AgentIdentity> {
  const { privateKey, publicKey } = await newKey();
  const request = { code, name: 'double', agentVersion: '0.0.0', publicKey };
  const { body } = await post(url, request);
  return { ...enrollResponseSchema.parse(body), privateKey };
}

/** A token for the upgrade; `claims` replaces any of the usual ones, a Date for `now` moves the agent's clock. */
export async function signToken(
  identity: AgentIdentity,
  claims: Record<string, unknown> = {},
  nowMs = Date.now(),
): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  const usual = { iss: identity.agentId, sub: identity.agentId, aud: tokenAudience, jti: randomUUID() };
  return await new SignJWT({ ...usual, iat, exp: iat + 60, ...claims })
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(identity.privateKey);
}

export interface ConnectOptions {
  token?: string;
  protocol?: string;
  path?: string;
  /** The authority of a relay with TLS, PEM. */
  ca?: string;
  /** False for an agent whose machine is gone: it answers no ping. */
  autoPong?: boolean;
}

/** The open connection, or what the relay answered in its place. */
export async function connectDouble(
  url: string,
  identity: AgentIdentity,
  options: ConnectOptions = {},
): Promise<AgentDouble | Refusal> {
  const token = options.token ?? (await signToken(identity));
  const socket = new WebSocket(
    `${url.replace(/^http/, 'ws')}${options.path ?? linkPath}`,
    options.protocol ?? subprotocol,
    {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      handshakeTimeout: 5000,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...(options.autoPong === undefined ? {} : { autoPong: options.autoPong }),
    },
  );
  return await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('open', () => resolve(new AgentDouble(socket)));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => {
        const code: unknown = text === '' ? undefined : JSON.parse(text).code;
        resolve({
          status: response.statusCode ?? 0,
          code: typeof code === 'string' ? code : undefined,
          retryAfter: response.headers['retry-after'],
        });
      });
    });
  });
}

export class AgentDouble {
  readonly socket: WebSocket;
  /** Everything received and not yet asked for. */
  readonly #inbox: RelayMessage[] = [];
  readonly #waiters: (() => void)[] = [];
  /** Close code, once the connection is closed. */
  readonly closed: Promise<number>;
  #closeCode: number | undefined;
  #seq = 0;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, binary) => {
      this.#inbox.push(decodeFrame({ data: data as Buffer, binary }, relayMessageSchema));
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => {
        this.#closeCode = code;
        this.#wake();
        resolve(code);
      });
    });
  }

  send(message: AgentMessage): void {
    const { data, binary } = encodeFrame(message);
    this.socket.send(data, { binary });
  }

  /** The next message of a type; those before it stay for others. Rejects when the connection closes first. */
  async next<T extends RelayMessage['type']>(type: T): Promise<Extract<RelayMessage, { type: T }>> {
    for (;;) {
      const at = this.#inbox.findIndex((message) => message.type === type);
      if (at >= 0) return this.#inbox.splice(at, 1)[0] as Extract<RelayMessage, { type: T }>;
      if (this.#closeCode !== undefined) throw new Error(`closed with ${this.#closeCode} while waiting for ${type}`);
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Messages of a type that have come and were not asked for. */
  pending(type: RelayMessage['type']): number {
    return this.#inbox.filter((message) => message.type === type).length;
  }

  async hello(change: Partial<Hello> = {}): Promise<Welcome> {
    this.greet(change);
    return await this.next('welcome');
  }

  greet(change: Partial<Hello> = {}): void {
    this.send({
      type: 'hello',
      protocol: protocolVersion,
      agentVersion: '0.0.0',
      capabilities: [],
      source: { kind: 'powerquery' },
      buckets: [],
      ...change,
    });
  }

  begin(cycle: string): number {
    this.#seq += 1;
    this.send({ type: 'cycle.begin', seq: this.#seq, cycle });
    return this.#seq;
  }

  batch(bucket: Bucket, upserts: Record<string, unknown>[], deletes: string[] = [], seq?: number): number {
    this.#seq = seq ?? this.#seq + 1;
    this.send({ type: 'batch', seq: this.#seq, bucket, upserts, deletes });
    return this.#seq;
  }

  commit(cycle: string, buckets: BucketDigest[]): number {
    this.#seq += 1;
    this.send({ type: 'cycle.commit', seq: this.#seq, cycle, buckets });
    return this.#seq;
  }

  /** Waits until everything up to `seq` is acknowledged. */
  async acked(seq: number): Promise<void> {
    while ((await this.next('ack')).seq < seq);
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** A bucket's digest as a commit names it. */
export function named(bucket: Bucket, digest: Digest = emptyDigest): BucketDigest {
  return { ...bucket, digest: digestToText(digest) };
}
