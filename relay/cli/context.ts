/** What the commands get from their surroundings, so that tests run them in process. */
import { Option } from 'commander';
import type { Clock } from '../../shared/clock.ts';
import { printableLine } from '../../shared/printable.ts';
import { storeFile } from '../settings/settings.ts';
import { openStore, type Store, type TenantScope } from '../store/store.ts';
import { findTenant, type Tenant } from '../store/tenants/system.ts';

export interface CliContext {
  /** The state folder. */
  home: string;
  out: NodeJS.WritableStream;
  err: NodeJS.WritableStream;
  /** HALLPASS_KEY_FILE: goes before the settings. */
  keyFile?: string | undefined;
  /** Who is at the terminal, for the audit log. */
  user: string;
  clock: Clock;
  /** True when `out` is a terminal that people look at. */
  rich: boolean;
  /** Aborted when the program is asked to end. */
  stop: AbortSignal;
}

/** The option that names who does it, where somebody else sits at the terminal. */
export function byOption({ user }: CliContext): Option {
  return new Option('--by <name>', 'who does it, for the audit log').default(user);
}

/** Opens the database for one command; a running relay goes on beside it. */
export async function withStore<T>(context: CliContext, fn: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(storeFile(context.home));
  try {
    return await fn(store);
  } finally {
    await store.close();
  }
}

/** The same for one tenant, in one transaction. @throws HallpassError TENANT_UNKNOWN */
export async function withNamedTenant<T>(
  context: CliContext,
  slugOrId: string,
  fn: (scope: TenantScope, tenant: Tenant) => Promise<T>,
): Promise<T> {
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, slugOrId));
    return await store.withTenant(tenant.id, (scope) => fn(scope, tenant));
  });
}

/** The same for reading a whole district: a running relay goes on writing meanwhile. @throws HallpassError TENANT_UNKNOWN */
export async function readNamedTenant<T>(
  context: CliContext,
  slugOrId: string,
  fn: (scope: TenantScope, tenant: Tenant) => Promise<T>,
): Promise<T> {
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, slugOrId));
    return await store.readTenant(tenant.id, (scope) => fn(scope, tenant));
  });
}

/** What an error advises, with the district in place of the TENANT of its commands. */
export function inCommands(action: string, tenant: string): string {
  return action.replace(/\bTENANT\b/g, tenant);
}

export function printJson({ out }: CliContext, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Columns under headings, as wide as their longest cell. */
export function printTable({ out }: CliContext, headings: readonly string[], cells: readonly string[][]): void {
  const rows = cells.map((row) => row.map(printableLine));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  for (const row of [headings, ...rows]) {
    out.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
