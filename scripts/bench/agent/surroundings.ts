/** What an agent works between: the PowerSchool simulator in this process, and a relay that only acknowledges. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultSources } from '../../../plugin/extracts/sources.ts';
import { manifestOf } from '../../../plugin/manifest.ts';
import { packPlugin } from '../../../plugin/pack.ts';
import { hallpassVersion } from '../../../shared/version.ts';
import {
  type Credentials,
  type PowerSchoolSimulator,
  startPowerSchoolSimulator,
} from '../../simulators/powerschool/server.ts';

export class Surroundings implements AsyncDisposable {
  readonly simulator: PowerSchoolSimulator;
  readonly credentials: Credentials;
  /** Address of the relay. */
  readonly relay: string;
  /** For state folders. Holds `ca.pem` and `secret`. */
  readonly folder: string;
  readonly #relay: ChildProcess;

  private constructor(
    simulator: PowerSchoolSimulator,
    credentials: Credentials,
    relay: { process: ChildProcess; address: string },
    folder: string,
  ) {
    this.simulator = simulator;
    this.credentials = credentials;
    this.relay = relay.address;
    this.folder = folder;
    this.#relay = relay.process;
  }

  static async open(students: number): Promise<Surroundings> {
    const simulator = await startPowerSchoolSimulator({ students });
    const manifest = manifestOf({ variant: 'powerquery', version: hallpassVersion, sources: defaultSources });
    const credentials = await simulator.installPlugin(await packPlugin(manifest));
    const folder = await mkdtemp(join(tmpdir(), 'hallpass-bench-'));
    await writeFile(join(folder, 'ca.pem'), simulator.ca ?? '');
    await writeFile(join(folder, 'secret'), credentials.clientSecret, { mode: 0o600 });
    const child = fork(fileURLToPath(new URL('./null-relay.ts', import.meta.url)));
    const [address] = await once(child, 'message');
    return new Surroundings(simulator, credentials, { process: child, address: String(address) }, folder);
  }

  get caFile(): string {
    return join(this.folder, 'ca.pem');
  }

  /** Has the relay ask for a cycle. */
  command(): void {
    this.#relay.send('sync');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#relay.kill();
    await this.simulator.close();
    await rm(this.folder, { recursive: true });
  }
}
