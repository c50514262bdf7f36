/** A working agent with its page, between the PowerSchool simulator and a relay behind a proxy. */
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import type { Test } from 'tap';
import { powerqueryManifest } from '../../../plugin/manifest.ts';
import { packPlugin } from '../../../plugin/pack.ts';
import { createAuthority } from '../../../scripts/simulators/authority.ts';
import {
  type PowerSchoolSimulator,
  startPowerSchoolSimulator,
} from '../../../scripts/simulators/powerschool/server.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { Way } from '../../network/proxy.ts';
import { changeSettings, settingsSchema } from '../../settings/settings.ts';
import { AgentState } from '../../state/agent-state.ts';
import { openAgent } from '../../testing/open-agent.ts';
import { TestProxy } from '../../testing/proxy.ts';
import { RelayDouble } from '../../testing/relay-double.ts';
import { enroll } from '../../uplink/enroll.ts';
import { LocalPage } from '../web/local-page.ts';

/** The agent gives up on PowerSchool after this long; everything else answers within a tenth of it. */
const patienceMs = 2000;
const relayUrl = new URL('https://relay.test');

export interface Testbed {
  simulator: PowerSchoolSimulator;
  relay: RelayDouble;
  proxy: TestProxy;
  folder: string;
  url: string;
}

export async function openTestbed(t: Test): Promise<Testbed> {
  const simulator = await startPowerSchoolSimulator({ students: 60 });
  const [second] = simulator.edit([{ op: 'addSchool', name: 'Second' }]);
  simulator.edit([{ op: 'addStudent', schoolId: Number(second?.schoolId), firstName: 'Ana', lastName: 'Šimić' }]);
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));
  const authority = await createAuthority('District CA');
  const relay = new RelayDouble();
  relay.fields = { student: ['surname'] };
  await relay.open(await authority.issue(['relay.test']));
  const proxy = await TestProxy.start();
  await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
  const relayWay: Way = {
    ca: [authority.ca],
    proxy: { url: proxy.url, ca: [], credentials: undefined, from: 'the settings' },
  };

  const base = t.testdir({ 'ca.pem': simulator.ca ?? '' });
  const folder = join(base, 'state');
  const state = await AgentState.open(folder);
  const settings = {
    ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId },
    ...{ 'powerschool.caFile': join(base, 'ca.pem'), 'page.port': 0 },
  };
  await state.saveSettings(changeSettings(settingsSchema.parse({}), settings));
  await state.saveSecret(clientSecret);
  await state.saveIdentity(await enroll({ relay: relayUrl, ...relayWay, code: relay.code, name: 'test agent' }));

  const opened = Promise.withResolvers<string>();
  const page = await LocalPage.prepare({
    ...{ state, hostname: 'sis-agent-01', clock: systemClock },
    places: { powerschool: new URL(simulator.baseUrl).host, relay: relayUrl.host, proxy: proxy.url.host },
    report: (event) => {
      if (event.event === 'page.open') opened.resolve(event.url);
    },
  });
  const stop = new AbortController();
  const { agent, parts } = await openAgent(folder, relayUrl, stop.signal, {
    ...{ relayWay, watch: page.watch, report: page.report, powerschoolTimeoutMs: patienceMs },
    // A fifth of the longest pause: an unreachable relay is retried a few times a second, not in a tight loop.
    random: () => 0.2,
  });
  const { baselines, meter, source } = parts;
  await page.open({ control: agent, baselines, meter, source, runChecks: undefined, supportBundle: undefined });
  const running = agent.run();
  t.teardown(async () => {
    stop.abort();
    await running;
    await page.close();
    await parts.lock.release();
    await proxy.close();
    await relay.close();
    await simulator.close();
  });
  return { simulator, relay, proxy, folder, url: await opened.promise };
}

/** One sentence and one step, without technical jargon. */
export async function saysPlainly(t: Test, tab: Tab, says: RegExp, step: RegExp): Promise<void> {
  const headline = tab.locator('#verdict h2').filter({ hasText: says });
  await headline.waitFor();
  const sentence = (await headline.textContent()) ?? '';
  const next = (await tab.locator('#verdict .action').textContent()) ?? '';
  t.match(sentence, /^[A-Z].*\.$/s);
  t.match(next, step);
  t.match(next.trim(), /^[A-Z].*\.$/s);
  t.notMatch(`${sentence} ${next}`, /undefined|\[object|\bat .*:\d+:\d+|TypeError|studentEnrollment:|student:/);
  t.match(await tab.title(), /^(Trying again|Needs you)/);
}

export function deletesOf({ relay }: Testbed): string[] {
  return relay.said('batch').flatMap(({ deletes }) => deletes);
}
