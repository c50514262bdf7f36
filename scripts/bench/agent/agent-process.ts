/** The agent as a district runs it: a process of its own, configured, enrolled, and watched by its events. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { AgentEvent } from '../../../agent/model/events.ts';
import type { Surroundings } from './surroundings.ts';

const execute = promisify(execFile);

/** An event that ends a cycle. */
export type CycleEvent = Extract<AgentEvent, { event: 'cycle.committed' | 'cycle.unchanged' }>;

export class AgentProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ready = Promise.withResolvers<void>();
  readonly #waiting: { resolve: (event: CycleEvent) => void; reject: (reason: Error) => void }[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new TypeError('its output is a pipe');
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line)));
    child.on('close', (code) => this.#end(new Error(`the agent ended with code ${code}`)));
  }

  /**
   * Returns when the agent has said something for the first time.
   *
   * @param program what is started, with arguments before those of the agent: the executable, or Node and the bundle
   * @param settings options of `configure`
   */
  static async start(
    program: readonly string[],
    { simulator, credentials, caFile, folder, relay }: Surroundings,
    settings: readonly string[] = [],
  ): Promise<AgentProcess> {
    const [file = '', ...before] = program;
    const env = { HALLPASS_HOME: await mkdtemp(join(folder, 'home-')) };
    const address = ['--powerschool-url', simulator.baseUrl, '--powerschool-ca', caFile];
    const identity = ['--powerschool-client-id', credentials.clientId];
    const secret = ['--powerschool-secret-file', join(folder, 'secret')];
    const page = ['--page-port', '0'];
    await execute(file, [...before, 'configure', ...address, ...identity, ...secret, ...page, ...settings], { env });
    await execute(file, [...before, 'enroll', '--relay', relay, '--code', 'ABCD-EFGH-JKLM'], { env });
    const child = spawn(file, [...before, 'run', '--log-format', 'json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const agent = new AgentProcess(child);
    await agent.#ready.promise;
    return agent;
  }

  /** The end of the next cycle. @throws Error when the agent reports a problem or ends before that */
  cycle(): Promise<CycleEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<CycleEvent>();
    this.#waiting.push({ resolve, reject });
    return promise;
  }

  /** Largest resident memory so far, MB, as the kernel counts it. */
  async peakMB(): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  }

  /** Processor time so far, seconds, of all threads. */
  async cpuSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'close');
  }

  #hear(event: AgentEvent): void {
    this.#ready.resolve();
    if (event.event === 'problem') this.#end(new Error(`${event.code}: ${event.message}`));
    if (event.event !== 'cycle.committed' && event.event !== 'cycle.unchanged') return;
    for (const { resolve } of this.#waiting.splice(0)) resolve(event);
  }

  #end(error: Error): void {
    this.#ready.reject(error);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
