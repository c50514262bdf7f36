/**
 * Many agents in one process, each with the agent's own connection: its protocol, its liveness, its waits before it connects
 * again. Prints how many are connected, a line whenever that changes, and ends with its input.
 *
 *   node scripts/bench/connections/agents.ts FILE      identities, JSON
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Meter } from '../../../agent/model/meter.ts';
import type { Identity } from '../../../agent/uplink/identity.ts';
import { Uplink } from '../../../agent/uplink/uplink.ts';
import { systemClock } from '../../../shared/clock.ts';
import { type Hello, listsLeftOut } from '../../../shared/link.ts';

/** Between two lines, milliseconds. */
const everyMs = 100;

const [file = ''] = process.argv.slice(2);
const identities: Identity[] = JSON.parse(await readFile(file, 'utf8'));
const connected = new Set<string>();
const hello = (): Hello => ({
  type: 'hello',
  protocol: 1,
  agentVersion: '0.0.0',
  capabilities: [listsLeftOut],
  source: { kind: 'powerquery' },
  buckets: [],
});

const uplinks = identities.map((identity) => {
  const { agentId } = identity;
  return new Uplink({
    relay: new URL(identity.relay),
    identity,
    ca: [],
    hello,
    listener: {
      opened: () => connected.add(agentId),
      ended: () => connected.delete(agentId),
      command: () => undefined,
      draining: () => undefined,
      throttled: () => undefined,
      errorReported: () => undefined,
    },
    meter: new Meter(),
    clock: systemClock,
    random: Math.random,
    persistent: true,
  });
});
for (const uplink of uplinks) uplink.session().catch(() => undefined);

let said = -1;
const saying = setInterval(() => {
  if (connected.size === said) return;
  said = connected.size;
  process.stdout.write(`${said}\n`);
}, everyMs);
await once(process.stdin.resume(), 'end');
clearInterval(saying);
process.exit(0);
