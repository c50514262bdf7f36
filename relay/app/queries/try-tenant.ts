/** Whether a Microsoft tenant exists and lets the relay sign in: tried before anything relies on it. */
import { z } from 'zod';
import { fail, HallpassError } from '../../../shared/errors.ts';
import { loadSettings } from '../../settings/settings.ts';
import type { Actor } from '../actor.ts';
import { withGraph } from '../microsoft.ts';
import { type AppContext, enter, type TenantRef } from '../perform.ts';
import { failure } from './fields.ts';

/** `untried`: the relay has no app registration yet. */
export type Connection = { state: 'untried' | 'ok' } | { state: 'refused'; error: HallpassError };

export const connectionSchema = z.object({
  state: z.enum(['untried', 'ok', 'refused']).meta({
    description: 'Whether the relay can sign in to the Microsoft 365 tenant. untried: it has no app registration yet.',
  }),
  error: failure.extend({ action: z.string() }).nullable().meta({ description: 'Why it was refused.' }),
});

export function describeConnection(connection: Connection): z.infer<typeof connectionSchema> {
  if (connection.state !== 'refused') return { state: connection.state, error: null };
  const { code, message, action } = connection.error;
  return { state: 'refused', error: { code, message, action } };
}

/** @throws HallpassError TENANT_GRAPH_UNKNOWN when Microsoft says that there is no such tenant */
export async function tryTenant(
  context: Pick<AppContext, 'home' | 'proxies' | 'clock' | 'signal'>,
  graphTenantId: string,
): Promise<Connection> {
  const { graph } = await loadSettings(context.home);
  if (graph.clientId === undefined || (graph.certificateFile ?? graph.secretFile) === undefined) {
    return { state: 'untried' };
  }
  if (await isUnknown({ ...graph, proxies: context.proxies }, graphTenantId))
    throw fail('TENANT_GRAPH_UNKNOWN', { id: graphTenantId });
  return await orRefused(async () => {
    await withGraph(context, { graph_tenant_id: graphTenantId }, async () => undefined);
    return { state: 'ok' };
  });
}

/** For an existing district. @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN */
export async function connectionNow(context: AppContext, actor: Actor, named: TenantRef): Promise<Connection> {
  const { graph_tenant_id: id } = await enter(context.store, actor, 'connection', named);
  return await orRefused(() => tryTenant(context, id));
}

async function orRefused(work: () => Promise<Connection>): Promise<Connection> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    return { state: 'refused', error };
  }
}

/** Reads the public document that every tenant has; no answer proves nothing. */
async function isUnknown(
  { authority, caFile, proxies }: { authority: string; caFile?: string | undefined } & Pick<AppContext, 'proxies'>,
  graphTenantId: string,
): Promise<boolean> {
  const { openTransport } = await import('../../graph/transport.ts');
  const transport = await openTransport(caFile, proxies);
  try {
    const url = `${authority.replace(/\/+$/, '')}/${graphTenantId}/v2.0/.well-known/openid-configuration`;
    const answer = await transport.send(url, { method: 'GET', headers: {} });
    const text = await answer.text();
    // AADSTS90002: no such tenant. AADSTS900023: not a valid tenant id.
    return answer.status === 400 && /AADSTS(90002|900023)\b/.test(text);
  } catch {
    return false;
  } finally {
    await transport.close();
  }
}
