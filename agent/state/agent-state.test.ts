import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type Identity, newPrivateKey } from '../uplink/identity.ts';
import { AgentState } from './agent-state.ts';

async function identity(): Promise<Identity> {
  return {
    agentId: randomUUID(),
    tenantId: randomUUID(),
    tenantName: 'Contoso',
    relay: 'https://relay.example.org/',
    privateKey: await newPrivateKey(),
  };
}

t.test('a new enrollment clears the problems of the previous one, and no others', async (t) => {
  for (const [code, stays] of [
    ['AGENT_UNKNOWN', false],
    ['POWERSCHOOL_UNREACHABLE', true],
  ] as const) {
    const folder = t.testdir();
    const state = await AgentState.open(folder);
    const first = await identity();
    await state.saveIdentity(first);
    const problem = { code, message: 'It is wrong.', action: 'Correct it.' };
    await state.saveHealth({ records: { student: 7 }, problem });
    await state.saveIdentity(first);
    t.match((await AgentState.open(folder)).health.problem, problem, 'the same enrollment, written again');
    await state.saveIdentity(await identity());
    const { health } = await AgentState.open(folder);
    t.equal(health.problem?.code, stays ? code : undefined, code);
    t.same(health.records, { student: 7 });
  }
});
