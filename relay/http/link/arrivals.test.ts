/** A fleet that connects all at once, with more agents than the relay accepts at a time. */
import t from 'tap';
import { AgentDouble, connectDouble } from '../../testing/agent-double.ts';
import { addAgent, connected, setUp } from '../../testing/relay-double.ts';

t.test('an agent without a welcome holds a place until it says hello or disconnects', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { mostArriving: 1 });
  const first = await connected(relay, agent);
  const other = await addAgent(relay, tenant.id);
  const busy = { status: 503, code: 'RELAY_BUSY', retryAfter: /^\d+$/ };
  t.match(await connectDouble(relay.url, other), busy);
  t.match(await connectDouble(relay.url, other), busy, 'a refused agent holds none');

  await first.hello();
  const second = await connected(relay, other);
  const third = await addAgent(relay, tenant.id);
  t.match(await connectDouble(relay.url, third), busy);

  await second.close();
  let answer = await connectDouble(relay.url, third);
  while (!(answer instanceof AgentDouble)) answer = await connectDouble(relay.url, third);
  t.pass('it has gone');
});
