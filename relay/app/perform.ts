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
  /** Key file in place of the settings'. */
  keyFile?: string | undefined;
  store: Store;
  clock: Clock;
  /** Aborted when the one who asks waits no longer. */
  signal: AbortSignal;
}

/** What those need that ask nobody but the database. */
export type StoreContext = Pick<AppContext, 'store' | 'clock'>;

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
 * @param task `tenant`: slug or id
 * @throws HallpassError ROLE_INSUFFICIENT before anything else is looked at, TENANT_UNKNOWN also for a district that the actor does
 *   not reach, and what `work` throws
 */
export async function perform<R>(
  { store, clock }: StoreContext,
  actor: Actor,
  { action, tenant: slugOrId }: { action: Change; tenant: string },
  work: (district: District) => Promise<R>,
): Promise<R> {
  allow(actor, action);
  const tenant = await store.system((scope) => reach(scope, actor, slugOrId));
  return await work({
    tenant,
    read: (fn) => store.readTenant(tenant.id, fn),
    write: (fn) =>
      store.withTenant(tenant.id, async (scope) => {
        const now = new Date(clock.now());
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

/** Changes what is not one district's own. @throws HallpassError ROLE_INSUFFICIENT, and what `work` throws */
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
 * @param question `tenant`: slug or id
 * @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN, and what `fn` throws
 */
export async function ask<T>(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  { question, tenant: slugOrId }: { question: Question; tenant: string },
  fn: (scope: TenantScope, tenant: Tenant) => Promise<T>,
): Promise<T> {
  const tenant = await enter(store, actor, question, slugOrId);
  return await store.readTenant(tenant.id, (scope) => fn(scope, tenant));
}

/** For what takes more than one look, or asks others. @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function enter(store: Store, actor: Actor, action: Action, slugOrId: string): Promise<Tenant> {
  allow(actor, action);
  return await store.system((scope) => reach(scope, actor, slugOrId));
}

/**
 * The district that is named. One that the actor does not reach is none, for the actor: nobody learns whom else the relay serves.
 *
 * @throws HallpassError TENANT_UNKNOWN
 */
export async function reach(scope: SystemScope, actor: Actor, slugOrId: string): Promise<Tenant> {
  if (actor.kind === 'terminal') return await findTenant(scope, slugOrId);
  const tenant = await lookUpTenant(scope, slugOrId);
  if (tenant === undefined || !reaches(actor, tenant.id)) throw fail('TENANT_UNKNOWN', { tenant: slugOrId, hint: '' });
  return tenant;
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
