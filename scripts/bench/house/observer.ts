/**
 * Observes a serving relay from a process of its own, until it is told to end: how long answers about its health take, and
 * how long the acknowledgements of another district's agent. Then it prints both, in milliseconds, as JSON.
 *
 *   node scripts/bench/house/observer.ts URL CODE      with the relay's authority in NODE_EXTRA_CA_CERTS
 */
import { once } from 'node:events';
import { connectDouble, enrollDouble } from '../../../relay/testing/agent-double.ts';
import { askForHealth, sendBatches } from './probe.ts';

/** What came of it, sorted. */
export interface Observed {
  healthMs: number[];
  ackMs: number[];
}

const [url = '', code = ''] = process.argv.slice(2);
const agent = await connectDouble(url, await enrollDouble(url, code));
if ('status' in agent) throw new RangeError(`the neighbor's agent was refused with ${agent.status}`);
await agent.hello();
await agent.acked(agent.begin(crypto.randomUUID()));
const end = new AbortController();
const health = askForHealth(url, end.signal);
const acks = sendBatches(agent, end.signal);
process.stdout.write('observing\n');
await once(process.stdin.resume(), 'end');
end.abort();
const observed: Observed = { healthMs: await health, ackMs: await acks };
process.stdout.write(`${JSON.stringify(observed)}\n`, () => process.exit(0));
