/** The queries across tenants, each with the reason for it; everything else goes through Store.withTenant. */
import { randomBytes, randomUUID } from 'node:crypto';
import { fail } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/nearest.ts';
import { codeHash, isCodeAlive, systemUptime } from '../agents/enrollment-code.ts';
import type { Database } from '../engine/schema.ts';
import { listed } from '../engine/sql/dialect.ts';
import type { SystemScope } from '../store.ts';
import { mightOf, type TokenMight } from './api-tokens.ts';

export type Tenant = Pick<
  Database['tenant'],
  'id' | 'slug' | 'name' | 'graph_tenant_id' | 'roster_version' | 'open_cycle' | 'committed_at' | 'created_at'
>;

const tenantColumns = [
  'id',
  'slug',
  'name',
  'graph_tenant_id',
  'roster_version',
  'open_cycle',
  'committed_at',
  'created_at',
] as const;

/**
 * Creates a tenant with its own salt.
 *
 * @param given `slug` in lower case, `graphTenantId` a GUID
 * @throws HallpassError TENANT_EXISTS if the slug or the Microsoft tenant is taken
 */
export async function createTenant(
  { db }: SystemScope,
  given: { slug: string; name: string; graphTenantId: string },
  now: Date,
): Promise<Tenant> {
  const graphTenantId = given.graphTenantId.toLowerCase();
  await refuseTaken({ db }, { slug: given.slug, graphTenantId });
  return await db
    .insertInto('tenant')
    .values({
      id: randomUUID(),
      slug: given.slug,
      name: given.name,
      graph_tenant_id: graphTenantId,
      salt: randomBytes(32).toString('hex'),
      open_cycle: null,
      roster_version: 0,
      committed_at: null,
      created_at: now.toISOString(),
    })
    .returning(tenantColumns)
    .executeTakeFirstOrThrow();
}

/** @param except a tenant that may have them @throws HallpassError TENANT_EXISTS */
export async function refuseTaken(
  { db }: SystemScope,
  { slug, graphTenantId }: { slug: string; graphTenantId: string },
  except?: string,
): Promise<void> {
  const taken = await db
    .selectFrom('tenant')
    .select(['slug', 'graph_tenant_id'])
    .where((where) => where.or([where('slug', '=', slug), where('graph_tenant_id', '=', graphTenantId)]))
    .$if(except !== undefined, (query) => query.where('id', '!=', except ?? ''))
    .executeTakeFirst();
  if (taken === undefined) return;
  const what = taken.slug === slug ? `the slug "${slug}"` : `the Microsoft tenant ${graphTenantId}`;
  throw fail('TENANT_EXISTS', { what, tenant: taken.slug });
}

/** All tenants, for the operator and for the sync loop. */
export async function listTenants({ db }: SystemScope): Promise<Tenant[]> {
  return await db.selectFrom('tenant').select(tenantColumns).orderBy('slug').execute();
}

/** Ids of the tenants with a profile and a whole state of PowerSchool: at startup, the others have nothing to do. */
export async function listProvisioned({ db }: SystemScope): Promise<Set<string>> {
  const rows = await db
    .selectFrom('tenant')
    .select('id')
    .where('committed_at', 'is not', null)
    .where('open_cycle', 'is', null)
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('profile').select('name').whereRef('profile.tenant_id', '=', 'tenant.id')),
    )
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** The tenant with this slug or id, for callers who must not learn of other tenants. */
export async function lookUpTenant({ db }: SystemScope, slugOrId: string): Promise<Tenant | undefined> {
  return await db
    .selectFrom('tenant')
    .select(tenantColumns)
    .where((where) => where.or([where('slug', '=', slugOrId), where('id', '=', slugOrId)]))
    .executeTakeFirst();
}

/** The tenant that the operator names. @throws HallpassError TENANT_UNKNOWN */
export async function findTenant({ db }: SystemScope, slugOrId: string): Promise<Tenant> {
  const tenant = await lookUpTenant({ db }, slugOrId);
  if (tenant !== undefined) return tenant;
  const slugs = await db.selectFrom('tenant').select('slug').orderBy('slug').execute();
  const known = slugs.map(({ slug }) => slug);
  throw fail('TENANT_UNKNOWN', { tenant: slugOrId, hint: didYouMean(slugOrId, known) });
}

