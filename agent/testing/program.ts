/**
 * A program packaged by Debian, run in the foreground with a test's configuration: proxies of districts and operators.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Why a test that needs the program is skipped; false when it is installed. */
export async function missing(file: string): Promise<string | false> {
  return access(file).then(
    () => false,
    () => `${file} is not installed`,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves as soon as the port accepts connections, within 30 seconds. */
export async function takesConnections(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      // On a port that nobody listens on, a connection may connect to itself.
      once(socket, 'connect').then(() => socket.localPort !== port),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await wait(50);
  }
  throw new TypeError(`nothing listens on port ${port}`);
}

export class Program {
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #port: number;
  readonly #home: string;
  #child: ChildProcess | undefined;
  #said = '';

  /** @param port where it listens @param home where it writes its own files */
  constructor(file: string, args: readonly string[], port: number, home: string) {
    this.#file = file;
    this.#args = args;
    this.#port = port;
    this.#home = home;
  }

  /** Its output so far, for the message of a failing test. */
  get said(): string {
    return this.#said;
  }

  async start(): Promise<void> {
    const env = { ...process.env, HOME: this.#home };
    const child = spawn(this.#file, this.#args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.#said += chunk));
    this.#child = child;
    await takesConnections(this.#port);
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    // Some end only when the last connection does.
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    await exited;
    clearTimeout(timer);
    // Workers from before a reload may outlive it, with their connections.
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // None is left.
    }
  }
}
