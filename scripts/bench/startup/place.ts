/** A build, with a relay and an agent that are set up, and one of each that are not. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Command, type Start, start } from './start.ts';

const bins = { agent: 'agent/hallpass-agent.mjs', relay: 'relay/hallpass-relay.mjs' };

/** A PowerSchool server, and what its plugin was given. */
export interface PowerSchool {
  baseUrl: string;
  clientId: string;
  clientSecret: string;
}

export class Place {
  readonly #build: string;
  readonly #folder: string;

  private constructor(build: string, folder: string) {
    this.#build = build;
    this.#folder = folder;
  }

  static async make(build: string, folder: string, powerschool: PowerSchool): Promise<Place> {
    for (const name of ['empty', 'cache']) await mkdir(join(folder, name), { recursive: true });
    const place = new Place(build, folder);
    await place.#setUp(powerschool);
    return place;
  }

  get names(): readonly string[] {
    return ['agent --version', 'relay --version', 'agent status', 'relay tenant list', 'relay serve', 'agent run'];
  }

  /** @param fresh as on a computer on which it never ran */
  async start(name: string, fresh = false): Promise<Start> {
    const program = name.startsWith('agent') ? 'agent' : 'relay';
    const cache = join(this.#folder, fresh ? `fresh-${name.replace(/\W+/g, '-')}` : 'cache');
    const env = (home: string) => ({ HALLPASS_HOME: join(this.#folder, home), XDG_CACHE_HOME: cache });
    const [, ...args] = name.split(' ');
    if (name === 'agent run') return await this.#beside(() => this.#start('agent', runAgent(env('agent'))));
    const command: Command =
      name === 'relay serve'
        ? { args: ['serve', '--log-format', 'json'], env: env('relay'), ready: /"relay\.ready"/ }
        : { args, env: env('empty') };
    return await this.#start(program, command);
  }

  #start(program: keyof typeof bins, command: Command): Promise<Start> {
    return start(join(this.#build, bins[program]), command);
  }

  async #setUp({ baseUrl, clientId, clientSecret }: PowerSchool): Promise<void> {
    // A port of its own that stays: the agent is enrolled with it.
    await this.#command('relay', ['configure', '--port', '0', '--trusted-proxy', '127.0.0.1']);
    const guid = '2c0f5b1e-7b0f-4f0c-9f0a-5d0f4c0b1a11';
    await this.#command('relay', ['tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', guid]);
    const code = JSON.parse(await this.#command('relay', ['enroll-code', 'contoso', '--json'])).code;
    const settings = ['--powerschool-url', baseUrl, '--powerschool-client-id', clientId, '--page-port', '0'];
    await this.#command('agent', ['configure', ...settings, '--powerschool-secret-stdin'], clientSecret);
    await this.#beside(async (url) => {
      await this.#command('relay', ['configure', '--port', new URL(url).port]);
      await this.#command('agent', ['enroll', '--relay', url, '--code', code]);
    });
  }

  /** While the relay of this build serves. */
  async #beside<T>(work: (url: string) => Promise<T>): Promise<T> {
    const child = spawn(process.execPath, [join(this.#build, bins.relay), 'serve', '--log-format', 'json'], {
      env: { PATH: process.env.PATH, HALLPASS_HOME: join(this.#folder, 'relay') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    try {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const { event, url } = JSON.parse(line.value);
        if (event === 'relay.ready') return await work(url);
      }
      throw new Error('the relay ended before it was ready');
    } finally {
      child.kill('SIGTERM');
      child.stdout.resume();
      if (child.exitCode === null) await once(child, 'exit');
    }
  }

  async #command(program: keyof typeof bins, args: readonly string[], input = ''): Promise<string> {
    const env = { PATH: process.env.PATH, HALLPASS_HOME: join(this.#folder, program) };
    const running = promisify(execFile)(process.execPath, [join(this.#build, bins[program]), ...args], { env });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }
}

function runAgent(env: NodeJS.ProcessEnv): Command {
  return { args: ['run', '--log-format', 'json'], env, ready: /"link\.open"/ };
}
