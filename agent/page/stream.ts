/** Server-sent events: what has changed on the page, to every browser that shows it. */
import type { ServerResponse } from 'node:http';

/** Ids of the page's parts to their HTML. */
export type Blocks = Record<string, string>;

export interface StreamParts {
  /** Of this process: a browser that has another one shows the page of an earlier process. */
  token: string;
  blocks: () => Blocks;
  /** The plot's data, as JSON. */
  plot: () => string;
  /** Log lines after the one with this number, and the number of the last. */
  lines: (after: number) => { html: string; last: number };
}

/** Changes come in bursts; four times a second looks immediate and costs little. */
const pauseMs = 250;
/** Things also change with time alone: a check becomes late, a problem lasts. */
const beatMs = 10_000;
/** How soon a browser looks whether an agent that was stopped is there again. */
const retryMs = 1000;
/** Tabs. More than that is a program that has lost its way. */
const mostListeners = 20;
/** A browser that stopped reading is let go. */
const mostWaitingBytes = 4 << 20;

export class Stream {
  readonly #parts: StreamParts;
  readonly #listeners = new Set<ServerResponse>();
  #sent = new Map<string, string>();
  #lastLine = 0;
  #flushedAt = 0;
  #pending: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** True while somebody looks. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Answers with a stream that begins with everything there is; false when there are too many. */
  open(response: ServerResponse): boolean {
    if (this.#listeners.size >= mostListeners) return false;
    this.#flush();
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    response.write(`retry: ${retryMs}\n${message('hello', this.#parts.token)}`);
    for (const [id, html] of this.#sent) response.write(message('block', JSON.stringify({ id, html })));
    response.write(message('log', JSON.stringify({ whole: true, html: this.#parts.lines(0).html })));
    response.on('close', () => this.#leave(response));
    this.#listeners.add(response);
    this.#beat ??= setInterval(() => this.#flush(), beatMs);
    return true;
  }

  /** Something may have changed. */
  changed(): void {
    if (!this.watched || this.#pending !== undefined) return;
    const waitMs = Math.max(0, this.#flushedAt + pauseMs - performance.now());
    this.#pending = setTimeout(() => this.#flush(), waitMs);
  }

  close(): void {
    for (const listener of this.#listeners) listener.destroy();
    this.#listeners.clear();
    clearTimeout(this.#pending);
    clearInterval(this.#beat);
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
    for (const listener of this.#listeners) {
      if (listener.writableLength > mostWaitingBytes) listener.destroy();
      else listener.write(text);
    }
  }

  #leave(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.watched) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
  }
}

function message(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
