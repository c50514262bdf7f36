/**
 * Microsoft 365 with several tenants, as a process of its own. Prints how to reach it, then the writes that each tenant has taken, a line
 * whenever they change, and ends with its input: `node microsoft.ts TENANTS SPEED`.
 */
import { once } from 'node:events';
import { skuId } from '../../../relay/testing/district.ts';
import { startMicrosoftSimulator } from '../../simulators/microsoft/server.ts';

export interface Reached {
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  ca: string;
  tenantIds: string[];
}

/** Milliseconds since the epoch, and writes by tenant. */
export interface Written {
  at: number;
  writes: number[];
  throttled: number;
}

/** Between two looks, milliseconds. */
const everyMs = 10;

const [count = 1, speed = 1] = process.argv.slice(2).map(Number);
const directory = {
  tenant: {
    displayName: 'Contoso',
    domains: [{ id: 'contoso.edu', isDefault: true }],
    skus: [{ skuId, skuPartNumber: 'STANDARDWOFFPACK_STUDENT', enabled: 500_000 }],
  },
  users: [],
};
const simulator = await startMicrosoftSimulator({
  speed,
  lag: 50,
  directory,
  tenants: Array.from({ length: count - 1 }, () => ({ directory })),
});
const { baseUrl, clientId, clientSecret = '', ca, tenants } = simulator;
const reached: Reached = { baseUrl, clientId, clientSecret, ca, tenantIds: tenants.map(({ tenantId }) => tenantId) };
process.stdout.write(`${JSON.stringify(reached)}\n`);

let said = '';
const saying = setInterval(() => {
  const writes = tenants.map(({ stats }) => stats.writes);
  if (said === writes.join()) return;
  said = writes.join();
  const throttled = tenants.reduce((sum, { stats }) => sum + stats.throttled, 0);
  process.stdout.write(`${JSON.stringify({ at: Date.now(), writes, throttled } satisfies Written)}\n`);
}, everyMs);
await once(process.stdin.resume(), 'end');
clearInterval(saying);
await simulator.close();
