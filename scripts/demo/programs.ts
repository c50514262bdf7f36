/** All programs of the demo: started in order, watched while they run, stopped in reverse order. */
import { join } from 'node:path';
import { DemoError, Interrupted } from './demo-error.ts';
import { type Ending, type LogEvent, Program } from './program.ts';

export class Programs implements AsyncDisposable {
  /** Aborted when the demo is to end: because a person asks for it, or because a program has ended. */
  readonly signal: AbortSignal;
  readonly #failed = new AbortController();
  readonly #running: Program[] = [];
  readonly #commands = new Set<Program>();
  readonly #folder: string;

  /** @param folder for what the programs leave behind; its `logs` folder exists */
  constructor(folder: string, interrupted: AbortSignal) {
    this.#folder = folder;
    this.signal = AbortSignal.any([interrupted, this.#failed.signal]);
  }

  /** Starts a program that runs until the end of the demo, and waits for the line that says it is ready. */
  async start(
    name: string,
    args: readonly string[],
    options: { env?: NodeJS.ProcessEnv; ready: (event: LogEvent) => boolean },
  ): Promise<{ program: Program; ready: LogEvent }> {
    this.signal.throwIfAborted();
    const program = this.#spawn(name, args, options.env);
    this.#running.push(program);
    program.ended.then((ending) => this.#failed.abort(endedError(program, ending)));
    return { program, ready: await program.next(options.ready, this.signal) };
  }

  /** Runs a command to completion. @returns the last lines of its standard output */
  async run(name: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<readonly string[]> {
    this.signal.throwIfAborted();
    const command = this.#spawn(name, args, env);
    this.#commands.add(command);
    const over = () => command.kill();
    this.signal.addEventListener('abort', over, { once: true });
    const ending = await command.ended;
    this.#commands.delete(command);
    this.signal.removeEventListener('abort', over);
    this.signal.throwIfAborted();
    if (ending.code !== 0) throw endedError(command, ending);
    return command.lastOutput;
  }

  /** Processor time of those that run, by name, seconds. Where the system does not tell (other than Linux) there are none. */
  processorSeconds(): Record<string, number> {
    return Object.fromEntries(
      this.#running.flatMap((program) => {
        const seconds = program.processorSeconds;
        return seconds === undefined ? [] : [[program.name, seconds]];
      }),
    );
  }

  /** Kills everything, for people who do not want to wait. */
  killAll(): void {
    this.#failed.abort(new Interrupted('in a hurry'));
    for (const program of this.#running) program.kill();
  }

  /** Starts nothing more; resolves when every process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#failed.abort(new Interrupted('over'));
    for (const program of this.#running.toReversed()) await program.stop();
    for (const command of this.#commands) await command.ended;
  }

  #spawn(name: string, args: readonly string[], env: NodeJS.ProcessEnv | undefined): Program {
    const logFile = join(this.#folder, 'logs', `${name.replaceAll(/\W+/g, '-')}.log`);
    // A dozen processes load the same modules: compiling them once halves each start.
    const cache = { NODE_COMPILE_CACHE: join(this.#folder, 'compiled') };
    return new Program({ name, args, env: { ...process.env, ...cache, ...env }, logFile });
  }
}

function endedError(program: Program, { code, signal }: Ending): DemoError {
  const { name, lastLines } = program;
  const how = signal === null ? `with exit code ${code ?? 'unknown'}` : `by ${signal}`;
  const text = lastLines.join('\n');
  const portTaken = /EADDRINUSE|PORT_IN_USE/.test(text);
  const action = portTaken
    ? 'Another program uses its port: end that one, then start the demo again.'
    : /^ {2}→ /m.test(text)
      ? 'See its own advice above.'
      : 'See its last lines above; with --keep, its whole log stays in the demo’s folder.';
  return new DemoError(`${name} ended ${how}.`, action, lastLines);
}
