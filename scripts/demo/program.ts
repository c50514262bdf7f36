/** One program of the demo, running as a process of its own: its events, its last words, and its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line of JSON that a program wrote to its standard output. */
export type LogEvent = { event?: unknown; [fact: string]: unknown };

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  /** As people call it. */
  name: string;
  /** The script and its arguments. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** File that gets all of its output. */
  logFile: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const follow = new URL('./follow.ts', import.meta.url).href;
const linesKept = 15;
const graceMs = 10_000;

export class Program {
  readonly name: string;
  /** Resolves when the process is gone and its output is read. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(event: LogEvent) => void>();
  readonly #lastLines: string[] = [];
  readonly #lastOutput: string[] = [];

  constructor({ name, args, env, logFile }: ProgramOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, ['--import', follow, ...args], {
      cwd: root,
      env,
      // A group of its own: a terminal's Ctrl-C reaches the demo alone, which then stops the others in order.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const log = createWriteStream(logFile, { mode: 0o600 });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        log.write(`${line}\n`);
        this.#hear(line, stream === this.#child.stdout);
      });
    }
    // A broken pipe is how the program's end shows on this side.
    this.#child.stdio[3]?.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#lastLines.push(error.message);
        log.end();
        resolve({ code: null, signal: null });
      });
      this.#child.once('close', (code, signal) => {
        log.end();
        resolve({ code, signal });
      });
    });
  }

  /** Of output and errors alike, without progress. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Of standard output alone: what a command answers. */
  get lastOutput(): readonly string[] {
    return this.#lastOutput;
  }

  /** @returns a function that ends the listening */
  listen(listener: (event: LogEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event that passes the test. Rejects with the signal's reason. */
  next(test: (event: LogEvent) => boolean, signal: AbortSignal): Promise<LogEvent> {
    return new Promise((resolve, reject) => {
      const over = () => {
        quiet();
        reject(signal.reason);
      };
      const quiet = this.listen((event) => {
        if (!test(event)) return;
        quiet();
        signal.removeEventListener('abort', over);
        resolve(event);
      });
      if (signal.aborted) over();
      else signal.addEventListener('abort', over, { once: true });
    });
  }

  /** Asks it to end, and makes it end when it does not. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(line: string, isOutput: boolean): void {
    if (line === '') return;
    const event = isOutput ? parseEvent(line) : undefined;
    if (isOutput) keepLast(this.#lastOutput, line);
    // Progress says nothing about why a program ended.
    if (event === undefined || !/progress|unchanged/.test(String(event.event))) keepLast(this.#lastLines, line);
    if (event !== undefined) for (const listener of [...this.#listeners]) listener(event);
  }
}

function keepLast(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > linesKept) lines.shift();
}

function parseEvent(line: string): LogEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogEvent;
  } catch {
    return undefined;
  }
}
