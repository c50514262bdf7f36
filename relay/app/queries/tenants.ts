/** The districts that the relay serves: who they are, and which PowerSchool each is read from. */
import { z } from 'zod';
import { readServers } from '../../store/agents/source-servers.ts';
import type { TenantScope } from '../../store/store.ts';
import { readFleet } from '../../store/tenants/fleet-view.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { allow, reachedBy } from '../access.ts';
import type { Actor } from '../actor.ts';
import type { AppContext } from '../perform.ts';
import { conditionSchema } from './agent-condition.ts';
import { moment } from './fields.ts';
import { describeFleet } from './fleet.ts';

const identity = {
  id: z.string().meta({ description: 'Never changes; the slug may.' }),
  slug: z.string(),
  name: z.string(),
  graphTenantId: z.string().meta({ description: 'Of its Microsoft 365.' }),
};

const tenantSchema = z.object({
  ...identity,
  committedAt: moment.nullable(),
  createdAt: moment,
  standing: z.string(),
  agent: conditionSchema.nullable().meta({ description: 'The worst state of its agents; null if it has none.' }),
  agentSeenAt: moment.nullable(),
});

export const tenantsAnswer = z.object({ tenants: z.array(tenantSchema) });

/**
 * Those that the actor may access, by slug. @param nowMs milliseconds since the epoch @throws HallpassError
 * ROLE_INSUFFICIENT, SCOPE_MISSING
 */
export async function tenantsNow(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  nowMs: number,
): Promise<z.infer<typeof tenantsAnswer>> {
  allow(actor, 'tenant');
  const districts = await store.readSystem((scope) => readFleet(scope, reachedBy(actor, 'tenant')));
  const lineOf = new Map(describeFleet(districts, nowMs).districts.map((line) => [line.slug, line]));
  const tenants = districts.map(({ id, slug, name, graphTenantId, committedAt, createdAt }) => {
    const { standing = '', agent = null, agentSeenAt = null } = lineOf.get(slug) ?? {};
    return { id, slug, name, graphTenantId, committedAt, createdAt, standing, agent, agentSeenAt };
  });
  return { tenants };
}

/** A district as it was added or changed. */
export const tenantIdentity = z.object({ ...identity, createdAt: moment });

export function identityOf(tenant: Tenant): z.infer<typeof tenantIdentity> {
  const { id, slug, name, graph_tenant_id: graphTenantId, created_at: createdAt } = tenant;
  return { id, slug, name, graphTenantId, createdAt };
}

export const tenantAnswer = tenantIdentity.extend({
  servers: z
    .array(
      z.object({
        id: z.string().optional().meta({ description: 'The id that the server reports; old servers report none.' }),
        host: z.string(),
        isAccepted: z.boolean(),
        firstAt: moment,
        lastAt: moment,
      }),
    )
    .meta({ description: 'PowerSchool servers that agents named; one that is not accepted is refused.' }),
});

export async function tenantNow(scope: TenantScope, tenant: Tenant): Promise<z.infer<typeof tenantAnswer>> {
  return { ...identityOf(tenant), servers: await readServers(scope) };
}
