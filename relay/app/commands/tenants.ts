/** Districts: added, changed, removed, and moved to another PowerSchool server. */
import { fail } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/nearest.ts';
import { listAgents } from '../../store/agents/agents.ts';
import { acceptServer, readServers } from '../../store/agents/source-servers.ts';
import { changesBetween, ofTheRelay } from '../../store/audit/audit.ts';
import { createTenant, findTenant, type Tenant } from '../../store/tenants/system.ts';
import {
  closeTenant,
  countTenant,
  editTenant,
  emptyTenant,
  removeTenant,
  type TenantChange,
} from '../../store/tenants/tenants.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, perform, performAcross, reach, type TenantRef } from '../perform.ts';
import type { Connection } from '../queries/try-tenant.ts';
import { tenantFields } from './tenant-fields.ts';

/** As typed by a person. */
export interface TenantInput {
  slug?: string | undefined;
  name?: string | undefined;
  graphTenant?: string | undefined;
}

export interface AddedTenant {
  tenant: Tenant;
  /** Whether its Microsoft 365 tenant lets the relay sign in; undefined when nothing about that changed. */
  tried: Connection | undefined;
}

/** @throws HallpassError RELAY_SETTING_INVALID, TENANT_GRAPH_UNKNOWN, TENANT_EXISTS */
export async function addTenant(context: AppContext, actor: Actor, input: Required<TenantInput>): Promise<AddedTenant> {
  allow(actor, 'tenant.add');
  const given = {
    slug: tenantFields.slug(input.slug ?? ''),
    name: tenantFields.name(input.name ?? ''),
    graphTenantId: tenantFields.graphTenant(input.graphTenant ?? ''),
  };
  const tried = await tryConnection(context, given.graphTenantId);
  return await performAcross(context, actor, 'tenant.add', async (scope, now) => {
    const tenant = await createTenant(scope, given, now);
    return { outcome: { tenant, tried }, entries: inBothLogs(tenant, given) };
  });
}

/** @throws HallpassError RELAY_SETTING_INVALID, TENANT_GRAPH_UNKNOWN, TENANT_EXISTS, TENANT_PROVISIONED */
export async function changeTenant(
  context: AppContext,
  actor: Actor,
  { tenant: named, slug, name, graphTenant }: TenantInput & { tenant: TenantRef },
): Promise<AddedTenant> {
  allow(actor, 'tenant.edit');
  const change: TenantChange = {
    ...(slug !== undefined && { slug: tenantFields.slug(slug) }),
    ...(name !== undefined && { name: tenantFields.name(name) }),
    ...(graphTenant !== undefined && { graphTenantId: tenantFields.graphTenant(graphTenant) }),
  };
  const { graphTenantId } = change;
  const tried = graphTenantId === undefined ? undefined : await tryConnection(context, graphTenantId);
  return await performAcross(context, actor, 'tenant.edit', async (scope) => {
    const before = await reach(scope, actor, 'tenant.edit', named);
    await editTenant(scope, before, change);
    const tenant = await findTenant(scope, before.id);
    const detail = { changes: changesBetween(audited(before), audited(tenant)) };
    return { outcome: { tenant, tried }, entries: inBothLogs(tenant, detail) };
  });
}

/** The district's own log is deleted with it. */
function inBothLogs({ id }: Tenant, detail: object) {
  return [
    { tenantId: id, detail },
    { tenantId: ofTheRelay, detail: { tenant: id, ...detail } },
  ];
}

function audited({ slug, name, graph_tenant_id: graphTenantId }: Tenant) {
  return { slug, name, graphTenantId };
}

/** Loaded on demand: see microsoft.ts. */
async function tryConnection(context: AppContext, graphTenantId: string): Promise<Connection> {
  const { tryTenant } = await import('../queries/try-tenant.ts');
  return await tryTenant(context, graphTenantId);
}

export interface Removal {
  tenant: Tenant;
  isDone: boolean;
  counts: { table: string; rows: number }[];
  /** How many agents this revokes. */
  agents: number;
}

/**
 * Deletes everything about a district, including its audit log. The relay's own log keeps who did it, and how much was
 * deleted.
 *
 * @param asked `confirm`: its slug once more; without it, the answer says what would be deleted
 */
export async function deleteTenant(
  context: AppContext,
  actor: Actor,
  { tenant: named, confirm }: { tenant: TenantRef; confirm?: string | undefined },
): Promise<Removal> {
  allow(actor, 'tenant.remove');
  const { store } = context;
  const tenant = await store.readSystem((system) => reach(system, actor, 'tenant.remove', named));
  const { counts, agents } = await store.readTenant(tenant.id, async (scope) => {
    const agents = (await listAgents(scope)).filter(({ revokedAt }) => revokedAt === null).length;
    return { counts: await countTenant(scope), agents };
  });
  const isDone = confirm === tenant.slug;
  if (isDone) {
    const rows = Object.fromEntries(counts.map((one) => [one.table, one.rows]));
    await performAcross(context, actor, 'tenant.remove', async (system) => {
      await reach(system, actor, 'tenant.remove', tenant);
      await closeTenant({ ...system, tenantId: tenant.id });
      const entry = { tenantId: ofTheRelay, detail: { tenant: tenant.id, ...audited(tenant), agents, rows } };
      return { outcome: undefined, entries: [entry] };
    });
    // Others write in between: a district of 100,000 students is a million rows, which take a minute.
    while (await store.withTenant(tenant.id, emptyTenant));
    await store.withTenant(tenant.id, removeTenant);
  }
  return { tenant, isDone, counts, agents };
}

/**
 * Confirms that a refused PowerSchool server has the same data as the previous one.
 *
 * @param asked `server`: its address
 * @returns the district, and the address as stored
 * @throws HallpassError SERVER_NOT_REFUSED
 */
export async function acceptMovedServer(
  context: AppContext,
  actor: Actor,
  { tenant: named, server: given }: { tenant: TenantRef; server: string },
): Promise<{ tenant: Tenant; server: string }> {
  const server = given.replace(/^https?:\/\//i, '').replace(/\/.*$/s, '');
  return await perform(context, actor, { action: 'tenant.accept', tenant: named }, ({ tenant, write }) =>
    write(async (scope) => {
      const servers = await acceptServer(scope, server);
      if (servers.length === 0) {
        const refused = (await readServers(scope)).filter(({ isAccepted }) => !isAccepted).map(({ host }) => host);
        throw fail('SERVER_NOT_REFUSED', { tenant: tenant.slug, server, hint: didYouMean(server, refused) });
      }
      return { outcome: { tenant, server }, entries: [{ servers }] };
    }),
  );
}
