/**
 * Metrics for Prometheus, on a separate port that only this computer can reach. They are counts, and name no person and
 * no district.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { fail } from '../../shared/errors.ts';
import { createServer } from '../../shared/node-http.ts';
import { portReason } from './server.ts';

/** Resolution of the main thread's delay, milliseconds. */
const precisionMs = 5;
const host = '127.0.0.1';

/** The relay's own values, read at every scrape. */
export interface Liveness {
  /** Agents connected to this node. */
  connected(): number;
  /** Runs under way. */
  running(): number;
}

export interface Metrics {
  port: number;
  close(): Promise<void>;
}

/** @throws HallpassError METRICS_PORT_IN_USE */
export async function serveMetrics(port: number, { connected, running }: Liveness): Promise<Metrics> {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: precisionMs });
  gauge(register, 'hallpass_agents_connected', 'Agents connected to this relay', connected);
  gauge(register, 'hallpass_runs_under_way', 'Districts with a run under way', running);
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    const text = await register.metrics();
    response.writeHead(200, { 'content-type': register.contentType }).end(text);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw fail('METRICS_PORT_IN_USE', { address: `${host}:${port}`, reason: portReason(error) }, { cause: error });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      register.clear();
    },
  };
}

function gauge(register: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [register],
    collect() {
      this.set(value());
    },
  });
}
