/** One program of the demo, running as a separate process: its events, its last output, and its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line of JSON that a program wrote to its standard output. */
export type LogEvent = { event?: unknown; [fact: string]: unknown };

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  /** The name that people use. */
  name: string;
  /** The script and its arguments. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** A file that receives all of its output. */
  logFile: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const follow = new URL('./follow.mjs', import.meta.url).href;
const linesKept = 15;
const graceMs = 10_000;
/** In which Linux counts processor time. */
const ticksPerSecond = 100;

export class Program {
  readonly name: string;
  /** Resolves when the process has ended and its output is read. */
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
      // A process group of its own: a terminal's Ctrl-C reaches only the demo, which then stops the others in order.
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
    // When the program ends, this side sees a broken pipe.
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

  /** From output and errors alike, without progress. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** From standard output only: a command's answer. */
  get lastOutput(): readonly string[] {
    return this.#lastOutput;
  }

  /** So far; undefined where the system does not tell. */
  get processorSeconds(): number | undefined {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    } catch {
      return undefined;
    }
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

  /** Asks the program to end, and kills it if it does not. */
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
    // Progress events do not explain why a program ended.
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
