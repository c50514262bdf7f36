/** A fleet that comes at once, with more agents than the relay takes in together. */
import t from 'tap';
import { AgentDouble, connectDouble } from '../../testing/agent-double.ts';
import { addAgent, connected, setUp } from '../../testing/relay-double.ts';

t.test('who is connected and has no welcome yet holds a place, until it greets or goes', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { mostArriving: 1 });
  const first = await connected(relay, agent);
  const other = await addAgent(relay, tenant.id);
  const busy = { status: 503, code: 'RELAY_BUSY', retryAfter: /^\d+$/ };
  t.match(await connectDouble(relay.url, other), busy);
  t.match(await connectDouble(relay.url, other), busy, 'who was refused holds none');

  await first.hello();
  const second = await connected(relay, other);
  const third = await addAgent(relay, tenant.id);
  t.match(await connectDouble(relay.url, third), busy);

  await second.close();
  let answer = await connectDouble(relay.url, third);
  while (!(answer instanceof AgentDouble)) answer = await connectDouble(relay.url, third);
  t.pass('it has gone');
});
