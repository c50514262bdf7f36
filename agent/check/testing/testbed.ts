import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { powerqueryManifest } from '../../../plugin/manifest.ts';
import { packPlugin } from '../../../plugin/pack.ts';
import { createAuthority } from '../../../scripts/simulators/authority.ts';
import {
  type PowerSchoolSimulator,
  startPowerSchoolSimulator,
} from '../../../scripts/simulators/powerschool/server.ts';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { openProxy } from '../../network/proxy.ts';
import { changeSettings, type SettingChanges } from '../../settings/settings.ts';
import { AgentState } from '../../state/agent-state.ts';
import { TestProxy } from '../../testing/proxy.ts';
import { RelayDouble } from '../../testing/relay-double.ts';
import { enroll } from '../../uplink/enroll.ts';
import { type Check, runChecks } from '../check.ts';
import { type CheckTimes, checkTimes } from '../times.ts';

/** Long enough for a busy machine; a test of one limit shortens only that one. */
const patient: CheckTimes = { ...checkTimes, tcpMs: 20_000, tunnelMs: 20_000, tlsMs: 20_000, dnsMs: 20_000 };
const platform = process.platform;
export const secrets = { username: 'DOMAIN\\ann', password: 'proxy-password' };

/** An agent that is configured and enrolled. The relay is behind the proxy, and only the proxy can resolve its name. */
export class Testbed {
  readonly folder: string;
  readonly simulator: PowerSchoolSimulator;
  readonly relay = new RelayDouble();
  readonly proxy: TestProxy;
  secret = '';
  #relayCa = '';

  constructor(folder: string, simulator: PowerSchoolSimulator, proxy: TestProxy) {
    this.folder = join(folder, 'state');
    this.simulator = simulator;
    this.proxy = proxy;
  }

  static async open(t: Test): Promise<Testbed> {
    const folder = t.testdir({});
    const [simulator, proxy, authority] = await Promise.all([
      startPowerSchoolSimulator({ students: 40 }),
      TestProxy.start(),
      createAuthority('District CA'),
    ]);
    const testbed = new Testbed(folder, simulator, proxy);
    await testbed.relay.open(await authority.issue(['relay.test']));
    await proxy.set({ upstreamCa: authority.ca, signIn: `${secrets.username}:${secrets.password}` });
    t.teardown(async () => {
      await proxy.close();
      await testbed.relay.close();
      await simulator.close();
    });
    const [caFile, relayCa] = [join(folder, 'sis.pem'), join(folder, 'relay.pem')];
    await writeFile(caFile, simulator.ca ?? '');
    await writeFile(relayCa, authority.ca);
    const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));
    testbed.secret = clientSecret;
    await testbed.configure({
      ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId, 'powerschool.caFile': caFile },
      ...{ 'relay.url': 'https://relay.test', 'proxy.url': proxy.url.href },
    });
    testbed.#relayCa = relayCa;
    await testbed.reset();
    const state = await AgentState.open(testbed.folder);
    await state.saveSecret(clientSecret);
    await state.saveProxySignIn(secrets);
    return testbed;
  }

  /** Restores the initial path to the relay: its authority, and its place behind the proxy. */
  async reset(): Promise<void> {
    await this.configure({ 'relay.caFile': this.#relayCa });
    await this.proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${this.relay.port}` } });
  }

  async configure(changes: SettingChanges): Promise<void> {
    const state = await AgentState.open(this.folder);
    await state.saveSettings(changeSettings(state.settings, changes));
  }

  async enroll(): Promise<void> {
    const state = await AgentState.open(this.folder);
    const relay = new URL('https://relay.test');
    const ca = await readFile(state.settings.relay.caFile ?? '', 'utf8');
    const way = { ca: [ca], proxy: await openProxy('relay', relay, state, {}) };
    await state.saveIdentity(await enroll({ relay, ...way, code: this.relay.code, name: 'test' }));
  }

  async check(how: { clock?: Clock; env?: NodeJS.ProcessEnv; times?: Partial<CheckTimes> } = {}): Promise<Check[]> {
    const { clock = systemClock, env = {} } = how;
    const times = { ...patient, ...how.times };
    return await all(
      runChecks({ folder: this.folder, env, platform, clock, signal: new AbortController().signal, times }),
    );
  }
}

export async function all(checks: AsyncIterable<Check>): Promise<Check[]> {
  const found: Check[] = [];
  for await (const check of checks) found.push(check);
  return found;
}

export function of(checks: Check[], name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

/** The checks that did not pass, without those that were not run because of them. */
export function findings(checks: Check[]): Record<string, string> {
  const own = checks.filter(({ status, fact }) => status !== 'pass' && !fact.startsWith('Not tried'));
  return Object.fromEntries(own.map(({ name, status }) => [name, status]));
}
