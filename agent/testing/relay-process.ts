/** A real relay as a process of its own, with one district at first and without Microsoft. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Kind } from '../../shared/roster.ts';

const script = fileURLToPath(new URL('../../relay/hallpass-relay.mjs', import.meta.url));
const district = 'contoso';

const wholeDistrict = {
  version: 1,
  name: 'everybody',
  mode: { students: 'match', teachers: 'match' },
  identity: {
    students: { source: 'studentNumber', suffix: 'contoso.edu', target: 'userPrincipalName' },
    teachers: { source: 'teacherNumber', suffix: 'contoso.edu', target: 'userPrincipalName' },
  },
  ...{ domains: {}, licenses: { students: null, teachers: null, usageLocation: 'US' }, schools: 'all', properties: {} },
};

export class RelayProcess {
  readonly url: string;
  readonly #home: string;
  readonly #child: ChildProcess;

  private constructor(url: string, home: string, child: ChildProcess) {
    this.url = url;
    this.#home = home;
    this.#child = child;
  }

  /** @param folder for its state and certificate */
  static async start(folder: string, { cert, key }: { cert: string; key: string }): Promise<RelayProcess> {
    const home = join(folder, 'relay');
    const [certFile, keyFile] = [join(folder, 'relay.pem'), join(folder, 'relay.key')];
    await writeFile(certFile, cert);
    await writeFile(keyFile, key, { mode: 0o600 });
    await command(home, 'configure', '--port', '0', '--tls-cert', certFile, '--tls-key', keyFile);
    return RelayProcess.#serve(home);
  }

  /**
   * Starts it behind a proxy on this computer that terminates TLS. @param proxyProtocol true if the proxy passes on
   * client addresses that way
   */
  static async startBehind(folder: string, proxyProtocol: boolean): Promise<RelayProcess> {
    const home = join(folder, 'relay');
    await command(home, 'configure', '--port', '0', '--trusted-proxy', '127.0.0.1');
    const file = join(home, 'settings.json');
    const settings = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...settings, listen: { ...settings.listen, proxyProtocol } }));
    return RelayProcess.#serve(home);
  }

  static async #serve(home: string): Promise<RelayProcess> {
    await addTenant(home, district);
    const child = spawn(process.execPath, [script, 'serve', '--log-format', 'json'], {
      env: { ...process.env, HALLPASS_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line);
      if (event.event === 'relay.ready') return new RelayProcess(event.url, home, child);
    }
    throw new TypeError('the relay has ended before it was ready');
  }

  /** Adds a district whose agents are asked for everything in every school; its profile writes nothing to Microsoft. */
  async addDistrict(slug: string): Promise<void> {
    await addTenant(this.#home, slug);
    const file = join(this.#home, `${slug}.json`);
    await writeFile(file, JSON.stringify(wholeDistrict));
    await command(this.#home, 'profile', 'set', slug, file, '--unchecked');
  }

  /** A fresh one-time code. */
  async code(slug = district): Promise<string> {
    return JSON.parse(await command(this.#home, 'enroll-code', slug, '--json')).code;
  }

  /** How many records of each kind have arrived. */
  async records(slug: string): Promise<Record<Kind, number>> {
    return JSON.parse(await command(this.#home, 'status', slug, '--json')).roster.records;
  }

  /** Confirms that a refused PowerSchool server has the same data as the previous one. */
  async accept(slug: string, server: string): Promise<string> {
    return command(this.#home, 'tenant', 'accept', slug, server);
  }

  /** @param agentId of an enrolled agent */
  async revoke(agentId: string): Promise<void> {
    await command(this.#home, 'agent', 'revoke', district, agentId);
  }

  async close(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

async function addTenant(home: string, slug: string): Promise<void> {
  await command(home, 'tenant', 'add', slug, '--name', 'Contoso Schools', '--graph-tenant', randomUUID());
}

async function command(home: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, HALLPASS_HOME: home };
  return (await promisify(execFile)(process.execPath, [script, ...args], { env })).stdout;
}
