/** Two PowerSchool servers in one district: the second one is refused until somebody says that it is the first one. */
import fc from 'fast-check';
import t from 'tap';
import { closeCodes, type SourceServer } from '../../../shared/link.ts';
import { listAgents } from '../../store/agents/agents.ts';
import { acceptServer, isSameServer, readServers } from '../../store/agents/source-servers.ts';
import { addAgent, connected, setUp } from '../../testing/relay-double.ts';

const [own, other] = ['5d1a7c00-0000-4000-8000-000000000001', '5d1a7c00-0000-4000-8000-000000000002'];
const reading = (server?: SourceServer) => ({ source: { kind: 'powerquery' as const, ...(server && { server }) } });

t.test("a server's own id counts, and its address if one side has no id", async (t) => {
  const known = [{ id: own, host: 'ps.contoso.org' }];
  t.ok(isSameServer({ id: own, host: 'moved.contoso.org' }, known));
  t.notOk(isSameServer({ id: other, host: 'ps.contoso.org' }, known), 'another database at the same address');
  t.ok(isSameServer({ host: 'PS.contoso.org' }, known), 'PowerSchool was unavailable when the agent started');
  t.notOk(isSameServer({ host: 'ps2.contoso.org' }, known));
  t.ok(isSameServer({ id: own, host: 'ps.contoso.org' }, [{ host: 'ps.contoso.org' }]), 'an update that tells more');
  t.notOk(isSameServer({ id: own, host: 'b' }, [{ host: 'a' }]));
  const server = fc.record({ host: fc.constantFrom('a', 'b', 'c'), id: fc.constantFrom('1', '2', '3') });
  const property = fc.property(server, server, (one, two) => isSameServer(one, [two]) === (one.id === two.id));
  t.doesNotThrow(() => fc.assert(property));
});

t.test("the first server is the district's; a second one is refused, and may be accepted by name", async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const first = await connected(relay, agent);
  await first.hello(reading({ id: own, host: 'ps.contoso.org' }));
  const second = await addAgent(relay, tenant.id);
  const refused = await connected(relay, second);
  refused.greet(reading({ id: other, host: 'ps-east.contoso.org' }));
  const error = await refused.next('error');
  t.match(error, {
    code: 'SOURCE_OTHER',
    retry: 'fix',
    message: /server ps\.contoso\.org, .* reads ps-east\.contoso\.org\.$/,
  });
  t.equal(await refused.closed, closeCodes.source);
  const agents = await relay.store.withTenant(tenant.id, listAgents);
  t.match(agents.find(({ id }) => id === second.agentId)?.health, {
    state: 'problem',
    problem: { code: 'SOURCE_OTHER' },
  });
  t.match(await relay.store.withTenant(tenant.id, readServers), [
    { host: 'ps.contoso.org', isAccepted: true },
    { id: other, host: 'ps-east.contoso.org', isAccepted: false },
  ]);

  await (await connected(relay, second)).hello(reading());
  await (await connected(relay, second)).hello(reading({ id: own, host: 'renamed.contoso.org' }));
  t.match(await relay.store.withTenant(tenant.id, readServers), [
    { host: 'renamed.contoso.org', isAccepted: true },
    {},
  ]);

  t.same(await relay.store.withTenant(tenant.id, (scope) => acceptServer(scope, 'ps-west.contoso.org')), []);
  t.match(await relay.store.withTenant(tenant.id, (scope) => acceptServer(scope, 'ps-east.contoso.org')), [
    { id: other },
  ]);
  await (await connected(relay, second)).hello(reading({ id: other, host: 'ps-east.contoso.org' }));

  for (let at = 0; at < 15; at += 1) {
    const many = await connected(relay, second);
    many.greet(reading({ id: `many-${at}`, host: `many-${at}` }));
    await many.closed;
  }
  const servers = await relay.store.withTenant(tenant.id, readServers);
  t.equal(
    servers.filter(({ isAccepted }) => !isAccepted).length,
    10,
    'an agent cannot fill the database with server names',
  );
});
