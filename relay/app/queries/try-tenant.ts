/** Whether a Microsoft tenant is there, and lets the relay in: tried before anything counts on it. */
import { fail, HallpassError } from '../../../shared/errors.ts';
import { openTransport } from '../../graph/transport.ts';
import { loadSettings } from '../../settings/settings.ts';
import { withGraph } from '../microsoft.ts';
import type { AppContext } from '../perform.ts';

/**
 * @returns sentences for people: what was found, or why nothing was
 * @throws HallpassError TENANT_GRAPH_UNKNOWN where Microsoft says that there is no such tenant
 */
export async function tryTenant(
  context: Pick<AppContext, 'home' | 'clock' | 'signal'>,
  graphTenantId: string,
): Promise<string[]> {
  const { graph } = await loadSettings(context.home);
  if (graph.clientId === undefined || (graph.certificateFile ?? graph.secretFile) === undefined) {
    return [
      'The tenant id was not tried: the relay has no app registration yet.',
      '  → hallpass-relay configure --client-id GUID --client-cert FILE --client-key FILE',
    ];
  }
  if (await isUnknown(graph, graphTenantId)) throw fail('TENANT_GRAPH_UNKNOWN', { id: graphTenantId });
  try {
    await withGraph(context, { graph_tenant_id: graphTenantId }, async () => undefined);
    return ["The relay can sign in to the district's Microsoft 365."];
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    return [`The relay cannot sign in yet: ${error.message}`, `  → ${error.action}`];
  }
}

/** Asked of the document that every tenant has in public; no answer says nothing. */
async function isUnknown(
  { authority, caFile }: { authority: string; caFile?: string | undefined },
  graphTenantId: string,
): Promise<boolean> {
  const transport = await openTransport(caFile);
  try {
    const url = `${authority.replace(/\/+$/, '')}/${graphTenantId}/v2.0/.well-known/openid-configuration`;
    const answer = await transport.send(url, { method: 'GET', headers: {} });
    const text = await answer.text();
    // AADSTS90002: no such tenant. AADSTS900023: not the form of one.
    return answer.status === 400 && /AADSTS(90002|900023)\b/.test(text);
  } catch {
    return false;
  } finally {
    await transport.close();
  }
}
