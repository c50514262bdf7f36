/** The local page's web server: loopback only, and only for the page itself. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fail, reasonOf } from '../../../shared/errors.ts';
import { createServer } from '../../../shared/node-http.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import { readAsset } from '../asset-contents.ts';
import { assets, isAsset } from '../assets.ts';
import { ChecksRun, type RunChecks } from '../checks-run.ts';
import { lastDay, plotOf } from '../history.ts';
import { metricsText } from '../metrics.ts';
import { type ModelParts, modelOf } from '../model.ts';
import { readinessOf, rests } from '../readiness.ts';
import { blocksOf, documentOf } from '../views/document.ts';
import { linesOf } from '../views/log.ts';
import { boundConnections } from './connections.ts';
import { clientOf, refusalOf, sameToken, securityHeaders } from './guard.ts';
import { Presses } from './presses.ts';
import { Stream } from './stream.ts';

/** What the buttons do. */
export interface Control {
  /** Starts a cycle as soon as the relay is connected. */
  syncNow(): void;
  /** Resolves once it is stored. @throws HallpassError STATE_UNWRITABLE */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface PageParts extends ModelParts {
  /** 0 for any free port. */
  port: number;
  /** Undefined when the agent is not running. */
  control: Control | undefined;
  runChecks: RunChecks | undefined;
  /** A ZIP for support, without secrets or personal data. */
  supportBundle: (() => Promise<{ name: string; zip: Buffer }>) | undefined;
}

export interface Page {
  url: string;
  close(): Promise<void>;
}

/** The size of a form with a token and nothing else. */
const mostFormBytes = 1024;
const text = 'text/plain; charset=utf-8';

/**
 * Serves the page on 127.0.0.1.
 *
 * @throws HallpassError PAGE_UNAVAILABLE when the port is taken
 */
export async function startPage(parts: PageParts): Promise<Page> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 });
  const address = `127.0.0.1:${parts.port}`;
  server.listen(parts.port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw fail('PAGE_UNAVAILABLE', { address, reason: reasonOf(error) }, { cause: error });
  });
  const { port } = server.address() as AddressInfo;
  const site = new Site(parts, port);
  boundConnections(server, (socket) => site.streamsTo(socket));
  server.on('request', (request, response) => void site.handle(request, response));
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      site.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

class Site {
  readonly #parts: PageParts;
  readonly #port: number;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #checks: ChecksRun | undefined;
  readonly #stream: Stream;
  readonly #presses = new Presses();
  readonly #unobserve: () => void;
  readonly #routes: Record<string, Handler>;

