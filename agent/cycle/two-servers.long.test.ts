/** Agents at several PowerSchool servers and one district at a real relay: whose ids belong to whom. */
import { join } from 'node:path';
import t from 'tap';
import { powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { type SimulatorOptions, startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import type { AgentEvent } from '../model/events.ts';
import { changeSettings, settingsSchema } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { openAgent } from '../testing/open-agent.ts';
import { RelayProcess } from '../testing/relay-process.ts';
import { enroll } from '../uplink/enroll.ts';

t.test('refuses a second server before anything is sent; lets a moved or accepted server continue', async (t) => {
  const folder = t.testdir({});
  const relay = await RelayProcess.startBehind(folder, false);
  t.teardown(() => relay.close());
  await relay.addDistrict('two');
  const address = new URL(relay.url);
  const agentOf = async (name: string, options: SimulatorOptions) => {
    const simulator = await startPowerSchoolSimulator({ students: 30, http: true, ...options });
    t.teardown(() => simulator.close());
    const plugin = await packPlugin(powerqueryManifest('0.1.0'));
    const { clientId, clientSecret } = await simulator.installPlugin(plugin);
    const state = await AgentState.open(join(folder, name));
    const settings = { 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId, 'page.port': 0 };
    await state.saveSettings(changeSettings(settingsSchema.parse({}), settings));
    await state.saveSecret(clientSecret);
    await state.saveIdentity(await enroll({ relay: address, ca: [], code: await relay.code('two'), name }));
    const sync = async (): Promise<AgentEvent[]> => {
      const { agent, events } = await openAgent(state.folder, address, new AbortController().signal, {});
      await agent.syncOnce(new Set());
      return events;
    };
    return { host: new URL(simulator.baseUrl).host, sync };
  };
  const cycle = (events: AgentEvent[]) =>
    events.find(({ event }) => event === 'cycle.committed' || event === 'cycle.unchanged');

  const first = await agentOf('first', { seed: 1 });
  t.match(cycle(await first.sync()), { event: 'cycle.committed', deletes: 0 });
  const records = await relay.records('two');
  t.equal(records.student, 30);

  const other = await agentOf('other', { seed: 2, students: 20 });
  await t.rejects(other.sync(), {
    code: 'SOURCE_REFUSED',
    message: new RegExp(
      `The agents of this district read the PowerSchool server ${first.host}, but this agent reads ${other.host}`,
    ),
  });
  t.same(await relay.records('two'), records);

  const moved = await agentOf('moved', { seed: 1 });
  t.match(cycle(await moved.sync()), { upserts: 0, deletes: 0 }, 'it reports the same identity');
  const rebuilt = await agentOf('rebuilt', { seed: 1, districtUuid: '5d1a7c00-0000-4000-8000-0000000000ff' });
  await t.rejects(rebuilt.sync(), { code: 'SOURCE_REFUSED' });
  t.match(await relay.accept('two', `http://${rebuilt.host}/`), /is now accepted as its PowerSchool server/);
  t.match(cycle(await rebuilt.sync()), { upserts: 0, deletes: 0 });
  await t.rejects(other.sync(), { code: 'SOURCE_REFUSED' });
  t.same(await relay.records('two'), records);
  const silent = await agentOf('silent', { seed: 1, districtUuid: null });
  await t.rejects(silent.sync(), { code: 'SOURCE_REFUSED' }, 'without an identity, the address counts');
});
