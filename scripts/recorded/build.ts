/** The programs of one build, started from its folder: those that serve until they are stopped, and commands. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export type Facts = Record<string, unknown>;

export class Build {
  /** Of the checkout. */
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #running: ChildProcess[] = [];

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#env = env;
  }

  /** @returns the line of JSON that says it is ready. @throws RangeError when the program ends before */
  async start(script: string, args: readonly string[], isReady: (line: Facts) => boolean, home?: string) {
    const child = spawn(process.execPath, [join(this.folder, script), ...args], {
      cwd: this.folder,
      env: this.#environment(home),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.push(child);
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      if (!line.startsWith('{')) continue;
      const facts: Facts = JSON.parse(line);
      if (!isReady(facts)) continue;
      child.stdout.resume();
      return { child, facts };
    }
    throw new RangeError(`${script} ended before it was ready`);
  }

  /** @returns standard output, whatever the exit code. */
  async run(script: string, args: readonly string[], home: string): Promise<string> {
    const options = { cwd: this.folder, env: this.#environment(home), maxBuffer: 64 << 20 };
    const command = promisify(execFile)(process.execPath, [join(this.folder, script), ...args], options);
    return await command.then(
      ({ stdout }) => stdout,
      (error: { stdout?: string; stderr?: string; code?: unknown }) => {
        process.stderr.write(`${script} ${args.join(' ')}: exit ${String(error.code)}\n${error.stderr ?? ''}`);
        return error.stdout ?? '';
      },
    );
  }

  async stop(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  async stopAll(): Promise<void> {
    for (const child of this.#running.toReversed()) await this.stop(child);
  }

  #environment(home: string | undefined): NodeJS.ProcessEnv {
    return { ...process.env, ...this.#env, ...(home === undefined ? {} : { HALLPASS_HOME: home }) };
  }
}
