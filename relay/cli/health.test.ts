/** What an operator sees about agents with problems, failing profiles, and the state of every district. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { describeCondition } from '../app/queries/agent-condition.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { addAgent, addTenant, connected, startTestRelay } from '../testing/relay-double.ts';

const problem = {
  type: 'error' as const,
  code: 'POWERSCHOOL_UNREACHABLE',
  message: 'PowerSchool at sis.contoso.edu does not answer.',
  retry: 'retry' as const,
};

t.test("shows an agent's report with its age until the agent reports something else", async (t) => {
  const home = t.testdir();
  const relay = await startTestRelay(home);
  const tenant = await addTenant(relay, 'contoso');
  const cli = commandLine(home, 'kim');
  t.match(await cli('agent', 'list', 'contoso'), { out: /No agent has enrolled\.\n {2}→ .*enroll-code contoso/ });
  const identity = await addAgent(relay, tenant.id);
  t.match(await cli('agent', 'list', 'contoso'), { out: /enrolled, has never connected/ });
  const agent = await connected(relay, identity);
  await agent.hello();
  const until = async (args: string[], shown: RegExp) => {
    let last = '';
    for (let look = 0; look < 1000; look += 1) {
      last = (await cli(...args)).out;
      if (shown.test(last)) return last;
      // A command in this process works without a turn of the event loop, in which the relay would hear the agent.
      await setImmediate();
    }
    throw new Error(`${shown} is not in ${last}`);
  };
  await until(['agent', 'list', 'contoso'], /double .* connected\n/);
  agent.send({ type: 'status', state: 'problem', lastCycleAt: '2026-08-20T08:00:00Z', problem });
  const status = await until(['status', 'contoso'], /connected, has a problem, PowerSchool was read \d+ \w+ ago/);
  t.match(
    status,
    /Agent double has a problem for \d+ seconds?: POWERSCHOOL_UNREACHABLE\n {2}PowerSchool at sis.contoso.edu/,
  );
  t.match(status, /→ On the agent's machine: hallpass-agent check/);
  t.match(JSON.parse((await cli('status', 'contoso', '--json')).out).agents, [
    { condition: 'problem', connectedSince: String, health: { problem: { code: problem.code, since: String } } },
  ]);
  t.match((await cli('agent', 'list', 'contoso')).out, /POWERSCHOOL_UNREACHABLE/);
  t.match((await cli('tenant', 'list')).out, /contoso .* problem/);
  t.match((await cli('fleet')).out, /contoso +✗ broken .*POWERSCHOOL_UNREACHABLE/);

  agent.send({ type: 'status', state: 'idle', lastCycleAt: new Date().toISOString() });
  t.notMatch(await until(['status', 'contoso'], /connected, PowerSchool was read/), /POWERSCHOOL_UNREACHABLE/);
  agent.send({ type: 'status', state: 'waiting' });
  await until(['agent', 'list', 'contoso'], /connected, waiting \(paused or quiet hours\)/);
  agent.send({ type: 'status', state: 'problem', problem });
  await until(['agent', 'list', 'contoso'], /has a problem/);
  await agent.close();
  t.match(await until(['agent', 'list', 'contoso'], /not connected, last seen/), /a problem when it was last heard of/);
  t.match((await cli('fleet', '--json')).out, /"agent": "away"/);

  const again = await connected(relay, identity);
  await again.hello();
  await until(['agent', 'list', 'contoso'], /double .* connected/);
  await relay.close();
  await until(['agent', 'list', 'contoso'], /not connected/);
});

t.test('after a relay was killed, no agent counts as connected, and silence is noticed', async (t) => {
  const now = Date.parse('2026-08-20T12:00:00Z');
  const minutes = (count: number) => new Date(now - count * 60_000).toISOString();
  const agent = { revokedAt: null, lastSeenAt: minutes(1), connectedSince: minutes(600), health: undefined };
  t.equal(describeCondition({ ...agent, connectedSince: minutes(5) }, now), 'connected');
  t.equal(describeCondition({ ...agent, lastSeenAt: minutes(3) }, now), 'not connected, last seen 3 minutes ago');
  t.equal(describeCondition(agent, now), 'connected, has not reported for 10 hours');
  const health = { at: minutes(90), state: 'idle' as const, lastCycleAt: minutes(90) };
  t.equal(describeCondition({ ...agent, health }, now), 'connected, has not reported for 1 hour');
  t.match(describeCondition({ ...agent, health: { ...health, state: 'waiting' } }, now), /^connected, waiting/);
  t.equal(describeCondition({ ...agent, revokedAt: minutes(9) }, now), `revoked ${minutes(9)}`);
});

t.test('a preview whose every run fails shows code, step and time, and does not blame the roster', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  const cli = commandLine(home, 'kim');
  t.match(await cli('plan', 'contoso'), { code: 75, err: /PLAN_NOT_READY.*no agent has enrolled/ });
  await district.commit(smallRoster(6));
  await cli('profile', 'pause', 'contoso');
  await district.store.withTenant(district.tenantId, async ({ db }) => {
    await db.updateTable('profile').set({ paused_from: 'preview' }).execute();
  });
  await cli('profile', 'resume', 'contoso');
  t.match(await cli('plan', 'contoso'), { code: 75, err: /the accounts in Microsoft 365 have not been read yet/ });
  district.microsoft.app.roles = [];
  await t.rejects(district.run(), { code: 'GRAPH_CONSENT_MISSING' });
  const failing = /Standing: failing\..*\n {2}Failed at 2\S+Z while signing in: GRAPH_CONSENT_MISSING: .*\n {2}→ /;
  t.match(await cli('status', 'contoso'), { out: failing });
  t.match(await cli('profile', 'list', 'contoso'), { out: /failing\n\ntest\n {2}Failed at .*GRAPH_CONSENT_MISSING/ });
  t.match(await cli('problems', 'contoso'), {
    out: /^Profile "test": Failed at .*GRAPH_CONSENT_MISSING(?!.*No problems)/s,
  });
  t.match(await cli('tenant', 'list'), { out: /contoso .* failing/ });
  t.match(await cli('fleet'), {
    out: /contoso +✗ stopped +failing .*The last run failed .* while signing in: GRAPH_CONSENT/,
  });
  t.match(await cli('plan', 'contoso'), { code: 78, err: /PLAN_RUNS_FAIL.*while signing in\. GRAPH_CONSENT_MISSING/ });
  const json = JSON.parse((await cli('status', 'contoso', '--json')).out);
  t.match(json.profiles, [
    { standing: 'failing', failure: { code: 'GRAPH_CONSENT_MISSING', step: 'signing in', at: String } },
  ]);
});

t.test('revokes an agent by its name if only one has it', async (t) => {
  const home = join(t.testdir(), 'relay');
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const tenant = await addTenant(relay, 'contoso');
  const cli = commandLine(home, 'kim');
  const first = await addAgent(relay, tenant.id);
  const second = await addAgent(relay, tenant.id);
  t.match(await cli('agent', 'revoke', 'contoso', 'doubel'), {
    code: 78,
    err: /AGENT_NOT_FOUND.*Did you mean "double"\?\n/,
  });
  t.match(await cli('agent', 'revoke', 'contoso', 'double'), {
    code: 78,
    err: new RegExp(`AGENT_AMBIGUOUS.*${first.agentId}.*${second.agentId}`),
  });
  t.match(await cli('agent', 'revoke', 'contoso', first.agentId), { code: 0, out: /^Revoked double \(/ });
  t.match(await cli('agent', 'revoke', 'contoso', 'Double'), { code: 0, out: new RegExp(second.agentId) });
  t.match(await cli('agent', 'revoke', 'contoso', 'double'), { code: 78, err: /AGENT_AMBIGUOUS/ });
});
