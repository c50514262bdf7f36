import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { serveMetrics } from './metrics.ts';

t.test('metrics show the delay of the main thread, agents and runs, to this computer only', async (t) => {
  const metrics = await serveMetrics(0, { connected: () => 3, running: () => 2 });
  t.teardown(() => metrics.close());
  const answer = await fetch(`http://127.0.0.1:${metrics.port}/metrics`);
  t.match(answer.headers.get('content-type'), /^text\/plain/);
  const text = await answer.text();
  t.match(text, /^hallpass_agents_connected 3$/m);
  t.match(text, /^hallpass_runs_under_way 2$/m);
  t.match(text, /^nodejs_eventloop_lag_max_seconds \d/m);
  t.match(text, /^nodejs_eventloop_lag_p99_seconds \d/m);
  t.match(text, /^process_resident_memory_bytes \d/m);
  t.equal((await fetch(`http://127.0.0.1:${metrics.port}/`)).status, 404);
});

t.test('the error names a port that is in use', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await t.rejects(serveMetrics(port, { connected: () => 0, running: () => 0 }), {
    code: 'METRICS_PORT_IN_USE',
    message: `Cannot serve metrics on 127.0.0.1:${port}: another program listens there.`,
  });
});