  constructor(parts: PageParts, port: number) {
    this.#parts = parts;
    this.#port = port;
    const { board, clock, runChecks } = parts;
    this.#stream = new Stream({
      token: this.#token,
      blocks: () => blocksOf(this.#model(), this.#token),
      plot: () => JSON.stringify(plotOf(board.history, clock.now())),
      lines: (after) => ({ html: linesOf(board.log.since(after)), last: board.log.lines.at(-1)?.number ?? after }),
    });
    const changed = () => this.#stream.changed();
    this.#checks = runChecks === undefined ? undefined : new ChecksRun(runChecks, clock, changed);
    this.#unobserve = board.observe(changed);
    this.#routes = this.#table();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    try {
      const method = request.method ?? '';
      const refusal = refusalOf(method, request.headers, this.#port);
      if (refusal !== undefined) return answer(response, refusal.status, text, `${refusal.reason}\n`);
      const pathname = URL.parse(request.url ?? '', 'http://page')?.pathname ?? '';
      const route = this.#routes[`${method === 'HEAD' ? 'GET' : method} ${pathname}`];
      if (route !== undefined) await route(request, response);
      else if (method === 'GET' && pathname.startsWith('/assets/')) await sendAsset(response, pathname.slice(8));
      else answer(response, 404, text, 'There is no such page.\n');
    } catch (error) {
      const { code, message, action } = toHallpassError(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, text, `error[${code}] ${message}\n  → ${action}\n`);
    }
  }

  /** True for a connection of the page's stream. */
  streamsTo(socket: Socket): boolean {
    return this.#stream.holds(socket);
  }

  close(): void {
    this.#unobserve();
    this.#checks?.close();
    this.#stream.close();
  }

  #table(): Record<string, Handler> {
    const { control, supportBundle } = this.#parts;
    return {
      'GET /': (_request, response) => this.#document(response),
      'GET /events': (request, response) => this.#stream.open(response, clientOf(request.headers)),
      'GET /healthz': (_request, response) => answer(response, 200, text, 'alive\n'),
      'GET /readyz': (_request, response) => this.#ready(response),
      'GET /metrics': (_request, response) => this.#metrics(response),
      'POST /actions/check': this.#action(this.#checks && (() => this.#checks?.start())),
      'POST /actions/sync': this.#action(control && (() => control.syncNow())),
      'POST /actions/pause': this.#action(control && (() => control.pause())),
      'POST /actions/resume': this.#action(control && (() => control.resume())),
      'POST /support-bundle': this.#guarded(async (response) => {
        if (supportBundle === undefined) return answer(response, 404, text, 'There is no support bundle here.\n');
        const { name, zip } = await supportBundle();
        response.setHeader('content-disposition', `attachment; filename="${name}"`);
        answer(response, 200, 'application/zip', zip);
      }),
    };
  }

  #model() {
    const { control, supportBundle } = this.#parts;
    return modelOf(this.#parts, this.#checks, { work: control !== undefined, bundle: supportBundle !== undefined });
  }

  #document(response: ServerResponse): void {
    answer(response, 200, 'text/html; charset=utf-8', documentOf(this.#model(), this.#token));
    const { names, buckets, board, clock } = this.#parts;
    // Opening the page is no reason to disturb a PowerSchool that should be left alone.
    if (rests(board.state, clock.now())) return;
    void names?.learn(buckets().map(({ schoolId }) => schoolId)).then((news) => {
      if (news) this.#stream.changed();
    });
  }

  #ready(response: ServerResponse): void {
    const { board, clock } = this.#parts;
    const readiness = readinessOf(board.state, clock.now());
    if (readiness.ready) answer(response, 200, text, 'ready\n');
    else answer(response, 503, text, `not ready: ${readiness.reason}\n`);
  }

  #metrics(response: ServerResponse): void {
    const { board, clock, counts } = this.#parts;
    const now = clock.now();
    const { state, matrix } = this.#model();
    const measured = {
      ...{ state, matrix, counts: counts(), residentBytes: process.memoryUsage.rss() },
      failedCycles: lastDay(board.history, now).failures,
    };
    answer(response, 200, 'text/plain; version=0.0.4; charset=utf-8', metricsText(measured, now));
  }

  /** An action behind a button. The page learns of its effect through the stream; without a script it is reloaded. */
  #action(act: (() => void | Promise<void>) | undefined): Handler {
    return this.#guarded(async (response, request) => {
      if (act === undefined) return answer(response, 404, text, 'The agent is not running.\n');
      await act();
      if (request.headers['sec-fetch-mode'] === 'navigate') {
        response.writeHead(303, { location: '/' }).end();
      } else response.writeHead(204).end();
    });
  }

  #guarded(act: (response: ServerResponse, request: IncomingMessage) => Promise<void>): Handler {
    return async (request, response) => {
      const form = new URLSearchParams(await bodyOf(request));
      if (sameToken(form.get('token') ?? '', this.#token)) {
        if (this.#presses.take(clientOf(request.headers), this.#parts.clock.now())) return act(response, request);
        response.setHeader('retry-after', '3');
        return answer(response, 429, text, 'Too many requests: try again in a few seconds.\n');
      }
      answer(response, 403, text, 'The agent has restarted since this page was loaded: load it again.\n');
    };
  }
}

async function sendAsset(response: ServerResponse, name: string): Promise<void> {
  if (isAsset(name)) answer(response, 200, assets[name].type, await readAsset(name));
  else answer(response, 404, text, 'There is no such file.\n');
}

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostFormBytes) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
