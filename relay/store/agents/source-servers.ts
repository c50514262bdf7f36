/**
 * One district, one PowerSchool server: ids of two servers are those of different people. The first server that an agent
 * names is the district's; another one is refused until the operator says that it has the same data.
 */
import type { SourceServer } from '../../../shared/link.ts';
import type { TenantScope } from '../store.ts';

export interface KnownServer extends SourceServer {
  isAccepted: boolean;
  firstAt: string;
  lastAt: string;
}

/** Refused servers that are remembered. */
const mostRefused = 10;

/** Whether two servers are the same. Their own ids count, and their addresses only if one side has no id. Pure. */
export function isSameServer({ id, host }: SourceServer, known: readonly SourceServer[]): boolean {
  const ids = known.flatMap((one) => one.id ?? []);
  if (id !== undefined && ids.length > 0) return ids.includes(id);
  return known.some((one) => one.host.toLowerCase() === host.toLowerCase());
}

/** The servers that agents reported, those of the district first. */
export async function readServers({ db, tenantId }: TenantScope): Promise<KnownServer[]> {
  const rows = await db
    .selectFrom('source_server')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('accepted', 'desc')
    .orderBy('first_at')
    .orderBy('key')
    .execute();
  return rows.map(({ id, host, accepted, first_at: firstAt, last_at: lastAt }) => {
    return { ...(id === null ? {} : { id }), host, isAccepted: accepted === 1, firstAt, lastAt };
  });
}

/**
 * Records the server that an agent names. An older agent names none, and is accepted.
 *
 * @param now ISO 8601, UTC
 * @returns the address of the district's own server, if this is another one
 */
export async function admitServer(
  scope: TenantScope,
  server: SourceServer | undefined,
  now: string,
): Promise<string | undefined> {
  if (server === undefined) return undefined;
  const servers = await readServers(scope);
  const own = servers.filter(({ isAccepted }) => isAccepted);
  const isAccepted = own.length === 0 || isSameServer(server, own);
  await noteServer(scope, server, isAccepted, now);
  return isAccepted ? undefined : own[0]?.host;
}

/** The operator accepts the refused servers with this address or id as the same server with the same data. */
export async function acceptServer({ db, tenantId }: TenantScope, name: string): Promise<SourceServer[]> {
  const accepted = await db
    .updateTable('source_server')
    .set({ accepted: 1 })
    .where('tenant_id', '=', tenantId)
    .where('accepted', '=', 0)
    .where((where) => where.or([where('host', '=', name.toLowerCase()), where('id', '=', name)]))
    .returning(['id', 'host'])
    .execute();
  return accepted.map(({ id, host }) => (id === null ? { host } : { id, host }));
}

async function noteServer(
  { db, tenantId }: TenantScope,
  { id, host: given }: SourceServer,
  isAccepted: boolean,
  now: string,
): Promise<void> {
  const host = given.toLowerCase();
  const times = { first_at: now, last_at: now };
  await db
    .insertInto('source_server')
    .values({
      tenant_id: tenantId,
      key: id ?? `host:${host}`,
      id: id ?? null,
      host,
      accepted: Number(isAccepted),
      ...times,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'key']).doUpdateSet({ host, last_at: now }))
    .execute();
  if (isAccepted) return;
  const refused = await db
    .selectFrom('source_server')
    .select('key')
    .where('tenant_id', '=', tenantId)
    .where('accepted', '=', 0)
    .orderBy('last_at', 'desc')
    .execute();
  for (const { key } of refused.slice(mostRefused)) {
    await db.deleteFrom('source_server').where('tenant_id', '=', tenantId).where('key', '=', key).execute();
  }
}
