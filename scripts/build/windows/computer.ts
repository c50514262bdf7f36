/** A computer with Windows, as far as Wine is one: its drive, its registry, and programs that run there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inside, wine } from './folder.ts';

/** Nothing of this process's own environment, in which a test runner puts options for Node. */
const environment = [
  'env',
  '-i',
  'PATH=/usr/bin:/bin',
  'HOME=/root',
  'WINEPREFIX=/root/prefix',
  'WINEDEBUG=-all',
  'WINEDLLOVERRIDES=mscoree,mshtml=',
  'HALLPASS_HOME=C:\\hp\\state',
];

export interface Ended {
  code: number | null;
  out: string;
  err: string;
  ms: number;
}

export interface Started {
  ended: Promise<Ended>;
  /** Resolves as soon as it has printed something like this. */
  prints(pattern: RegExp): Promise<void>;
  /** As a crash ends it. */
  kill(): void;
}

/** Runs under Windows: says that it is there, and ends when the other end does. With a file it keeps everybody from it. */
const holderScript = `
const [, , port, file] = process.argv;
// UV_FS_O_EXLOCK: the file is opened without sharing.
if (file !== undefined) require('node:fs').openSync(file, 0x10000000);
const socket = require('node:net').connect(Number(port), '127.0.0.1', () => socket.write('held'));
socket.on('close', () => process.exit()).resume();
`;

export class WindowsComputer {
  readonly #folder: string;
  readonly #place: string;
  readonly #server: Server;
  #programs = 0;

  private constructor(folder: string, place: string, server: Server) {
    this.#folder = folder;
    this.#place = place;
    this.#server = server;
  }

  /** Starts Windows in the folder with Wine, with an empty folder C:\hp. @param node the executable of Node for Windows */
  static async start(folder: string, node: string): Promise<WindowsComputer> {
    const place = await mkdtemp(join(tmpdir(), 'hallpass-wine-'));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const computer = new WindowsComputer(folder, place, server);
    if (!existsSync(computer.#drive)) await computer.run('wineboot', '-i');
    await rm(computer.file(), { recursive: true, force: true });
    await mkdir(computer.file('state'), { recursive: true });
    await writeFile(computer.file('node.exe'), await readFile(node));
    await writeFile(computer.file('hold.cjs'), holderScript);
    return computer;
  }

  get #drive(): string {
    return join(this.#folder, 'root', 'prefix', 'drive_c');
  }

  /** A file of C:\hp, as Linux sees it. */
  file(...names: string[]): string {
    return join(this.#drive, 'hp', ...names);
  }

  /** Wine's consoles are none of Node's: what a program prints goes to files. */
  async start(...command: string[]): Promise<Started> {
    const [program, ...args] = inside(this.#folder, [...environment, wine, ...command]);
    this.#programs += 1;
    const [out, err] = [join(this.#place, `${this.#programs}.out`), join(this.#place, `${this.#programs}.err`)];
    const files = await Promise.all([out, err].map((path) => open(path, 'w')));
    const began = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', ...files.map(({ fd }) => fd)] });
    const ended = once(child, 'close').then(async ([code]) => {
      const ms = performance.now() - began;
      await Promise.all(files.map((file) => file.close()));
      return { code, out: await readFile(out, 'utf8'), err: await readFile(err, 'utf8'), ms };
    });
    const prints = (pattern: RegExp) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (pattern.test(readFileSync(out, 'utf8'))) resolve();
      };
      const watcher = watch(out, look);
      look();
      void ended.then(({ err }) => reject(new TypeError(`it has ended before it printed ${pattern}: ${err}`)));
      return promise.finally(() => watcher.close());
    };
    return { ended, prints, kill: () => child.kill('SIGKILL') };
  }

  async run(...command: string[]): Promise<Ended> {
    return (await this.start(...command)).ended;
  }

  /** A program that has the file open for itself alone, as backup and antivirus do. @returns closes it */
  async hold(file: string): Promise<() => Promise<void>> {
    return this.#holder('C:\\hp\\node.exe', 'C:\\hp\\hold.cjs', this.#port, file);
  }

  /** A program that reads the file, and lets others read it but not replace it, as the shell does. @returns closes it */
  async holdForReading(file: string): Promise<() => Promise<void>> {
    return this.#holder('cmd', '/c', `C:\\hp\\node.exe C:\\hp\\hold.cjs ${this.#port} < ${file}`);
  }

  get #port(): string {
    return String((this.#server.address() as AddressInfo).port);
  }

  async #holder(...command: string[]): Promise<() => Promise<void>> {
    const { ended } = await this.start(...command);
    const tooEarly = ended.then(({ err }): [Socket] => {
      throw new TypeError(`the file is not held: ${err}`);
    });
    const [socket] = await Promise.race([once(this.#server, 'connection') as Promise<[Socket]>, tooEarly]);
    await once(socket, 'data');
    return async () => {
      socket.destroy();
      await ended;
    };
  }

  /** Trusts an authority as a group policy makes a computer do it. @param der the certificate @param sha1 its digest, hex */
  async trust(der: Uint8Array, sha1: string): Promise<void> {
    // Properties 3 (SHA-1) and 32 (the certificate): each with its number, 1, and its length (wincrypt.h).
    const property = (id: number, value: Uint8Array) => {
      const head = Buffer.alloc(12);
      for (const [at, number] of [id, 1, value.length].entries()) head.writeUInt32LE(number, at * 4);
      return Buffer.concat([head, value]);
    };
    const blob = Buffer.concat([property(3, Buffer.from(sha1, 'hex')), property(32, der)]).toString('hex');
    const ended = await this.run('reg', 'add', policyKey(sha1), '/v', 'Blob', '/t', 'REG_BINARY', '/d', blob, '/f');
    if (ended.code !== 0) throw new TypeError(`the registry refused: ${ended.out}${ended.err}`);
  }

  /** Takes {@link trust} back. */
  async distrust(sha1: string): Promise<void> {
    await this.run('reg', 'delete', policyKey(sha1), '/f');
  }

  async close(): Promise<void> {
    this.#server.close();
    await rm(this.#place, { recursive: true, force: true });
  }
}

function policyKey(sha1: string): string {
  return `HKLM\\Software\\Policies\\Microsoft\\SystemCertificates\\Root\\Certificates\\${sha1.toUpperCase()}`;
}