export interface KnownAgent {
  tenantId: string;
  tenantSlug: string;
  /** `x` of its Ed25519 JWK. */
  publicKey: string;
  revoked: boolean;
}

/** The agent that connects, which names only its own id. */
export async function findAgent({ db }: SystemScope, agentId: string): Promise<KnownAgent | undefined> {
  const row = await db
    .selectFrom('agent')
    .innerJoin('tenant', 'tenant.id', 'agent.tenant_id')
    .select(['agent.tenant_id', 'tenant.slug', 'agent.public_key', 'agent.revoked_at'])
    .where('agent.id', '=', agentId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    tenantId: row.tenant_id,
    tenantSlug: row.slug,
    publicKey: row.public_key,
    revoked: row.revoked_at !== null,
  };
}

export interface KnownToken extends TokenMight {
  id: string;
  name: string;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** Finds an API client, which presents only its token. @param hash of the token (api-token.ts) */
export async function findToken({ db }: SystemScope, hash: string): Promise<KnownToken | undefined> {
  const row = await db
    .selectFrom('access_token')
    .select(['id', 'name', 'expires_at', 'last_used_at', 'revoked_at'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  const might = row === undefined ? undefined : await mightOf({ db }, row.id);
  if (row === undefined || might === undefined) return undefined;
  const { id, name, expires_at: expiresAt, last_used_at: lastUsedAt, revoked_at: revokedAt } = row;
  return { id, name, ...might, expiresAt, lastUsedAt, revokedAt };
}

export interface EnrolledAgent {
  agentId: string;
  tenantId: string;
  tenantSlug: string;
  tenantName: string;
}

/**
 * Trades a code for an agent's identity; an agent that enrolls knows only the code. Undefined if the code is wrong,
 * expired or used, which the answer must not distinguish.
 */
export async function redeemCode(
  { db }: SystemScope,
  given: { code: string; name: string; publicKey: string; version: string },
  now: Date,
  uptime = systemUptime(),
): Promise<EnrolledAgent | undefined> {
  const code = await db
    .selectFrom('enrollment_code')
    .select(['tenant_id', 'code_hash', 'issued_at', 'expires_at', 'boot', 'uptime_ms'])
    .where('code_hash', '=', codeHash(given.code))
    .where('used_at', 'is', null)
    .executeTakeFirst();
  if (code === undefined) return undefined;
  await db
    .updateTable('enrollment_code')
    .set({ used_at: now.toISOString() })
    .where('tenant_id', '=', code.tenant_id)
    .where('code_hash', '=', code.code_hash)
    .execute();
  // An expired code is used up as well, so it stays invalid if the clock is set back.
  if (!isCodeAlive(code, now, uptime)) return undefined;
  const agentId = randomUUID();
  await db
    .insertInto('agent')
    .values({
      tenant_id: code.tenant_id,
      id: agentId,
      name: given.name,
      public_key: given.publicKey,
      version: given.version,
      source: null,
      created_at: now.toISOString(),
      last_seen_at: null,
      revoked_at: null,
    })
    .execute();
  const tenant = await db
    .selectFrom('tenant')
    .select(['slug', 'name'])
    .where('id', '=', code.tenant_id)
    .executeTakeFirstOrThrow();
  return { agentId, tenantId: code.tenant_id, tenantSlug: tenant.slug, tenantName: tenant.name };
}

/** Of the agents connected here, those that any process has revoked or removed with their tenant. */
export async function revokedAmong({ db }: SystemScope, agentIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('agent')
    .select('id')
    .where('id', 'in', listed(db, agentIds))
    .where('revoked_at', 'is', null)
    .execute();
  const welcome = new Set(rows.map((row) => row.id));
  return agentIds.filter((id) => !welcome.has(id));
}

/** Records that the agents connected here are alive. */
export async function touchAgents({ db }: SystemScope, agentIds: readonly string[], now: Date): Promise<void> {
  await db
    .updateTable('agent')
    .set({ last_seen_at: now.toISOString() })
    .where('id', 'in', listed(db, agentIds))
    .execute();
}
