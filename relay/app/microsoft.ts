/**
 * Microsoft Graph for one command or question, beside any running runs. Loaded only when needed: Graph client and sign-in would
 * take half the start time of every other command, and of every thread that answers questions.
 */
import type { GraphClient } from '../graph/client.ts';
import { loadSettings } from '../settings/settings.ts';
import type { Tenant } from '../store/tenants/system.ts';
import type { AppContext } from './perform.ts';

export interface AskedGraph {
  client: GraphClient;
  /** Application permissions that the tenant has granted. */
  roles: readonly string[];
}

/** @throws HallpassError RELAY_NOT_CONFIGURED, GRAPH_SIGN_IN_REFUSED, GRAPH_CONSENT_MISSING, GRAPH_UNREACHABLE */
export async function withGraph<T>(
  { home, proxies, clock, signal }: Pick<AppContext, 'home' | 'proxies' | 'clock' | 'signal'>,
  { graph_tenant_id: graphTenantId }: Pick<Tenant, 'graph_tenant_id'>,
  fn: (graph: AskedGraph) => Promise<T>,
): Promise<T> {
  const { graph } = await loadSettings(home);
  const [{ appBudget, GraphBudget }, { GraphClient }, { openCredentials }, { openTransport }] = await Promise.all([
    import('../graph/budget.ts'),
    import('../graph/client.ts'),
    import('../graph/credentials.ts'),
    import('../graph/transport.ts'),
  ]);
  const transport = await openTransport(graph.caFile, proxies);
  try {
    const credentials = await openCredentials(graph, transport, clock);
    const budget = new GraphBudget(appBudget(clock, graph.speed), clock, graph.speed);
    const { baseUrl } = graph;
    const shared = { transport, credentials, budget, clock, random: Math.random, signal };
    const client = new GraphClient({ ...shared, baseUrl, graphTenantId });
    return await fn({ client, roles: await client.roles() });
  } finally {
    await transport.close();
  }
}
