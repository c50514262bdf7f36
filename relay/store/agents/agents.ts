/** A tenant's agents, and the codes that enroll new ones. */
import { fail } from '../../../shared/errors.ts';
import { type Hello, helloSchema } from '../../../shared/link.ts';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';
import { type AgentHealth, parseHealth } from './agent-health.ts';
import { codeHash, codeLifetimeMs, isCodeAlive, newCode, systemUptime } from './enrollment-code.ts';

export interface Agent {
  id: string;
  name: string;
  version: string;
  createdAt: string;
  lastSeenAt: string | null;
  revokedAt: string | null;
  connectedSince: string | null;
  /** Its last report. */
  health: AgentHealth | undefined;
}

/** Every agent that ever enrolled, oldest first. */
export async function listAgents({ db, tenantId }: TenantScope): Promise<Agent[]> {
  const rows = await db
    .selectFrom('agent')
    .select(['id', 'name', 'version', 'created_at', 'last_seen_at', 'revoked_at', 'connected_since', 'health'])
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    revokedAt: row.revoked_at,
    connectedSince: row.connected_since,
    health: parseHealth(row.health, row.id),
  }));
}

/** Revokes an agent for good; repeating it keeps the first time. @throws HallpassError AGENT_NOT_FOUND */
export async function revokeAgent({ db, tenantId }: TenantScope, agentId: string, now: Date): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('agent')
    .set(({ fn, val }) => ({ revoked_at: fn.coalesce('revoked_at', val(now.toISOString())) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', agentId)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw fail('AGENT_NOT_FOUND', { agent: agentId, tenant: tenantId, hint: '' });
}

/** Stores what the agent's hello says about it. */
export async function noteHello(
  { db, tenantId }: TenantScope,
  agentId: string,
  hello: Hello,
  now: Date,
): Promise<void> {
  await db
    .updateTable('agent')
    .set({
      version: hello.agentVersion,
      source: JSON.stringify({ ...hello.source, capabilities: hello.capabilities }),
      last_seen_at: now.toISOString(),
      connected_since: now.toISOString(),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', agentId)
    .execute();
}

/** A new one-time code; it is not stored and cannot be shown again. Deletes expired codes. */
export async function issueCode(
  { db, tenantId }: TenantScope,
  now: Date,
  uptime = systemUptime(),
): Promise<{ code: string; expiresAt: string }> {
  const old = await db
    .selectFrom('enrollment_code')
    .select(['code_hash', 'issued_at', 'expires_at', 'boot', 'uptime_ms'])
    .where('tenant_id', '=', tenantId)
    .execute();
  for (const code of old) {
    if (isCodeAlive(code, now, uptime)) continue;
    await db
      .deleteFrom('enrollment_code')
      .where('tenant_id', '=', tenantId)
      .where('code_hash', '=', code.code_hash)
      .execute();
  }
  const code = newCode();
  const expiresAt = new Date(now.getTime() + codeLifetimeMs).toISOString();
  await db
    .insertInto('enrollment_code')
    .values({
      tenant_id: tenantId,
      code_hash: codeHash(code),
      issued_at: now.toISOString(),
      expires_at: expiresAt,
      boot: uptime.boot,
      uptime_ms: uptime.ms,
      used_at: null,
    })
    .execute();
  return { code, expiresAt };
}

/** The time zone that the district's agents last reported; undefined before that, or from an older agent. */
export async function districtTimeZone(scope: TenantScope): Promise<string | undefined> {
  return (await reportedSources(scope)).find(({ timeZone }) => timeZone !== undefined)?.timeZone;
}

/** How the district's agents last read PowerSchool; undefined before the first report. */
export async function sourceKind(scope: TenantScope): Promise<Hello['source']['kind'] | undefined> {
  return (await reportedSources(scope))[0]?.kind;
}

/** What the district's agents reported about PowerSchool, latest first. */
async function reportedSources({ db, tenantId }: TenantScope): Promise<Hello['source'][]> {
  const rows = await db
    .selectFrom('agent')
    .select(['id', 'source'])
    .where('tenant_id', '=', tenantId)
    .where('source', 'is not', null)
    .orderBy('last_seen_at', 'desc')
    .execute();
  return rows.map(({ id, source }) => readJson(helloSchema.shape.source, source ?? '', 'agent', id));
}
