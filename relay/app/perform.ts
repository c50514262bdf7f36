/**
 * The one way in: whatever somebody changes or asks is allowed here first, and whatever is changed is written into the audit log
 * here, in the transaction of the change.
 */
import type { Clock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { writeAudit } from '../store/audit/audit.ts';
import type { Store, SystemScope, TenantScope } from '../store/store.ts';
import { findTenant, lookUpTenant, type Tenant } from '../store/tenants/system.ts';
import { type Action, allow, type Change, type Question } from './access.ts';
import { type Actor, nameOf, reaches, roleOf } from './actor.ts';

export interface AppContext {
  /** The state folder, with settings and key. */
  home: string;
  /** Key file instead of the settings'. */
  keyFile?: string | undefined;
  store: Store;
  clock: Clock;
  /** Aborted when the one who asks waits no longer. */
  signal: AbortSignal;
}

/** What those need that ask nobody but the database. */
export type StoreContext = Pick<AppContext, 'store' | 'clock'>;

/** Slug or id of a district; or one that {@link enter} has found for the actor, which is not looked for by name again. */
export type TenantRef = string | Tenant;

/** What a change did: its outcome, and an entry of the audit log for each thing that it did. */
export interface Done<R> {
  outcome: R;
  entries: readonly object[];
}

/** A district that the actor reaches. */
export interface District {
  tenant: Tenant;
  read<T>(fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /** Change and entries in one transaction, or neither. @param fn gets the time that the entries have */
  write<R>(fn: (scope: TenantScope, now: Date) => Promise<Done<R>>): Promise<R>;
}

/**
 * Changes something in a district.
 *
 * @throws HallpassError ROLE_INSUFFICIENT and SCOPE_MISSING before anything else is looked at, TENANT_UNKNOWN also for a district that
 *   the actor does not reach, or that was removed meanwhile, and what `work` throws
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
        await reach(scope, actor, tenant);
        const { outcome, entries } = await fn(scope, now);
        for (const detail of entries) await record(scope, actor, action, detail, now);
        return outcome;
      }),
  });
}

/** What a change across districts did: each entry stands in the log of the district that it speaks of. */
export interface DoneAcross<R> {
  outcome: R;
  entries: readonly { tenantId: string; detail: object }[];
}

/** Changes what is not one district's own. @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, and what `work` throws */
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
 * Asks something of a district, as of one moment.
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

/** For what takes more than one look, or asks others. @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN */
export async function enter(store: Store, actor: Actor, action: Action, named: TenantRef): Promise<Tenant> {
  allow(actor, action);
  if (typeof named === 'string') return await store.system((scope) => reach(scope, actor, named));
  if (!reaches(actor, named.id)) throw fail('TENANT_UNKNOWN', { tenant: named.slug, hint: '' });
  return named;
}

/**
 * The district as it is in this transaction. One that the actor does not reach is none, for the actor: nobody learns whom else the relay
 * serves.
 *
 * @throws HallpassError TENANT_UNKNOWN
 */
export async function reach(scope: SystemScope, actor: Actor, named: TenantRef): Promise<Tenant> {
  // Slugs change hands, ids never do.
  const slugOrId = typeof named === 'string' ? named : named.id;
  if (actor.kind === 'terminal') return await findTenant(scope, slugOrId);
  const tenant = await lookUpTenant(scope, slugOrId);
  if (tenant !== undefined && reaches(actor, tenant.id)) return tenant;
  throw fail('TENANT_UNKNOWN', { tenant: typeof named === 'string' ? named : named.slug, hint: '' });
}

async function record(scope: TenantScope, actor: Actor, action: Change, detail: object, now: Date): Promise<void> {
  const { note, id } = { note: undefined, id: undefined, ...actor };
  await writeAudit(scope, {
    at: now.toISOString(),
    who: nameOf(actor),
    action,
    detail,
    note: note ?? null,
    actor: { kind: actor.kind, ...(id !== undefined && { id }), role: roleOf(actor) },
  });
}
