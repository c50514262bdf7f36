/**
 * The only entry point: everything that is changed or asked is authorized here first, and every change is written to
 * the audit log here, in the same transaction.
 */
import type { Clock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import { writeAudit } from '../store/audit/audit.ts';
import type { Store, SystemScope, TenantScope } from '../store/store.ts';
import { findTenant, lookUpTenant, type Tenant } from '../store/tenants/system.ts';
import { type Action, actingRole, allow, type Change, type Question } from './access.ts';
import { type Actor, nameOf, rolesIn } from './actor.ts';

export interface AppContext {
  /** The state folder, with settings and key. */
  home: string;
  /** A key file that replaces the one in the settings. */
  keyFile?: string | undefined;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables | undefined;
  store: Store;
  clock: Clock;
  /** Aborted when the caller no longer waits. */
  signal: AbortSignal;
}

/** The context of actions that use only the database. */
export type StoreContext = Pick<AppContext, 'store' | 'clock'>;

/**
 * Slug or id of a district; or one that {@link enter} has already found for the actor, which is not looked up by name
 * again.
 */
export type TenantRef = string | Tenant;

/** What a change did: its result, and an audit log entry for each thing that it did. */
export interface Done<R> {
  outcome: R;
  entries: readonly object[];
}

/** A district that the actor may access. */
export interface District {
  tenant: Tenant;
  read<T>(fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /** Change and entries in one transaction, or neither. @param fn receives the time of the entries */
  write<R>(fn: (scope: TenantScope, now: Date) => Promise<Done<R>>): Promise<R>;
}

/**
 * Changes something in a district.
 *
 * @throws HallpassError ROLE_INSUFFICIENT and SCOPE_MISSING before anything else is checked, TENANT_UNKNOWN also for a
 *   district that the actor may not access or that was removed meanwhile, and what `work` throws
 */
export async function perform<R>(
  { store, clock }: StoreContext,
  actor: Actor,
  { action, tenant: named }: { action: Change; tenant: TenantRef },
  work: (district: District) => Promise<R>,
): Promise<R> {
  const tenant = await enter(store, actor, action, named);
  return await work({
    tenant,
    read: (fn) => store.readTenant(tenant.id, fn),
    write: (fn) =>
      store.withTenant(tenant.id, async (scope) => {
        const now = new Date(clock.now());
        await reach(scope, actor, action, tenant);
        const { outcome, entries } = await fn(scope, now);
        for (const detail of entries) await record(scope, actor, action, detail, now);
        return outcome;
      }),
  });
}

/** What a change across districts did: each entry is written to the log of the district that it concerns. */
export interface DoneAcross<R> {
  outcome: R;
  entries: readonly { tenantId: string; detail: object }[];
}

/**
 * Changes something that does not belong to one district. @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, and
 * what `work` throws
 */
export async function performAcross<R>(
  { store, clock }: StoreContext,
  actor: Actor,
  action: Change,
  work: (scope: SystemScope, now: Date) => Promise<DoneAcross<R>>,
): Promise<R> {
  allow(actor, action);
  return await store.system(async (scope) => {
    const now = new Date(clock.now());
    const { outcome, entries } = await work(scope, now);
    for (const { tenantId, detail } of entries) await record({ ...scope, tenantId }, actor, action, detail, now);
    return outcome;
  });
}

/**
 * Asks something about a district, in one read transaction.
 *
 * @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN, and what `fn` throws
 */
export async function ask<T>(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  { question, tenant: named }: { question: Question; tenant: TenantRef },
  fn: (scope: TenantScope, tenant: Tenant) => Promise<T>,
): Promise<T> {
  const tenant = await enter(store, actor, question, named);
  return await store.readTenant(tenant.id, (scope) => fn(scope, tenant));
}

/**
 * For questions that need several reads, or query other services. @throws HallpassError ROLE_INSUFFICIENT,
 * SCOPE_MISSING, TENANT_UNKNOWN
 */
export async function enter(store: Store, actor: Actor, action: Action, named: TenantRef): Promise<Tenant> {
  allow(actor, action);
  if (typeof named === 'string') return await store.system((scope) => reach(scope, actor, action, named));
  if (rolesIn(actor, named.id).length === 0) throw fail('TENANT_UNKNOWN', { tenant: named.slug, hint: '' });
  allow(actor, action, named.id);
  return named;
}

/**
 * The district in this transaction. One that the actor may not access looks as if it did not exist: nobody learns whom
 * else the relay serves.
 *
 * @throws HallpassError TENANT_UNKNOWN; ROLE_INSUFFICIENT for what the actor may do in other districts alone
 */
export async function reach(scope: SystemScope, actor: Actor, action: Action, named: TenantRef): Promise<Tenant> {
  // Slugs can be reused, ids cannot.
  const slugOrId = typeof named === 'string' ? named : named.id;
  if (actor.kind === 'terminal') return await findTenant(scope, slugOrId);
  const tenant = await lookUpTenant(scope, slugOrId);
  if (tenant === undefined || rolesIn(actor, tenant.id).length === 0) {
    throw fail('TENANT_UNKNOWN', { tenant: typeof named === 'string' ? named : named.slug, hint: '' });
  }
  allow(actor, action, tenant.id);
  return tenant;
}

/** Adds the entry of a change to the log of its district, in the transaction of the change. */
export async function record(
  scope: TenantScope,
  actor: Actor,
  action: Change,
  detail: object,
  now: Date,
): Promise<void> {
  const { note, id } = { note: undefined, id: undefined, ...actor };
  await writeAudit(scope, {
    at: now.toISOString(),
    who: nameOf(actor),
    action,
    detail,
    note: note ?? null,
    actor: { kind: actor.kind, ...(id !== undefined && { id }), role: actingRole(actor, action, scope.tenantId) },
  });
}
