/** A program that Debian brings, run in the foreground on a configuration of a test: proxies of districts and operators. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Why a test that needs the program is skipped; false when it is there. */
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

/** Resolves as soon as the port takes connections, within 30 seconds. */
export async function takesConnections(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      // On a port that nobody has, a connection may find itself.
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

  /** @param port where it listens @param home for what it writes by itself */
  constructor(file: string, args: readonly string[], port: number, home: string) {
    this.#file = file;
    this.#args = args;
    this.#port = port;
    this.#home = home;
  }

  /** What it has printed so far: for the message of a test that fails. */
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
    // Workers of before a reload may outlive it, with the connections that they hold.
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // None is left.
    }
  }
}
