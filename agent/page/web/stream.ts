/** Server-sent events: sends what has changed on the page to every browser that shows it. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { type Loop, startLoop } from '../../../shared/service.ts';

export type Blocks = Record<string, string>;

export interface StreamParts {
  /** Identifies this process: a browser with another token shows the page of an earlier process. */
  token: string;
  blocks: () => Blocks;
  /** The plot's data, as JSON. */
  plot: () => string;
  /** Log lines after the one with this number, and the number of the last. */
  lines: (after: number) => { html: string; last: number };
}

/** Changes come in bursts; four updates a second look immediate and cost little. */
const pauseMs = 250;
/** Some things change with time alone: a check becomes late, a problem lasts. */
const beatMs = 10_000;
/** How soon a browser checks whether a stopped agent is back. */
const retryMs = 1000;
/** Limits on tabs, per program and in all: a further tab closes the oldest. Browsers open six connections at most. */
const mostPerClient = 6;
const mostListeners = 20;
/** A browser that has stopped reading is disconnected. */
const mostWaitingBytes = 4 << 20;

export class Stream {
  readonly #parts: StreamParts;
  readonly #clock: Pick<Clock, 'sleep'>;
  /** Each response with the program that listens, in order of arrival. */
  readonly #listeners = new Map<ServerResponse, string>();
  #sent = new Map<string, string>();
  #lastLine = 0;
  #flushedAt = 0;
  #pending: NodeJS.Timeout | undefined;
  #beat: Loop | undefined;

  /** @param clock for the beat, in real time: browsers do not see the agent's clock */
  constructor(parts: StreamParts, clock: Pick<Clock, 'sleep'> = systemClock) {
    this.#parts = parts;
    this.#clock = clock;
  }

  /** True while someone has the page open. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /** True for the connection of a stream. */
  holds(socket: Socket): boolean {
    return this.#listeners.keys().some((listener) => listener.socket === socket);
  }

  /**
   * Answers with a stream that begins with the complete page. A stream that is closed to make room reconnects by itself
   * if it belongs to a tab.
   *
   * @param client the program that asks
   */
  open(response: ServerResponse, client: string): void {
    const surplus = surplusOf([...this.#listeners], client);
    if (surplus !== undefined) {
      this.#listeners.delete(surplus);
      surplus.destroy();
    }
    this.#flush();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write(`retry: ${retryMs}\n${message('hello', this.#parts.token)}`);
    for (const [id, html] of this.#sent) response.write(message('block', JSON.stringify({ id, html })));
    response.write(message('log', JSON.stringify({ whole: true, html: this.#parts.lines(0).html })));
    response.on('close', () => this.#leave(response));
    this.#listeners.set(response, client);
    this.#beat ??= this.#startBeat();
  }

  /** Reports a possible change. */
  changed(): void {
    if (!this.watched || this.#pending !== undefined) return;
    const waitMs = Math.max(0, this.#flushedAt + pauseMs - performance.now());
    this.#pending = setTimeout(() => this.#flush(), waitMs);
  }

  close(): void {
    this.#letGo();
    clearTimeout(this.#pending);
    this.#beat?.stop();
  }

  #letGo(): void {
    for (const listener of this.#listeners.keys()) listener.destroy();
    this.#listeners.clear();
  }

  #startBeat(): Loop {
    return startLoop({
      turn: async () => this.#flush(),
      begin: 'after a pause',
      pauseMs: beatMs,
      backoff: { baseMs: beatMs, capMs: beatMs },
      // A browser that reconnects gets the error.
      failed: () => this.#letGo(),
      clock: this.#clock,
      random: Math.random,
    });
  }

  #flush(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#flushedAt = performance.now();
    const next = new Map(Object.entries({ ...this.#parts.blocks(), plot: this.#parts.plot() }));
    for (const [id, html] of next) {
      if (this.#sent.get(id) !== html) this.#send(message('block', JSON.stringify({ id, html })));
    }
    this.#sent = next;
    const { html, last } = this.#parts.lines(this.#lastLine);
    if (last > this.#lastLine) this.#send(message('log', JSON.stringify({ whole: false, html })));
    this.#lastLine = last;
    this.#send(': still here\n\n');
  }

  #send(text: string): void {
    for (const listener of this.#listeners.keys()) {
      if (listener.writableLength > mostWaitingBytes) listener.destroy();
      else listener.write(text);
    }
  }

  #leave(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.watched) return;
    this.#beat?.stop();
    this.#beat = undefined;
  }
}

/** Which stream to close for a new one: the oldest of the same program, or of the program that has most. */
function surplusOf(
  listeners: readonly (readonly [ServerResponse, string])[],
  client: string,
): ServerResponse | undefined {
  const counts = new Map<string, number>();
  for (const [, of] of listeners) counts.set(of, (counts.get(of) ?? 0) + 1);
  if ((counts.get(client) ?? 0) >= mostPerClient) return listeners.find(([, of]) => of === client)?.[0];
  if (listeners.length < mostListeners) return undefined;
  const most = Math.max(...counts.values());
  return listeners.find(([, of]) => counts.get(of) === most)?.[0];
}

function message(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
