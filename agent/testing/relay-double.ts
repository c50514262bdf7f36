/**
 * A relay on a real WebSocket that keeps a mirror in memory, checks every rule of the protocol (order, credit, limits,
 * digests), and fails on request at an exact message.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { decodeJwt, errors, importJWK, type JWK, jwtVerify } from 'jose';
import { type WebSocket, WebSocketServer } from 'ws';
import { type DigestText, digestOf, digestToText, emptyDigest, recordHash, sameDigest } from '../../shared/digest.ts';
import { decodeFrame, encodeFrame, fromWire } from '../../shared/frames.ts';
import {
  type AgentMessage,
  agentMessageSchema,
  type CheckAnswer,
  checkSubprotocol,
  clockToleranceSeconds,
  closeCodes,
  enrollPath,
  enrollRequestSchema,
  limits,
  linkPath,
  type RelayMessage,
  tokenAudience,
  tokenLifetimeSeconds,
  type Welcome,
} from '../../shared/link.ts';
import { type Bucket, bucketKey, parseBucketKey, type RosterRecord, type WantedFields } from '../../shared/roster.ts';

const unknownKey: JWK = { kty: 'OKP', crv: 'Ed25519', x: '' };

export class RelayDouble {
  readonly code = 'ABCD-EFGH-JKLM';
  readonly tenantId = randomUUID();
  salt = 'a'.repeat(64);
  credit = 4;
  cycleSeconds = 3600;
  schools: string[] | null = null;
  fields: WantedFields = {};
  /** True for a relay older than 0.3.0, whose answer to a check does not say what profiles ask for. */
  isOlder = false;
  /** Records by id, per bucket key. */
  readonly mirror = new Map<string, Map<string, RosterRecord>>();
  /** Every message from agents, in order. */
  readonly heard: AgentMessage[] = [];
  /** Protocol rules that agents broke. */
  readonly violations: string[] = [];
  /** What to do instead of handling a message: `swallow` applies it without an answer, `cut` drops the connection. */
  fault: (message: AgentMessage) => 'swallow' | 'cut' | 'cutAfter' | undefined = () => undefined;
  /** The status with which upgrades are refused. */
  refuse: { status: number; headers?: Record<string, string>; body?: object } | undefined;
  /** The status and body that every enrollment gets, as from a filter. */
  refuseEnrollment: { status: number; body: object } | undefined;
  connections = 0;
  checks = 0;
  /** The port it listens on, once open. */
  port = 0;
  tenantName = 'Test district';
  #keys = new Map<string, JWK>();
  #sockets = new Set<WebSocket>();
  #waiting: { test: (message: AgentMessage) => boolean; resolve: (message: AgentMessage) => void }[] = [];
  #wss = new WebSocketServer({ noServer: true, perMessageDeflate: false, handleProtocols: ([first = '']) => first });
  #server: Server | undefined;
  readonly #answer: RequestListener = (request, response) => {
    void this.#enroll(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  };

  /** @param tls certificate and key, PEM; without them, plain ws on this computer */
  async open(tls?: { cert: string; key: string }): Promise<URL> {
    const server = tls === undefined ? createServer(this.#answer) : createHttpsServer(tls, this.#answer);
    this.#server = server;
    server.on('upgrade', (request, socket, head) => {
      void this.#admit(request).then((refusal) => {
        if (refusal === undefined) {
          const check = request.headers['sec-websocket-protocol'] === checkSubprotocol;
          this.#wss.handleUpgrade(request, socket, head, (webSocket) =>
            check ? this.#check(webSocket) : this.#serve(webSocket),
          );
          return;
        }
        const body = JSON.stringify(refusal.body ?? {});
        const headers = {
          ...{ connection: 'close', 'content-length': Buffer.byteLength(body), date: new Date().toUTCString() },
          ...refusal.headers,
        };
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.end(`HTTP/1.1 ${refusal.status} No\r\n${lines.join('')}\r\n${body}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    return new URL(`http${tls === undefined ? '' : 's'}://127.0.0.1:${this.port}`);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server !== undefined) await once(this.#server, 'close');
  }

  /** Messages of one type, in order. */
  said<T extends AgentMessage['type']>(type: T): Extract<AgentMessage, { type: T }>[] {
    return this.heard.filter((message): message is Extract<AgentMessage, { type: T }> => message.type === type);
  }

  /** The next message of a type, from now on. */
  async next<T extends AgentMessage['type']>(type: T): Promise<Extract<AgentMessage, { type: T }>> {
    const { promise, resolve } = Promise.withResolvers<AgentMessage>();
    this.#waiting.push({ test: (message) => message.type === type, resolve });
    return (await promise) as Extract<AgentMessage, { type: T }>;
  }

  /** Sends to every connected agent. */
  send(message: RelayMessage): void {
    for (const socket of this.#sockets) send(socket, message);
  }

  sendRaw(data: string | Buffer): void {
    for (const socket of this.#sockets) socket.send(data, { binary: typeof data !== 'string' });
  }

  closeAll(code: keyof typeof closeCodes): void {
    for (const socket of this.#sockets) socket.close(closeCodes[code]);
  }

  /** The ids per bucket that has records. */
  ids(): Record<string, string[]> {
    const filled = [...this.mirror].filter(([, records]) => records.size > 0);
    return Object.fromEntries(filled.map(([key, records]) => [key, [...records.keys()].sort()]));
  }

  digest(key: string): DigestText {
    const records = this.mirror.get(key);
    if (records === undefined) return digestToText(emptyDigest);
    return digestToText(digestOf([...records.values()].map((record) => recordHash(this.salt, record))));
  }

  async #enroll(request: IncomingMessage): Promise<{ status: number; body: object }> {
    if (request.url === linkPath) {
      const message = 'Agent and relay have no protocol version in common (agent none, relay 1).';
      return { status: 426, body: { code: 'PROTOCOL_UNSUPPORTED', message } };
    }
    const body = enrollRequestSchema.safeParse(JSON.parse(await text(request)));
    if (this.refuseEnrollment !== undefined) return this.refuseEnrollment;
    if (request.url !== enrollPath || !body.success) return { status: 400, body: {} };
    if (body.data.code !== this.code) return { status: 403, body: { code: 'ENROLLMENT_CODE_INVALID' } };
    const agentId = randomUUID();
    this.#keys.set(agentId, body.data.publicKey);
    return { status: 201, body: { agentId, tenantId: this.tenantId, tenantName: this.tenantName } };
  }

  async #admit(request: IncomingMessage): Promise<RelayDouble['refuse']> {
    if (this.refuse !== undefined) return this.refuse;
    if (request.url !== linkPath) return { status: 404 };
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    try {
      const key = await importJWK(this.#keys.get(decodeJwt(token).sub ?? '') ?? unknownKey, 'EdDSA');
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['EdDSA'],
        audience: tokenAudience,
        requiredClaims: ['jti', 'exp', 'iat'],
        maxTokenAge: tokenLifetimeSeconds,
        clockTolerance: clockToleranceSeconds,
      });
      if (payload.iss !== payload.sub) this.violations.push('issuer and subject differ');
      return undefined;
    } catch (error) {
      if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
        const message = `The relay refused the agent's token at the upgrade: ${error.message}.`;
        return { status: 401, body: { code: 'AGENT_TOKEN_INVALID', message } };
      }
      return { status: 401, body: { code: 'AGENT_UNKNOWN', message: 'unknown' } };
    }
  }

  #check(socket: WebSocket): void {
    this.checks += 1;
    const answer: CheckAnswer = {
      ...{ type: 'checked', protocol: 1, relayVersion: '0', tenantId: this.tenantId, tenantName: this.tenantName },
      serverTime: new Date().toISOString(),
      ...(this.isOlder ? {} : { fields: this.fields }),
    };
    socket.send(JSON.stringify(answer));
    socket.close(1000);
  }

  #serve(socket: WebSocket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    const link = { seq: 0, acked: 0, cycle: undefined as string | undefined, greeted: false };
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('message', (data, binary) => {
      const message = decodeFrame({ data: data as Buffer, binary }, agentMessageSchema);
      const fault = this.fault(message);
      this.heard.push(message);
      if (fault === 'cut') socket.terminate();
      else {
        const answers = this.#handle(message, link);
        if (fault === 'cutAfter') socket.terminate();
        else if (fault === undefined) for (const answer of answers) send(socket, answer);
        const acked = answers.find((answer) => answer.type === 'ack');
        if (acked !== undefined && fault === undefined) link.acked = acked.seq;
      }
      const met = this.#waiting.filter(({ test }) => test(message));
      this.#waiting = this.#waiting.filter((waiter) => !met.includes(waiter));
      for (const { resolve } of met) resolve(message);
    });
  }

  #handle(
    message: AgentMessage,
    link: { seq: number; acked: number; cycle: string | undefined; greeted: boolean },
  ): RelayMessage[] {
    const rule = (holds: boolean, broken: string) => {
      if (!holds) this.violations.push(`${message.type}: ${broken}`);
    };
    rule(message.type === 'hello' ? !link.greeted : link.greeted || message.type === 'error', 'out of turn');
    if ('seq' in message) {
      rule(message.seq === link.seq + 1, `number ${message.seq} after ${link.seq}`);
      link.seq = message.seq;
      rule(message.seq - link.acked <= this.credit + 1, 'more than the credit is under way');
    }
    switch (message.type) {
      case 'hello':
        link.greeted = true;
        return [this.#welcome()];
      case 'manifest.get':
        return this.#manifest(message.bucket);
      case 'cycle.begin':
        link.cycle = message.cycle;
        return [];
      case 'batch':
        rule(link.cycle !== undefined, 'outside a cycle');
        rule(message.upserts.length + message.deletes.length <= limits.maxBatchRecords, 'too many records');
        this.#apply(message.bucket, message.upserts, message.deletes);
        return [{ type: 'ack', seq: message.seq }];
      case 'cycle.commit': {
        rule(link.cycle === message.cycle, 'another cycle than the one begun');
        link.cycle = undefined;
        const differing = message.buckets.filter(
          (bucket) => !sameDigest(bucket.digest, this.digest(bucketKey(bucket))),
        );
        const buckets = differing.map(({ kind, schoolId }) => ({ kind, schoolId }));
        return [
          ...(buckets.length > 0 ? [{ type: 'repair' as const, buckets }] : []),
          { type: 'ack', seq: message.seq },
        ];
      }
      default:
        return [];
    }
  }

  #apply(bucket: Bucket, upserts: Record<string, unknown>[], deletes: string[]): void {
    const key = bucketKey(bucket);
    const records = this.mirror.get(key) ?? new Map<string, RosterRecord>();
    this.mirror.set(key, records);
    for (const id of deletes) records.delete(id);
    for (const fields of upserts) {
      const record = fromWire(bucket, fields);
      records.set(record.id, record);
    }
  }

  #manifest(bucket: Bucket): RelayMessage[] {
    const entries = [...(this.mirror.get(bucketKey(bucket)) ?? [])].map(([id, record]): [string, string] => [
      id,
      recordHash(this.salt, record),
    ]);
    // In two parts, so that nobody relies on a single message.
    const half = Math.ceil(entries.length / 2);
    return [
      { type: 'manifest', bucket, entries: entries.slice(0, half), last: false },
      { type: 'manifest', bucket, entries: entries.slice(half), last: true },
    ];
  }

  #welcome(): Welcome {
    return {
      type: 'welcome',
      protocol: 1,
      relayVersion: '0',
      tenantName: this.tenantName,
      serverTime: new Date().toISOString(),
      salt: this.salt,
      wanted: { schools: this.schools, fields: this.fields },
      schedule: { cycleSeconds: this.cycleSeconds },
      credit: this.credit,
      buckets: [...this.mirror].flatMap(([key, records]) => {
        const bucket = parseBucketKey(key);
        return bucket === undefined || records.size === 0 ? [] : [{ ...bucket, digest: this.digest(key) }];
      }),
    };
  }
}

function send(socket: WebSocket, message: RelayMessage): void {
  const { data, binary } = encodeFrame(message);
  socket.send(data, { binary });
}
