/** The line between an agent and a relay, written down as it is spoken: enrollment, upgrades, messages, ends. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { WebSocket, WebSocketServer } from 'ws';

/** One thing that crossed the line. Messages are the JSON that travels, whatever frame it came in. */
export type Crossing = { scene: string; from: 'agent' | 'relay' } & (
  | { request: { method: string; path: string; body: unknown } }
  | { response: { status: number; body: unknown } }
  | { upgrade: { path: string; subprotocol: string; token: { header: unknown; claims: unknown } | null } }
  | { refusal: { status: number; headers: Record<string, unknown>; body: unknown } }
  | { opened: { subprotocol: string } }
  | { message: unknown; binary: boolean }
  | { closed: { code: number; reason: string } }
);

type Recorded = Crossing extends infer C ? (C extends Crossing ? Omit<C, 'scene' | 'from'> : never) : never;

export class RecordedLine {
  readonly crossings: Crossing[] = [];
  /** What is going on, for every crossing from now on. */
  scene = '';
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #open: { agent: WebSocket; relay: WebSocket } | undefined;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((incoming, answer) => {
      void this.#passRequest(incoming).then(({ status, body }) => {
        answer.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
    this.#server.on('upgrade', (incoming, socket, head) => {
      const protocols = (incoming.headers['sec-websocket-protocol'] ?? '').split(/, */);
      this.#record('agent', { upgrade: describeUpgrade(incoming) });
      const relay = new WebSocket(new URL(incoming.url ?? '', this.#target.href.replace(/^http/, 'ws')), protocols, {
        headers: { authorization: incoming.headers.authorization ?? '' },
        perMessageDeflate: false,
      });
      relay.on('error', () => undefined);
      relay.on('unexpected-response', (_request, response) => {
        void buffer(response).then((body) => {
          const { statusCode: status = 0, headers } = response;
          this.#record('relay', { refusal: { status, headers, body: parse(body) } });
          const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
          socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body.toString()}`);
        });
      });
      // What the relay says at once would be lost before the agent's side is open.
      const early: { data: WebSocket.RawData; binary: boolean }[] = [];
      const keep = (data: WebSocket.RawData, binary: boolean) => early.push({ data, binary });
      relay.on('message', keep);
      relay.once('open', () => {
        this.#record('relay', { opened: { subprotocol: relay.protocol } });
        this.#sockets.handleUpgrade(incoming, socket, head, (agent) => {
          relay.off('message', keep);
          this.#connect(agent, relay);
          for (const { data, binary } of early) relay.emit('message', data, binary);
        });
      });
    });
  }

  /** @param target the relay, plain http on this computer */
  static async open(target: URL): Promise<RecordedLine> {
    const line = new RecordedLine(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Says something to one side that the other never said. */
  interject(to: 'agent' | 'relay', message: unknown): void {
    this.#record(to === 'agent' ? 'relay' : 'agent', { message, binary: false });
    this.#open?.[to].send(JSON.stringify(message));
  }

  /** Resolves when something has crossed that fits, now or in the past of this scene. */
  async until(test: (crossing: Crossing) => boolean): Promise<void> {
    const scene = this.scene;
    for (let looks = 0; looks < 600; looks += 1) {
      if (this.crossings.some((crossing) => crossing.scene === scene && test(crossing))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new RangeError(`nothing that fits crossed the line within a minute (${scene})`);
  }

  close(): void {
    this.#open?.agent.terminate();
    this.#open?.relay.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #passRequest(incoming: IncomingMessage): Promise<{ status: number; body: Buffer }> {
    const sent = await buffer(incoming);
    const { method = 'GET', url: path = '/' } = incoming;
    this.#record('agent', { request: { method, path, body: parse(sent) } });
    const outgoing = httpRequest(new URL(path, this.#target), { method, headers: incoming.headers });
    outgoing.end(sent);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = await buffer(response);
    const status = response.statusCode ?? 0;
    this.#record('relay', { response: { status, body: parse(body) } });
    return { status, body };
  }

  #connect(agent: WebSocket, relay: WebSocket): void {
    const ends = { agent, relay };
    this.#open = ends;
    for (const from of ['agent', 'relay'] as const) {
      const to = ends[from === 'agent' ? 'relay' : 'agent'];
      ends[from].on('message', (data, binary) => {
        const bytes = data as Buffer;
        const json = binary ? gunzipSync(bytes) : bytes;
        this.#record(from, { message: parse(json), binary });
        to.send(bytes, { binary });
      });
      ends[from].on('close', (code, reason) => {
        if (to.readyState !== WebSocket.OPEN) return;
        this.#record(from, { closed: { code, reason: reason.toString() } });
        if (code === 1006) to.terminate();
        else to.close(code === 1005 ? undefined : code, reason);
      });
      ends[from].on('error', () => undefined);
    }
  }

  #record(from: Crossing['from'], what: Recorded): void {
    this.crossings.push({ scene: this.scene, from, ...what } as Crossing);
  }
}

function describeUpgrade({ url: path = '', headers }: IncomingMessage) {
  const bearer = headers.authorization?.replace(/^Bearer /, '');
  // Its claims, not the token: nothing in a recording gives access.
  const token = bearer === undefined ? null : { header: decodeProtectedHeader(bearer), claims: decodeJwt(bearer) };
  return { path, subprotocol: headers['sec-websocket-protocol'] ?? '', token };
}

function parse(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
